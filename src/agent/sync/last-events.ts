import type { KubernetesObject } from '../../model/object.ts'
import { textAt } from '../../engine/json.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Subject } from './subjects.ts'

/** How many objects and pods are asked about, and how many events are told. */
const mostAsked = 6
const mostEvents = 10

/**
 * What the cluster last said about objects and their new pods, newest first, warnings alone if there are any:
 * `Failed: Back-off pulling image "x"`. As the cluster words it: to be redacted by the caller. Rejects with ClusterError.
 */
export async function lastEvents(
  cluster: Cluster,
  subjects: readonly Subject[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const resource = (await cluster.discover(signal)).find('v1', 'Event')
  if (!resource) return []
  // Pods first: they know more.
  const asked = subjects.flatMap(({ object, pods }) => [...pods, object])
  const lists = await Promise.all(
    asked.slice(0, mostAsked).map(({ kind, metadata }) => {
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

function timeOf(event: KubernetesObject): string {
  return (
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'eventTime') ||
    event.metadata.creationTimestamp ||
    ''
  )
}
