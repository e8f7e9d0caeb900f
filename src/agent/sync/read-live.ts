import { describeIdentity, type Identity, type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { inParallel } from './in-parallel.ts'

/**
 * The live object; null when it does not exist, or nothing serves its kind. A group that discovery could not ask is an error,
 * never an absence. Rejects with ClusterError.
 */
export async function readLive(
  cluster: Cluster,
  identity: Identity,
  signal: AbortSignal,
): Promise<KubernetesObject | null> {
  const discovery = await cluster.discover(signal)
  if (discovery.failedGroups.has(identity.group)) {
    const message = `could not read ${describeIdentity(identity)}: the API group ${identity.group} does not answer`
    throw new ClusterError('unreachable', message, { status: 0, passing: true })
  }
  const resource = discovery.preferred(identity.group, identity.kind)
  return resource ? cluster.get(resource, identity, signal) : null
}

export async function readAll(
  cluster: Cluster,
  ids: readonly ObjectId[],
  limit: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, KubernetesObject | null>> {
  const read = async (id: ObjectId) => [id, await readLive(cluster, parseIdentity(id), signal)] as const
  return new Map(await inParallel(ids, limit, read))
}
