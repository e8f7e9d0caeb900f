import { z } from 'zod'
import { type Components, objectKinds, type SchemaSource } from '../../repository/schema/schema.ts'
import { createClient } from './client.ts'
import { ClusterError } from './cluster.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { createConnection } from './connection.ts'
import { versionDocument } from './discovery.ts'

/** Source: Kubernetes API concepts, OpenAPI V3. The addresses carry a hash of the content. */
const indexDocument = z.object({
  paths: z.record(z.string(), z.object({ serverRelativeURL: z.string().startsWith('/') })),
})

/** Schemas are walked with care for every part that may be missing, so that their inside is not checked again here. */
const apiDocument = z.object({
  components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }).optional(),
})

/** What a cluster says of its kinds, asked for one apiVersion at a time: all of them would be megabytes. */
export interface OpenApi extends SchemaSource {
  close(): void
}

/** Rejects with ClusterError when the API server refuses, or cannot be reached. */
export async function openApiOf(access: ClusterAccess, signal: AbortSignal): Promise<OpenApi> {
  const connection = createConnection(access)
  const client = createClient(connection)
  const get = (path: string, attempted: string, maxBytes?: number) =>
    client.call({ method: 'GET', path, attempted, ...(maxBytes ? { maxBytes } : {}) }, signal)
  try {
    const [index, version] = await Promise.all([
      get('/openapi/v3', 'read which schemas the cluster has'),
      get('/version', "read the cluster's version"),
    ])
    const addresses = addressesOf(understood(indexDocument, index))
    return {
      kubernetesVersion: understood(versionDocument, version).gitVersion.replace(/^v/, ''),
      apiVersions: new Set(addresses.keys()),
      async load(apiVersion) {
        const address = addresses.get(apiVersion)
        if (address === undefined) return null
        const document = await get(address, `read the schemas of ${apiVersion}`, largestDocument)
        const components = (understood(apiDocument, document).components?.schemas ?? {}) as Components
        return { kinds: objectKinds(components, apiVersion), components }
      },
      close: () => connection.close(),
    }
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Groups with hundreds of custom kinds publish megabytes. */
const largestDocument = 64 * 2 ** 20

/** Addresses by apiVersion: `api/v1` is `v1`, `apis/apps/v1` is `apps/v1`; all else is not about kinds. */
function addressesOf({ paths }: z.infer<typeof indexDocument>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(paths).flatMap(([path, { serverRelativeURL }]) => {
      const [, core, group] = /^(?:api\/([^/]+)|apis\/([^/]+\/[^/]+))$/.exec(path) ?? []
      const apiVersion = core ?? group
      return apiVersion === undefined ? [] : [[apiVersion, serverRelativeURL] as const]
    }),
  )
}

function understood<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const message = 'could not understand the schemas of the cluster: it needs Kubernetes 1.27 or newer'
  throw new ClusterError('server', message, { status: 200, passing: false }, { cause: parsed.error })
}
