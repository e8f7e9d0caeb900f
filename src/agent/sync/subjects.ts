import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { readLive } from './read-live.ts'
import { controlled, formatSelector, newPodsOf, podSelectorOf } from './workload-pods.ts'

/** An object that is not healthy, with the pods that may know why. */
export interface Subject {
  readonly object: KubernetesObject
  /** Three of its newest template's at most; itself, when it is one. */
  readonly pods: readonly KubernetesObject[]
}

const mostObjects = 6
const mostPods = 3

/** Reads objects as they are now, and their new pods. What is gone is left out. Rejects with ClusterError. */
export async function readSubjects(
  cluster: Cluster,
  ids: readonly ObjectId[],
  signal: AbortSignal,
): Promise<readonly Subject[]> {
  const subjects = await Promise.all(ids.slice(0, mostObjects).map(id => readSubject(cluster, id, signal)))
  return subjects.filter(it => it !== null)
}

async function readSubject(cluster: Cluster, id: ObjectId, signal: AbortSignal): Promise<Subject | null> {
  const object = await readLive(cluster, parseIdentity(id), signal)
  if (!object) return null
  if (object.apiVersion === 'v1' && object.kind === 'Pod') return { object, pods: [object] }
  const selector = podSelectorOf(object)
  const discovery = await cluster.discover(signal)
  const pods = discovery.find('v1', 'Pod')
  const replicaSets = discovery.find('apps/v1', 'ReplicaSet')
  if (!selector || !pods || !replicaSets) return { object, pods: [] }
  const options = { namespace: object.metadata.namespace ?? '', labelSelector: formatSelector(selector) }
  const [podList, setList] = await Promise.all([
    cluster.list(pods, options, signal),
    cluster.list(replicaSets, options, signal),
  ])
  return { object, pods: newPodsOf(object, controlled(podList), controlled(setList)).slice(0, mostPods) }
}
