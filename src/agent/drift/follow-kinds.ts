import { applicationLabel } from '../../model/fields.ts'
import { formatIdentity, type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { ourEntry } from '../../engine/field-set.ts'
import { canonicalJson } from '../../engine/json.ts'
import type { Cluster, Resource, WatchEvent } from '../cluster/cluster.ts'
import type { DriftLogger } from './drift-watcher.ts'

/** One watch per kind, whatever the number of applications; of metadata alone, which is what shows a foreign hand. */
export interface KindFollower {
  /** Follows the kinds of these objects and no others. Kinds that the cluster does not serve yet are tried at the next call. */
  follow(ids: Iterable<ObjectId>): Promise<void>
}

export interface KindFollowerDependencies {
  readonly cluster: Cluster
  readonly logger: DriftLogger
  /**
   * Objects of ours changed. `telling` ones appeared, went, lost their label or had a field taken over; the others may only
   * have a new status, which matters where somebody else holds a field of ours already.
   */
  readonly onChange: (ids: readonly ObjectId[], telling: boolean) => void
}

interface Followed {
  readonly stop: AbortController
  /** By id: what must stay the same for the object to be as it was last seen. */
  readonly seen: Map<ObjectId, string>
}

export function createKindFollower(
  { cluster, logger, onChange }: KindFollowerDependencies,
  signal: AbortSignal,
): KindFollower {
  const followed = new Map<string, Followed>()

  async function run(resource: Resource, { seen, stop }: Followed): Promise<void> {
    const limit = AbortSignal.any([signal, stop.signal])
    const options = { labelSelector: applicationLabel, metadataOnly: true }
    try {
      for await (const event of cluster.watch(resource, options, limit)) {
        const { telling, others } = changesOf(event, seen, resource)
        if (telling.length > 0) onChange(telling, true)
        if (others.length > 0) onChange(others, false)
      }
    } catch (error) {
      if (limit.aborted) return
      logger.error({ err: error, kind: resource.kind, group: resource.group }, 'a watch for drift has ended')
      followed.delete(kindKey(resource.group, resource.kind))
    }
  }

  return {
    async follow(ids) {
      const wanted = new Map<string, { group: string; kind: string }>()
      for (const id of ids) {
        const { group, kind } = parseIdentity(id)
        wanted.set(kindKey(group, kind), { group, kind })
      }
      for (const [key, { stop }] of followed) {
        if (wanted.has(key)) continue
        stop.abort()
        followed.delete(key)
      }
      const missing = [...wanted].filter(([key]) => !followed.has(key))
      if (missing.length === 0) return
      const discovery = await cluster.discover(signal)
      for (const [key, { group, kind }] of missing) {
        const resource = discovery.preferred(group, kind)
        if (!resource?.verbs.includes('watch') || followed.has(key)) continue
        const entry: Followed = { stop: new AbortController(), seen: new Map() }
        followed.set(key, entry)
        void run(resource, entry)
      }
    },
  }
}

interface Changes {
  readonly telling: readonly ObjectId[]
  readonly others: readonly ObjectId[]
}

function changesOf(event: WatchEvent, seen: Map<ObjectId, string>, resource: Resource): Changes {
  const idOf = ({ metadata: { namespace = '', name } }: KubernetesObject) =>
    formatIdentity({ group: resource.group, kind: resource.kind, namespace, name })
  if (event.type === 'gone') {
    const id = idOf(event.object)
    seen.delete(id)
    return { telling: [id], others: [] }
  }
  const objects = event.type === 'synced' ? event.objects : [event.object]
  const telling: ObjectId[] = []
  const others: ObjectId[] = []
  for (const object of objects) {
    const id = idOf(object)
    const mark = markOf(object)
    if (seen.get(id) === mark) others.push(id)
    else telling.push(id)
    seen.set(id, mark)
  }
  if (event.type === 'synced') {
    const listed = new Set([...telling, ...others])
    for (const id of seen.keys()) {
      if (listed.has(id)) continue
      seen.delete(id)
      telling.push(id)
    }
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
  return canonicalJson([uid, labels, annotations, deletionTimestamp, entry?.fieldsV1, entry?.time])
}

function kindKey(group: string, kind: string): string {
  return `${group}/${kind}`
}
