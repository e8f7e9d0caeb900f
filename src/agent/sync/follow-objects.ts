import { applicationLabel } from '../../model/fields.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Cluster, ListOptions, Resource } from '../cluster/cluster.ts'
import { createObjectStore, type ObjectStore } from '../watch/object-store.ts'
import type { Observed } from './observed-health.ts'
import { type Controlled, controlled, formatSelector, newPodsOf, podSelectorOf } from './workload-pods.ts'

/** Objects of one application and the pods they make, as they change. */
export interface FollowedObjects {
  /** The newest that is known; the applied object itself until the watch has caught up with it. */
  observe(applied: KubernetesObject): Observed
  /** Take one before looking, wait on it after: nothing that changes in between is missed. */
  nextChange(): Change
  stop(): Promise<void>
}

export interface Change {
  /** Until something changed, `milliseconds` at most (null: no bound), or the limit aborts. Rejects when a watch is lost. */
  wait(milliseconds: number | null): Promise<void>
}

interface Follow {
  readonly resource: Resource
  readonly options: ListOptions
  readonly store: ObjectStore
}

/** Several selectors in one namespace are cheaper as one watch from this number on. */
const selectorsPerNamespace = 5
/** Changes come in bursts; one look serves a burst. */
const burstMs = 20
/** Of thousands of objects a look takes long: for twice as long there is time for other work. */
const restFactor = 2

export async function followObjects(
  cluster: Cluster,
  application: string,
  applied: readonly KubernetesObject[],
  limit: AbortSignal,
): Promise<FollowedObjects> {
  const stop = new AbortController()
  const signal = AbortSignal.any([limit, stop.signal])
  const discovery = await cluster.discover(signal)
  const podResource = discovery.find('v1', 'Pod')
  const setResource = discovery.find('apps/v1', 'ReplicaSet')

  const objects = applied.length > 0 ? objectFollows() : []
  const workloads = applied.filter(object => podSelectorOf(object) !== null)
  const pods = podResource ? followsBySelector(podResource, workloads) : []
  const deployments = workloads.filter(object => object.kind === 'Deployment')
  const replicaSets = setResource ? followsBySelector(setResource, deployments) : []

  let changed = Promise.withResolvers<void>()
  let broken: unknown = null
  /** Who made whom, as of the last event: thousands of objects are looked at one after the other. */
  let families: { readonly pods: Controlled; readonly replicaSets: Controlled } | null = null
  const wake = () => changed.resolve()
  limit.addEventListener('abort', wake)
  const watches = [...objects, ...pods, ...replicaSets].map(async ({ resource, options, store }) => {
    try {
      for await (const event of cluster.watch(resource, options, signal)) {
        store.take(event)
        families = null
        wake()
      }
    } catch (error) {
      if (signal.aborted) return
      broken = error
      wake()
    }
  })

  function objectFollows(): readonly Follow[] {
    const groups = Map.groupBy(applied, it => `${it.apiVersion} ${it.kind} ${it.metadata.namespace ?? ''}`)
    return [...groups.values()].flatMap(group => {
      const [first] = group
      const resource = first ? discovery.find(first.apiVersion, first.kind) : null
      if (!first || !resource) return []
      const { namespace, name } = first.metadata
      const selector =
        group.length === 1
          ? { fieldSelector: `metadata.name=${name}` }
          : { labelSelector: `${applicationLabel}=${application}` }
      const options = { ...selector, ...(namespace ? { namespace } : {}) }
      return [{ resource, options, store: createObjectStore() }]
    })
  }

  return {
    observe(object) {
      const store = objects.find(
        it =>
          it.resource.kind === object.kind &&
          (it.options.namespace ?? '') === (object.metadata.namespace ?? '') &&
          `${it.resource.group ? `${it.resource.group}/` : ''}${it.resource.version}` === object.apiVersion,
      )?.store
      const seen = store?.get(object.metadata.namespace, object.metadata.name)
      if (!store?.ready) return { object, pods: [] }
      if (!seen) return { object: null, pods: [] }
      if (seen.metadata.uid === object.metadata.uid && !isAsNew(seen, object)) return { object, pods: [] }
      families ??= { pods: controlled(allOf(pods)), replicaSets: controlled(allOf(replicaSets)) }
      return {
        object: seen,
        pods: newPodsOf(seen, families.pods, families.replicaSets),
      }
    },
    nextChange() {
      changed = Promise.withResolvers<void>()
      const { promise } = changed
      const lookedFrom = performance.now()
      return {
        async wait(milliseconds) {
          const restMs = Math.max(burstMs, (performance.now() - lookedFrom) * restFactor)
          const timer = milliseconds === null ? null : setTimeout(wake, milliseconds)
          if (limit.aborted || broken) wake()
          await promise
          if (timer) clearTimeout(timer)
          if (broken) throw broken
          if (!limit.aborted) await new Promise(resolve => setTimeout(resolve, restMs))
        },
      }
    },
    async stop() {
      limit.removeEventListener('abort', wake)
      stop.abort()
      await Promise.allSettled(watches)
    },
  }
}

function isAsNew(seen: KubernetesObject, applied: KubernetesObject): boolean {
  return (seen.metadata.generation ?? 0) >= (applied.metadata.generation ?? 0)
}

function followsBySelector(resource: Resource, workloads: readonly KubernetesObject[]): readonly Follow[] {
  const namespaces = Map.groupBy(workloads, it => it.metadata.namespace ?? '')
  return [...namespaces].flatMap(([namespace, members]) => {
    const selectors = [...new Set(members.flatMap(it => podSelectorOf(it) ?? []).map(formatSelector))]
    if (selectors.length > selectorsPerNamespace) {
      return [{ resource, options: { namespace }, store: createObjectStore() }]
    }
    return selectors.map(labelSelector => ({
      resource,
      options: { namespace, labelSelector },
      store: createObjectStore(),
    }))
  })
}

function* allOf(follows: readonly Follow[]): Iterable<KubernetesObject> {
  for (const { store } of follows) yield* store.values()
}
