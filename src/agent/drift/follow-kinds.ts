import { hash } from 'node:crypto'
import { applicationLabel } from '../../model/fields.ts'
import { formatIdentity, identityOf, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { ourEntry } from '../../engine/field-set.ts'
import { canonicalJson } from '../../engine/json.ts'
import { isLeftBehind } from '../../engine/left-behind.ts'
import { applicationOf } from '../../engine/ownership.ts'
import type { Cluster, Resource, WatchEvent } from '../cluster/cluster.ts'
import type { DriftLogger } from './drift-watcher.ts'

/** `group/Kind`. */
export type KindKey = string

/**
 * One watch per kind, whatever the number of applications; of metadata alone, which is what shows a foreign hand. What it keeps of an
 * object is its id, its application and a digest.
 */
export interface KindFollower {
  /** Follows these kinds and no others. Kinds that the cluster does not serve yet are tried at the next call. */
  follow(kinds: ReadonlySet<KindKey>): Promise<void>
  /** Objects of the kinds followed that carry the label of this application and look as if it had applied them. */
  appliedBy(application: string): Iterable<ObjectId>
}

export interface KindFollowerDependencies {
  readonly cluster: Cluster
  readonly logger: DriftLogger
  /**
   * Objects with our label changed. `telling` ones appeared, went, lost their label or had a field taken over; the others may only
   * have a new status, which matters where somebody else holds a field of ours already.
   */
  readonly onChange: (seen: readonly Sighting[], telling: boolean) => void
}

export interface Sighting {
  readonly id: ObjectId
  /** The application that applied it, by its own account; null when it is gone, or was made by others. */
  readonly appliedBy: string | null
}

/** What is kept of an object. */
interface Sight extends Sighting {
  /** What must stay the same for the object to be as it was last seen. */
  readonly mark: string
}

interface Followed {
  readonly stop: AbortController
  readonly seen: Map<ObjectId, Sight>
}

export function kindKey({ group, kind }: { readonly group: string; readonly kind: string }): KindKey {
  return `${group}/${kind}`
}

export function createKindFollower(
  { cluster, logger, onChange }: KindFollowerDependencies,
  signal: AbortSignal,
): KindFollower {
  const followed = new Map<KindKey, Followed>()
  /** One text for each name, however many objects say it. */
  const names = new Map<string, string>()

  function nameOf(application: string): string {
    const known = names.get(application)
    if (known === undefined) names.set(application, application)
    return known ?? application
  }

  function sightOf(object: KubernetesObject): Sight {
    const owner = applicationOf(object)
    const appliedBy = owner !== null && isLeftBehind(object, owner) ? nameOf(owner) : null
    return { id: formatIdentity(identityOf(object)), appliedBy, mark: markOf(object) }
  }

  async function run(resource: Resource, { seen, stop }: Followed): Promise<void> {
    const limit = AbortSignal.any([signal, stop.signal])
    const options = { labelSelector: applicationLabel, metadataOnly: true, keep: sightOf }
    try {
      for await (const event of cluster.watch(resource, options, limit)) {
        const { telling, others } = changesOf(event, seen)
        if (telling.length > 0) onChange(telling, true)
        if (others.length > 0) onChange(others, false)
      }
    } catch (error) {
      if (limit.aborted) return
      logger.error({ err: error, kind: resource.kind, group: resource.group }, 'a watch for drift has ended')
      followed.delete(kindKey(resource))
    }
  }

  return {
    async follow(kinds) {
      for (const [key, { stop }] of followed) {
        if (kinds.has(key)) continue
        stop.abort()
        followed.delete(key)
      }
      const missing = [...kinds].filter(key => !followed.has(key))
      if (missing.length === 0) return
      const discovery = await cluster.discover(signal)
      for (const key of missing) {
        const slash = key.indexOf('/')
        const resource = discovery.preferred(key.slice(0, slash), key.slice(slash + 1))
        if (!resource?.verbs.includes('watch') || followed.has(key)) continue
        const entry: Followed = { stop: new AbortController(), seen: new Map() }
        followed.set(key, entry)
        void run(resource, entry)
      }
    },
    *appliedBy(application) {
      for (const { seen } of followed.values()) {
        for (const sight of seen.values()) if (sight.appliedBy === application) yield sight.id
      }
    },
  }
}

interface Changes {
  readonly telling: readonly Sighting[]
  readonly others: readonly Sighting[]
}

function changesOf(event: WatchEvent<Sight>, seen: Map<ObjectId, Sight>): Changes {
  if (event.type === 'gone') {
    const { id } = event.object
    seen.delete(id)
    return { telling: [{ id, appliedBy: null }], others: [] }
  }
  const telling: Sighting[] = []
  const others: Sighting[] = []
  const listed = event.type === 'synced' ? new Set<ObjectId>() : null
  for (const sight of event.type === 'synced' ? event.objects : [event.object]) {
    if (seen.get(sight.id)?.mark === sight.mark) others.push(sight)
    else telling.push(sight)
    seen.set(sight.id, sight)
    listed?.add(sight.id)
  }
  for (const id of listed ? seen.keys() : []) {
    if (listed?.has(id)) continue
    seen.delete(id)
    telling.push({ id, appliedBy: null })
  }
  return { telling, others }
}

/**
 * What changes whenever somebody else changes a field of ours: a manager that writes another value takes the field out of our
 * entry. Status updates of controllers leave all of this alone, and so cost nothing.
 */
function markOf(object: KubernetesObject): string {
  const { uid, labels, annotations, deletionTimestamp } = object.metadata
  const entry = ourEntry(object)
  const text = canonicalJson([uid, labels, annotations, deletionTimestamp, entry?.fieldsV1, entry?.time])
  return hash('sha256', text, 'base64url').slice(0, markLength)
}

/** 96 bits: that two of one object are equal by chance does not happen. */
const markLength = 16
