import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { packageFile } from '../../model/package-file.ts'
import type { Components, SchemaSource } from './schema.ts'

/** What tools/openapi/kubernetes.ts writes: the schemas of one Kubernetes version, without words and status. */
export interface BundledSchemas {
  /** Such as `1.36.3`. */
  readonly version: string
  /** Names of components by apiVersion and kind. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly components: Components
}

export const bundleFile = packageFile('src/repository/schema/kubernetes.json.br')

let bundled: BundledSchemas | null = null

function readBundle(): BundledSchemas {
  bundled ??= JSON.parse(brotliDecompressSync(readFileSync(bundleFile)).toString('utf8')) as BundledSchemas
  return bundled
}

/** The kinds of the Kubernetes version that this was built with, for checks without a cluster. */
export function bundledSource(): SchemaSource {
  const { version, kinds, components } = readBundle()
  return {
    kubernetesVersion: version,
    apiVersions: new Set(Object.keys(kinds)),
    load(apiVersion) {
      const found = kinds[apiVersion]
      return Promise.resolve(found ? { kinds: new Map(Object.entries(found)), components } : null)
    },
  }
}

/** Every built-in kind, as `apps/v1/Deployment`. */
export function bundledKinds(): readonly string[] {
  return Object.entries(readBundle().kinds).flatMap(([apiVersion, kinds]) =>
    Object.keys(kinds).map(kind => `${apiVersion}/${kind}`),
  )
}
