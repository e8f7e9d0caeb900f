import { describeIdentity, type Identity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'

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
