import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { InvalidInputError, type Problem } from '../../../model/problem.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { type ChartUrl, isBelowUrl, parseChartUrl, shown } from './chart-url.ts'
import { ChartError } from './charts.ts'

const file = z.string().min(1)

const entry = z.strictObject({
  url: z
    .string()
    .describe(
      'Charts at this URL and below: https://, oci:// or s3://; http:// only for a host that is trusted blindly.',
    ),
  name: z.string().min(1).optional().describe('What a Chart.yaml may call it: @name.'),
  usernameFile: file.optional().describe('File that holds the user, for https and oci.'),
  passwordFile: file.optional().describe('File that holds the password or token; read again at each use.'),
  caFile: file.optional().describe('PEM certificates that are trusted besides the usual ones.'),
  otherHosts: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Hosts in private networks, or asking for our credentials, that it may send us to: host or host:port.',
    ),
  plainHttp: z.boolean().optional().describe('For oci: the registry speaks no TLS.'),
  region: z.string().min(1).optional().describe('For s3. Default: AWS_REGION, else us-east-1.'),
  endpoint: z.url().optional().describe('For s3: a server other than that of AWS.'),
  pathStyle: z
    .boolean()
    .optional()
    .describe('For s3: the bucket goes into the path rather than into the host name.'),
  accessKeyIdFile: file.optional().describe("For s3. Default: the pod's own identity."),
  secretAccessKeyFile: file.optional().describe('For s3, with accessKeyIdFile.'),
  anonymous: z.boolean().optional().describe('For s3: a public bucket, asked without any identity.'),
})

export type ChartHost = Omit<z.infer<typeof entry>, 'url'> & { readonly url: ChartUrl }

/** Where charts may come from, and how to ask there. */
export interface ChartHosts {
  /** The entry with the longest URL that `url` is below; null where none holds. */
  entryFor(url: ChartUrl): ChartHost | null
  /** Where `@name` of a `Chart.yaml` is. */
  named(name: string): ChartUrl | null
  /** Whether charts come from nowhere but the entries. */
  readonly closed: boolean
}

/** For a laptop: whatever a document names may be fetched, over TLS and without credentials, but for what `entries` say. */
export function openChartHosts(entries: readonly ChartHost[] = []): ChartHosts {
  return hosts(entries, false)
}

export function closedChartHosts(entries: readonly ChartHost[]): ChartHosts {
  return hosts(entries, true)
}

function hosts(entries: readonly ChartHost[], closed: boolean): ChartHosts {
  const longestFirst = entries.toSorted((a, b) => b.url.path.length - a.url.path.length)
  return {
    closed,
    entryFor: url => longestFirst.find(it => isBelowUrl(url, it.url)) ?? null,
    named: name => entries.find(it => it.name === name)?.url ?? null,
  }
}

/** Reads a file with `charts: [...]`. Rejects with InvalidInputError that holds all that is wrong with it. */
export async function readChartHosts(path: string): Promise<readonly ChartHost[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const message = `the list of chart hosts ${path} cannot be read`
    throw new InvalidInputError([{ code: 'chart-hosts', message, location: null, hint: null }], { cause })
  })
  return parseChartHosts(text, path)
}

export function parseChartHosts(text: string, path: string): readonly ChartHost[] {
  const { documents, problems: flaws } = parseYamlDocuments(text, path)
  if (flaws.length > 0) throw new InvalidInputError(flaws)
  const [document] = documents
  const at = (where: readonly PropertyKey[], message: string): Problem => {
    const location = { file: path, ...(document?.positionOf(where) ?? { line: 1 }) }
    return { code: 'chart-hosts', message, location, hint: null }
  }
  const parsed = z.strictObject({ charts: z.array(entry).default([]) }).safeParse(document?.value ?? {})
  if (!parsed.success) {
    throw new InvalidInputError(
      parsed.error.issues.map(it => at(it.path, `${it.path.join('.') || 'the list'}: ${it.message}`)),
    )
  }
  const problems: Problem[] = []
  const entries = parsed.data.charts.flatMap((it, index) => {
    const where = ['charts', index]
    try {
      const url = parseChartUrl(it.url)
      problems.push(...misfits({ ...it, url }).map(message => at(where, `charts.${index}: ${message}`)))
      return [{ ...it, url }]
    } catch (error) {
      if (!(error instanceof ChartError)) throw error
      problems.push(at([...where, 'url'], `charts.${index}.url: ${error.message} (${error.hint ?? ''})`))
      return []
    }
  })
  problems.push(...twice(entries).map(message => at(['charts'], message)))
  if (problems.length > 0) throw new InvalidInputError(problems)
  return entries
}

const onlyFor = {
  usernameFile: ['https', 'http', 'oci'],
  passwordFile: ['https', 'http', 'oci'],
  otherHosts: ['https', 'http', 'oci'],
  plainHttp: ['oci'],
  region: ['s3'],
  endpoint: ['s3'],
  pathStyle: ['s3'],
  accessKeyIdFile: ['s3'],
  secretAccessKeyFile: ['s3'],
  anonymous: ['s3'],
} as const satisfies Partial<Record<keyof ChartHost, readonly ChartUrl['scheme'][]>>

const pairs = [
  ['usernameFile', 'passwordFile'],
  ['accessKeyIdFile', 'secretAccessKeyFile'],
] as const

function misfits(host: ChartHost): readonly string[] {
  const { scheme } = host.url
  const foreign = (Object.keys(onlyFor) as (keyof typeof onlyFor)[])
    .filter(key => host[key] !== undefined && !onlyFor[key].some(it => it === scheme))
    .map(key => `${key} has no meaning for ${scheme}://`)
  const lonely = pairs
    .filter(([one, other]) => (host[one] === undefined) !== (host[other] === undefined))
    .map(([one, other]) => `${one} and ${other} go together`)
  const torn =
    host.anonymous && host.accessKeyIdFile ? ['anonymous and accessKeyIdFile exclude each other'] : []
  return [...foreign, ...lonely, ...torn]
}

function twice(entries: readonly ChartHost[]): readonly string[] {
  const urls = entries.map(it => shown(it.url))
  const names = entries.flatMap(it => (it.name === undefined ? [] : [it.name]))
  return [...urls, ...names]
    .filter((it, index, all) => all.indexOf(it) !== index)
    .map(it => `${it} is listed twice`)
}
