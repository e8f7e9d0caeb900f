import { identityOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Cluster } from '../cluster/cluster.ts'

/** Deletes just this very object in just this state: fails with `conflict` otherwise. False when it was gone already. */
export async function deleteExactly(
  cluster: Cluster,
  live: KubernetesObject,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid, resourceVersion } = live.metadata
  const resource = (await cluster.discover(signal)).find(live.apiVersion, live.kind)
  if (!resource) return false
  const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) }
  return cluster.delete(resource, identityOf(live), { ...preconditions, propagation: 'Background' }, signal)
}

/** Until the object of this uid is no more, finalizers included; `signal` bounds it and then rejects. */
export async function awaitGone(
  cluster: Cluster,
  live: KubernetesObject,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, uid } = live.metadata
  const resource = (await cluster.discover(signal)).find(live.apiVersion, live.kind)
  if (!resource) return
  const only = { fieldSelector: `metadata.name=${name}`, ...(namespace ? { namespace } : {}) }
  for await (const event of cluster.watch(resource, only, signal)) {
    if (event.type === 'synced' && event.objects.every(object => object.metadata.uid !== uid)) return
    if (event.type !== 'synced' && (event.type === 'gone' || event.object.metadata.uid !== uid)) return
  }
  signal.throwIfAborted()
}
