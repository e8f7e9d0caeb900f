import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { namespacePattern } from '../../model/fields.ts'
import type { Identity } from '../../model/identity.ts'
import { InvalidInputError, type Problem } from '../../model/problem.ts'
import { compileGlob, type Glob, tooManyPatterns } from '../../repository/glob.ts'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'
import type { ServiceAccount } from '../cluster/cluster.ts'

const document = z.strictObject({
  tenants: z.array(
    z.strictObject({
      repository: z
        .string()
        .min(3)
        .describe('Glob of host/owner/name: github.com/acme/shop, github.com/acme/*.'),
      namespaces: z.array(z.string().min(1)).min(1).describe('Globs of namespaces it may deploy to.'),
      serviceAccount: z
        .string()
        .regex(/^[^/]+\/[^/]+$/, 'give it as namespace/name')
        .describe('Whom the agent impersonates: namespace/name.'),
      clusterScoped: z
        .array(z.string().min(1))
        .optional()
        .describe('Cluster-wide kinds it may deploy, as Kind or group/Kind. Default: none.'),
    }),
  ),
})

/** One entry of the list of the cluster's owner. */
export interface Tenant {
  /** Of `host/owner/name`, in lower case. */
  readonly isRepository: (place: string) => boolean
  readonly isNamespace: (namespace: string) => boolean
  readonly isClusterScoped: (identity: Pick<Identity, 'group' | 'kind'>) => boolean
  /** As written, for people. */
  readonly namespaces: readonly string[]
  readonly serviceAccount: ServiceAccount
}

/** Rejects with InvalidInputError that tells all that is wrong with the list. */
export async function readTenants(file: string): Promise<readonly Tenant[]> {
  const text = await readFile(file, 'utf8').catch(cause => {
    const message = `could not read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new InvalidInputError([{ code: 'tenants', message, location: null, hint: null }], { cause })
  })
  return parseTenants(text, file)
}

/** Throws InvalidInputError. */
export function parseTenants(text: string, file: string): readonly Tenant[] {
  const parsed = parseYamlDocuments(text, file)
  const problem = (message: string): Problem => ({
    code: 'tenants',
    message: `${file}: ${message}`,
    location: null,
    hint: 'See docs/tenancy.md',
  })
  if (parsed.problems.length > 0) throw new InvalidInputError(parsed.problems)
  const read = document.safeParse(parsed.documents[0]?.value)
  if (!read.success) {
    throw new InvalidInputError(
      read.error.issues.map(it => problem(`${it.path.join('.') || 'the file'}: ${it.message}`)),
    )
  }
  const problems: Problem[] = []
  const glob = (place: string, pattern: string): Glob => {
    const compiled = compileGlob(pattern)
    if (!compiled) problems.push(problem(`${place}: ${pattern} ${tooManyPatterns}`))
    return compiled ?? (() => false)
  }
  const tenants = read.data.tenants.map((it, at): Tenant => {
    const place = `tenants.${at}`
    const [namespace = '', name = ''] = it.serviceAccount.split('/')
    if (!namespacePattern.test(namespace) || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
      problems.push(problem(`${place}.serviceAccount: ${it.serviceAccount} is no name of a service account`))
    }
    const isRepository = glob(`${place}.repository`, it.repository.toLowerCase())
    const namespaces = it.namespaces.map(pattern => glob(`${place}.namespaces`, pattern))
    const kinds = new Set(it.clusterScoped)
    return {
      isRepository,
      isNamespace: wanted => namespaces.some(matches => matches(wanted)),
      isClusterScoped: ({ group, kind }) => kinds.has(kind) || kinds.has(`${group}/${kind}`),
      namespaces: it.namespaces,
      serviceAccount: { namespace, name },
    }
  })
  if (problems.length > 0) throw new InvalidInputError(problems)
  return tenants
}
