import { createHash } from 'node:crypto'
import { mapTexts } from '../../engine/json.ts'
import { groupOf, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'

/** Kinds whose names say what is in them, so that no other name will do. */
const namedByContent: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io'])

/** What only the object that is still there stands in the way of. */
const inTheWay = /already allocated|exceeded quota/

/**
 * What a replace makes: deleted and created again, an object has nothing of the old one. Asked for by a dry run under another name,
 * for under its own it is there still; so that nothing is deleted for something that the server would refuse. Null when it cannot be
 * asked. Rejects with ClusterError when the server refuses it.
 */
export async function predictReplace(
  cluster: Cluster,
  desired: KubernetesObject,
  signal: AbortSignal,
): Promise<KubernetesObject | null> {
  if (namedByContent.has(groupOf(desired.apiVersion))) return null
  const { name } = desired.metadata
  const other = `plumbline-${createHash('sha256').update(objectIdOf(desired)).digest('hex').slice(0, 16)}`
  try {
    const renamed = { ...desired, metadata: { ...desired.metadata, name: other } }
    const created = await cluster.apply(renamed, { dryRun: true }, signal)
    return mapTexts(created, text => (text === other ? name : text)) as KubernetesObject
  } catch (error) {
    if (error instanceof ClusterError && inTheWay.test(error.message)) return null
    if (!(error instanceof ClusterError)) throw error
    const message = error.message.replaceAll(other, name)
    throw new ClusterError(error.code, message, error, { cause: error })
  }
}
