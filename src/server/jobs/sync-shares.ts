import type { Revision } from '../../model/repository.ts'
import type { SyncOrigin } from '../store/records/sync-origins.ts'
import type { SyncRecord } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'

/** What one push set off, as it concerns one pull request of it. */
export interface SyncShares {
  readonly all: readonly SyncRecord[]
  /** Those that it changed something of, */
  readonly touched: readonly SyncRecord[]
  /** ... and among them those that no later one did. */
  readonly credited: readonly SyncRecord[]
  /** Numbers of the other pull requests of the push. */
  readonly others: readonly number[]
  /** It speaks for the push as a whole. */
  readonly leads: boolean
}

export async function sharesOf(
  records: Pick<Records, 'syncs' | 'syncOrigins'>,
  push: {
    readonly repository: string
    readonly revision: Revision
    /** Of the pull request; null: what was pushed without one. */
    readonly number: number | null
  },
): Promise<SyncShares> {
  const { repository, revision, number } = push
  const all = await records.syncs.ofRevision(repository, revision)
  const origins = await records.syncOrigins.ofRevision(repository, revision)
  // One merge: all of it is about that.
  if (origins.size === 0) return { all, touched: all, credited: all, others: [], leads: true }
  const touches = (it: SyncRecord): boolean =>
    it.pullRequest === number || (origins.get(it.id) ?? []).some(origin => origin.pullRequest === number)
  const known = [...origins.values()].flat().toSorted((a, b) => a.position - b.position)
  const numbers = [...known, ...all].flatMap(it => it.pullRequest ?? [])
  return {
    all,
    touched: all.filter(touches),
    credited: all.filter(it => it.pullRequest === number),
    others: [...new Set(numbers)].filter(it => it !== number),
    leads: number === leaderOf(known),
  }
}

/** The last that anybody knows of. */
function leaderOf(origins: readonly SyncOrigin[]): number | null {
  return origins.findLast(it => it.pullRequest !== null)?.pullRequest ?? null
}
