import type { Cluster, Resource } from '../../src/agent/cluster/cluster.ts'
import { objectPath } from '../../src/agent/cluster/paths.ts'
import { isJsonObject, property, sameJson } from '../../src/engine/json.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import type { Answer, Api } from './api.ts'
import { allKinds } from './kinds/all-kinds.ts'

/**
 * What controllers would say of objects once all is well, and nothing else: so that whatever else changes was changed by somebody
 * on purpose. Deleted objects lose the finalizers that a controller would take away.
 */
export interface Controllers {
  /** Writes what is to be written of an object right now. Resolves with whether there was anything. */
  tend(object: KubernetesObject): Promise<boolean>
  /** Resolves once the watches have ended. */
  stop(): Promise<void>
}

const kinds = new Map(allKinds.map(kind => [kind.kind, kind]))
/** Kinds whose deletion waits for a controller. */
const held: ReadonlySet<string> = new Set(['PersistentVolumeClaim', 'Namespace'])

export async function startControllers(cluster: Cluster, api: Api): Promise<Controllers> {
  const ended = new AbortController()
  const { signal } = ended
  const discovery = await cluster.discover(signal)
  const resourceOf = ({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>) =>
    discovery.find(apiVersion, kind)

  async function tend(object: KubernetesObject): Promise<boolean> {
    const resource = resourceOf(object)
    if (!resource) return false
    if (object.metadata.deletionTimestamp) return release(object, resource)
    const wanted = kinds.get(object.kind)?.status?.(object) ?? {}
    const status = object['status']
    if (Object.entries(wanted).every(([name, value]) => says(property(status, name), value))) return false
    const answer = await api.call({
      method: 'PATCH',
      path: pathOf(object, resource, 'status'),
      type: 'application/merge-patch+json',
      body: { status: wanted },
    })
    return hasMoved(object, answer)
  }

  async function release(object: KubernetesObject, resource: Resource): Promise<boolean> {
    if (!held.has(object.kind)) return false
    const { finalizers = [] } = object.metadata
    if (object.kind === 'Namespace') {
      const body = { ...object, spec: { finalizers: [] } }
      await api.call({ method: 'PUT', path: pathOf(object, resource, 'finalize'), body })
      return true
    }
    if (finalizers.length === 0) return false
    const body = { metadata: { finalizers: null } }
    const path = pathOf(object, resource)
    await api.call({ method: 'PATCH', path, type: 'application/merge-patch+json', body })
    return true
  }

  function pathOf({ metadata }: KubernetesObject, resource: Resource, subresource?: string): string {
    const { namespace = '', name } = metadata
    return objectPath(
      resource,
      { namespace, name },
      { subresource, query: { fieldManager: 'kube-controller-manager' } },
    )
  }

  async function follow(resource: Resource): Promise<void> {
    for await (const event of cluster.watch(resource, {}, signal)) {
      if (event.type === 'gone') continue
      for (const object of event.type === 'synced' ? event.objects : [event.object]) await tend(object)
    }
  }

  const tended = allKinds.filter(kind => kind.status || held.has(kind.kind))
  const resources = tended.flatMap(kind => resourceOf(kind) ?? [])
  const following = resources.map(resource =>
    follow(resource).catch((error: unknown) => {
      if (!signal.aborted) throw error
    }),
  )
  return {
    tend,
    async stop() {
      ended.abort()
      await Promise.all(following)
    },
  }
}

/** A status may also be refused, or be none. */
function hasMoved(object: KubernetesObject, { status, body }: Answer): boolean {
  return status === 200 && body.metadata.resourceVersion !== object.metadata.resourceVersion
}

/** Whether a status says what is wanted; the server may have added to it. */
function says(status: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(status) && wanted.every((item, at) => says((status as readonly unknown[])[at], item))
  }
  if (!isJsonObject(wanted)) return sameJson(status, wanted)
  return Object.entries(wanted).every(([name, value]) => says(property(status, name), value))
}
