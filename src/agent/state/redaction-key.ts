import { randomBytes } from 'node:crypto'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { secretResource } from './schema.ts'

const name = 'redaction-key'
const bytes = 32

/** See {@link State.redactionKey}. Several agents may start at once: the first one's key is everyone's. */
export function createRedactionKey(
  cluster: Cluster,
  namespace: string,
): (signal: AbortSignal) => Promise<Uint8Array> {
  let known: Uint8Array | null = null

  async function readOrCreate(signal: AbortSignal): Promise<Uint8Array> {
    const existing = await cluster.get(secretResource, { namespace, name }, signal)
    if (existing) return keyOf(existing)
    try {
      return keyOf(await cluster.create(newKey(namespace), signal))
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code !== 'conflict') throw error
      const created = await cluster.get(secretResource, { namespace, name }, signal)
      if (created === null) throw error
      return keyOf(created)
    }
  }

  return async signal => {
    known ??= await readOrCreate(signal)
    return known
  }
}

function newKey(namespace: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'plumbline.dev/redaction-key.v1',
    immutable: true,
    data: { key: randomBytes(bytes).toString('base64') },
  }
}

function keyOf(secret: KubernetesObject): Uint8Array {
  const { key } = (secret['data'] ?? {}) as { readonly key?: string }
  const decoded = Buffer.from(key ?? '', 'base64')
  if (decoded.length === bytes) return decoded
  const message = `could not read the redaction key: Secret ${secret.metadata.namespace}/${name} does not hold ${bytes} bytes; delete it to get a new one`
  throw new ClusterError('invalid', message, { status: 200, passing: false })
}
