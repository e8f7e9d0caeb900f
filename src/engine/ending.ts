import { type ObjectId, objectIdOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { LiveRead } from '../model/rendered.ts'

/**
 * Whether a live object is on its way out: it is deleted and waits for its finalizers, or its namespace is. What is still there of
 * it says nothing about a moment later. `live` holds the namespace if it was read.
 */
export function isEnding(object: KubernetesObject, live: ReadonlyMap<ObjectId, LiveRead>): boolean {
  if (object.metadata.deletionTimestamp) return true
  const { namespace } = object.metadata
  if (!namespace) return false
  const read = live.get(objectIdOf({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }))
  return read?.kind === 'live' && read.object.metadata.deletionTimestamp !== undefined
}
