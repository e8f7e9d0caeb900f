import { hookFinalizer } from '../../../model/fields.ts'
import { identityOf } from '../../../model/identity.ts'
import type { KubernetesObject } from '../../../model/object.ts'
import { type Cluster, ClusterError } from '../../cluster/cluster.ts'

/** Lets go of a hook's object that was kept from cleaning itself up. Resolves with it as it is then. Idempotent. */
export async function release(
  cluster: Cluster,
  live: KubernetesObject,
  limit: AbortSignal,
): Promise<KubernetesObject> {
  const { finalizers = [], resourceVersion } = live.metadata
  if (!finalizers.includes(hookFinalizer)) return live
  const resource = (await cluster.discover(limit)).find(live.apiVersion, live.kind)
  if (!resource) return live
  const metadata = { resourceVersion, finalizers: finalizers.filter(it => it !== hookFinalizer) }
  try {
    return await cluster.patch(resource, identityOf(live), { type: 'merge', body: { metadata } }, limit)
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'not-found') return live
    throw error
  }
}
