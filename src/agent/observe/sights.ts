import { hash } from 'node:crypto'
import { canonicalJson } from '../../engine/json.ts'
import { formatIdentity, identityOf, type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Cluster, Resource, WatchEvent } from '../cluster/cluster.ts'
import type { DriftLogger } from '../drift/drift-watcher.ts'

/**
 * Follows objects by their metadata, one watch for each kind and namespace that somebody is interested in, however many are. Objects need
 * not be ours, nor be there yet.
 */
export interface Sights {
  /**
   * Calls `seen` when one of these objects may have another content, until the returned function is called. Kinds that the cluster does not
   * serve, or that may not be watched, are never seen. Rejects with ClusterError when the cluster cannot be asked what it serves.
   */
  follow(ids: readonly ObjectId[], seen: (id: ObjectId) => void, signal: AbortSignal): Promise<() => void>
}

/** What is kept of an object. */
interface Sight {
  readonly id: ObjectId
  /** Stays the same while nothing but its status changes. */
  readonly mark: string
}

interface Place {
  readonly stop: AbortController
  readonly marks: Map<ObjectId, string>
  readonly listeners: Map<ObjectId, Set<(id: ObjectId) => void>>
}

export function createSights(deps: { readonly cluster: Cluster; readonly logger: DriftLogger }): Sights {
  const { cluster, logger } = deps
  const places = new Map<string, Place>()

  async function run(place: Place, resource: Resource, namespace: string): Promise<void> {
    const where = namespace === '' ? {} : { namespace }
    const options = { ...where, metadataOnly: true, keep: sightOf }
    try {
      for await (const event of cluster.watch(resource, options, place.stop.signal)) notice(place, event)
    } catch (error) {
      if (place.stop.signal.aborted) return
      logger.warn({ err: error, kind: resource.kind }, 'a watch of objects in open plans has ended')
    }
  }

  return {
    async follow(ids, seen, signal) {
      const discovery = await cluster.discover(signal)
      const mine: { readonly key: string; readonly id: ObjectId }[] = []
      for (const id of ids) {
        const { group, kind, namespace } = parseIdentity(id)
        const resource = discovery.preferred(group, kind)
        if (!resource?.verbs.includes('watch')) continue
        const key = `${group}/${kind}/${namespace}`
        let place = places.get(key)
        if (!place) {
          place = { stop: new AbortController(), marks: new Map(), listeners: new Map() }
          places.set(key, place)
          void run(place, resource, namespace)
        }
        const listeners = place.listeners.get(id) ?? new Set()
        place.listeners.set(id, listeners.add(seen))
        mine.push({ key, id })
      }
      return () => {
        for (const { key, id } of mine) {
          const place = places.get(key)
          const listeners = place?.listeners.get(id)
          listeners?.delete(seen)
          if (listeners?.size === 0) place?.listeners.delete(id)
          if (place?.listeners.size !== 0) continue
          place.stop.abort()
          places.delete(key)
        }
      }
    },
  }
}

/** The set that a watch begins with is no news: whoever follows has looked, or looks now. What was missed meanwhile is. */
function notice({ marks, listeners }: Place, event: WatchEvent<Sight>): void {
  const tell = (id: ObjectId): void => {
    for (const seen of listeners.get(id) ?? []) seen(id)
  }
  if (event.type === 'gone') {
    marks.delete(event.object.id)
    return tell(event.object.id)
  }
  const listed = event.type === 'synced' ? new Set<ObjectId>() : null
  for (const { id, mark } of event.type === 'synced' ? event.objects : [event.object]) {
    listed?.add(id)
    if (!listeners.has(id) && !marks.has(id)) continue
    const before = marks.get(id)
    marks.set(id, mark)
    if (before !== mark) tell(id)
  }
  if (!listed) return
  for (const id of marks.keys()) {
    if (listed.has(id)) continue
    marks.delete(id)
    tell(id)
  }
}

function sightOf(object: KubernetesObject): Sight {
  const { uid, generation, resourceVersion, labels, annotations, deletionTimestamp } = object.metadata
  // Kinds without a generation have no status that is written apart, as a rule: each write may be one of content.
  const version = typeof generation === 'number' ? generation : resourceVersion
  const text = canonicalJson([uid, version, labels, annotations, deletionTimestamp])
  return { id: formatIdentity(identityOf(object)), mark: hash('sha256', text, 'base64url').slice(0, 16) }
}
