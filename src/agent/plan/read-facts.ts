import type { ClusterFacts } from '../../engine/risks/surroundings.ts'
import type { WantedFacts } from '../../engine/risks/wanted-facts.ts'
import { textAt } from '../../engine/json.ts'
import { type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError, type ListOptions } from '../cluster/cluster.ts'
import { inParallel } from './in-parallel.ts'
import { endsEverything } from './read-live.ts'

/**
 * Reads what the risks of a plan depend on: one list for each kind and namespace concerned, and one for each definition that goes;
 * nothing when nothing is concerned. What may not be read is left out. Rejects with ClusterError when the API server cannot be
 * asked at all.
 */
export async function readFacts(
  cluster: Cluster,
  wanted: WantedFacts,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const discovery = await cluster.discover(signal)
  const listed = async (group: string, kind: string, options: ListOptions) => {
    const resource = discovery.preferred(group, kind)
    return resource && orNull(() => cluster.list(resource, options, signal))
  }
  const kinds: readonly (readonly [string, string, ReadonlySet<string>])[] = [
    ['autoscaling', 'HorizontalPodAutoscaler', wanted.autoscalers],
    ['policy', 'PodDisruptionBudget', wanted.disruptionBudgets],
    ['', 'ResourceQuota', wanted.quotas],
  ]
  const lists = kinds.flatMap(([group, kind, namespaces]) =>
    [...namespaces].map(namespace => ({ group, kind, namespace })),
  )
  const customObjects = new Map<ObjectId, number>()
  const [neighbours] = await Promise.all([
    inParallel(lists, ({ group, kind, namespace }) => listed(group, kind, { namespace })),
    inParallel(wanted.definitions, async definition => {
      const [group, kind] = definedBy(definition)
      const objects = await listed(group, kind, { metadataOnly: true })
      if (objects) customObjects.set(objectIdOf(definition), objects.length)
    }),
  ])
  return {
    kubernetesVersion: discovery.kubernetesVersion,
    customObjects,
    neighbours: neighbours.flatMap(objects => objects ?? []),
  }
}

function definedBy(definition: KubernetesObject): readonly [group: string, kind: string] {
  return [textAt(definition, 'spec', 'group') ?? '', textAt(definition, 'spec', 'names', 'kind') ?? '']
}

/** A risk that nobody may look for is not told; the plan itself does not fail for it. */
async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ClusterError && !endsEverything(error)) return null
    throw error
  }
}
