import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { textAt } from '../../engine/json.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { readLive } from './read-live.ts'
import { formatSelector, newPodsOf, podSelectorOf } from './workload-pods.ts'

/** How many objects and pods are asked about, and how many events are told. */
const mostObjects = 6
const mostEvents = 10

/**
 * What the cluster last said about objects and their new pods, newest first, warnings alone if there are any:
 * `Failed: Back-off pulling image "x"`. As the cluster words it: to be redacted by the caller. Rejects with ClusterError.
 */
export async function lastEvents(
  cluster: Cluster,
  ids: readonly ObjectId[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const resource = (await cluster.discover(signal)).find('v1', 'Event')
  if (!resource) return []
  const subjects = (
    await Promise.all(ids.slice(0, mostObjects).map(id => subjectsOf(cluster, id, signal)))
  ).flat()
  const lists = await Promise.all(
    subjects.slice(0, mostObjects).map(({ kind, metadata }) => {
      const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${metadata.name}`
      const namespace = metadata.namespace || 'default'
      return cluster.list(resource, { namespace, fieldSelector }, signal)
    }),
  )
  const events = lists.flat()
  const warnings = events.filter(it => textAt(it, 'type') === 'Warning')
  // Beside a warning, what went as usual only distracts.
  const telling = warnings.length > 0 ? warnings : events
  const newestFirst = telling.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)))
  const texts = newestFirst.map(
    event => `${textAt(event, 'reason') ?? 'Event'}: ${textAt(event, 'message') ?? ''}`,
  )
  return [...new Set(texts)].slice(0, mostEvents)
}

/** Pods first: they know more. */
async function subjectsOf(
  cluster: Cluster,
  id: ObjectId,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const live = await readLive(cluster, parseIdentity(id), signal)
  if (!live) return []
  const selector = podSelectorOf(live)
  const discovery = await cluster.discover(signal)
  const pods = discovery.find('v1', 'Pod')
  const replicaSets = discovery.find('apps/v1', 'ReplicaSet')
  if (!selector || !pods || !replicaSets) return [live]
  const options = { namespace: live.metadata.namespace ?? '', labelSelector: formatSelector(selector) }
  const [podList, setList] = await Promise.all([
    cluster.list(pods, options, signal),
    cluster.list(replicaSets, options, signal),
  ])
  return [...newPodsOf(live, podList, setList).slice(0, 3), live]
}

function timeOf(event: KubernetesObject): string {
  return (
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'eventTime') ||
    event.metadata.creationTimestamp ||
    ''
  )
}
