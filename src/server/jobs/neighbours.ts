import type { Application } from '../../model/application.ts'
import type { Neighbour } from '../../model/command.ts'
import { applicationOf, type SyncRecord } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'

/** More cannot be told apart from a change of everything, in which nothing moves. */
const mostNeighbours = 200

/** How far back syncs that did not end well are looked for. */
const mostSyncs = 20

/** Those of them that go to the same cluster. */
export function neighboursAmong(
  changed: readonly Neighbour[],
  { name, destination }: Application,
): readonly Neighbour[] {
  const others = changed.filter(
    ({ application: it }) => it.destination.cluster === destination.cluster && it.name !== name,
  )
  return others.length > mostNeighbours
    ? []
    : others.map(({ application, removed }) => ({ application, removed }))
}

/**
 * What changed with any commit since the application was synced the last time: objects may move between them and it, and a commit whose
 * sync was skipped or failed counts as well.
 */
export async function neighboursOf(records: Records, sync: SyncRecord): Promise<readonly Neighbour[]> {
  const { destination } = sync.application
  const recent = await records.syncs.ofApplication(applicationOf(sync), mostSyncs)
  const synced = recent.findIndex(it => it.id < sync.id && it.result?.outcome === 'synced')
  const since = recent.slice(0, synced === -1 ? recent.length : synced).filter(it => it.id <= sync.id)
  const newest = new Map<string, SyncRecord>()
  for (const revision of new Set(since.map(it => it.revision))) {
    for (const other of await records.syncs.ofRevision(sync.repository, revision)) {
      if (other.application.destination.cluster !== destination.cluster) continue
      const known = newest.get(other.application.name)
      if (!known || known.id < other.id) newest.set(other.application.name, other)
    }
  }
  return neighboursAmong([...newest.values()], sync.application)
}
