import { describeIdentity, identityOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { whyNotGone } from '../../engine/not-gone.ts'
import type { Propagation } from '../../engine/sync-options.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { SyncFailure } from './sync-failure.ts'
import { TimeIsUp } from './time-limit.ts'

/** Deletes just this very object in just this state: fails with `conflict` otherwise. False when it was gone already. */
export async function deleteExactly(
  cluster: Cluster,
  live: KubernetesObject,
  signal: AbortSignal,
  propagation: Propagation = 'Background',
): Promise<boolean> {
  const { uid, resourceVersion } = live.metadata
  const resource = (await cluster.discover(signal)).find(live.apiVersion, live.kind)
  if (!resource) return false
  const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) }
  return cluster.delete(resource, identityOf(live), { ...preconditions, propagation }, signal)
}

/** Until the object of this uid is no more. Rejects with SyncFailure that says what holds it when time is up, else as `signal` says. */
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
  if (signal.reason instanceof TimeIsUp) throw notGone(live)
  signal.throwIfAborted()
}

function notGone(live: KubernetesObject): SyncFailure {
  const message = `${describeIdentity(identityOf(live))} was deleted, but was not gone in time (${whyNotGone(live)})`
  return new SyncFailure('not-gone-in-time', message)
}
