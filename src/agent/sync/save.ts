import { type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { ObjectHealth } from '../../model/sync.ts'
import { applicationOf } from '../../engine/ownership.ts'
import { readLive } from '../plan/read-live.ts'
import type { HeldBack, Journal } from '../state/state.ts'
import { setDigest } from '../../engine/digest.ts'
import { whenFailed, whenRolledBack, whenRolledBackTo, whenSynced } from './conditions.ts'
import type { SyncContext } from './context.ts'
import { handBack } from './hand-back.ts'
import { type Failure, mayPass } from './sync-failure.ts'
import { withBackoff } from './time-limit.ts'

/** The API server may be away for a moment just when everything is done. */
const patient = { limit: 8, durationSeconds: 0.25, factor: 2, maxDurationSeconds: 15 }

/** Remembers a sync that is complete, then forgets its journal. Idempotent at every point. */
export async function saveSynced(
  context: SyncContext,
  journal: Journal,
  health: readonly ObjectHealth[],
  signal: AbortSignal,
): Promise<void> {
  const { state } = context
  const { application, revision, desired } = journal
  const { name } = application
  await withBackoff(patient, mayPass, () => save(), signal)

  async function save(): Promise<void> {
    if (journal.removed) {
      await state.forget(name, signal)
      return state.clearJournal(name, signal)
    }
    const inventory = [...desired.map(objectIdOf), ...(await leftBehind(context, journal, signal))]
    await state.assign(application, journal.repository, signal)
    const limit = application.revisionHistoryLimit
    const { trigger = null, rollback = null } = journal
    await state.saveRevision(
      name,
      { revision, objects: desired, limit, trigger, rolledBackTo: rollback?.to ?? null },
      signal,
    )
    // An earlier set comes back without its hooks: those for the application's end stay as Git said last.
    if (!rollback) await state.saveHooks(name, journal.hooks ?? [], signal)
    await state.saveStatus(
      name,
      {
        revision,
        digest: journal.digest,
        syncedAt: context.clock().toISOString(),
        inventory,
        // A rollback says nothing about a revision that failed.
        ...(rollback ? {} : { failedRevision: null }),
        heldBack: rollback?.holdBack ?? null,
        moving: journal.moving ?? [],
        conditions: rollback
          ? whenRolledBackTo(revision, rollback.holdBack, health)
          : whenSynced(revision, health),
      },
      signal,
    )
    await state.clearJournal(name, signal)
  }
}

/** Ends of a sync that somebody wanted. */
const cancelled: ReadonlySet<string> = new Set(['cancelled', 'superseded', 'rollback-asked'])

/** Objects that left Git but stay (pruning is off, they say so, or they take their time): still ours, so that they can be pruned one day. */
async function leftBehind(
  { cluster }: SyncContext,
  journal: Journal,
  signal: AbortSignal,
): Promise<readonly ObjectId[]> {
  const { name } = journal.application
  const desired = new Set(journal.desired.map(objectIdOf))
  const candidates = journal.previousInventory.filter(id => !desired.has(id))
  const wanted = new Map(candidates.map(id => [id, null]))
  const live = await readLive({ cluster, application: name, wanted }, signal)
  return candidates.filter(id => {
    const read = live.get(id)
    // What cannot be read is not forgotten.
    return read?.kind === 'unreadable' || (read?.kind === 'live' && applicationOf(read.object) === name)
  })
}

/** Remembers what is left of an application that goes. Idempotent at every point. */
export async function saveUnfinishedRemoval(
  context: SyncContext,
  journal: Journal,
  failure: Failure,
  signal: AbortSignal,
): Promise<void> {
  const { state } = context
  const { name } = journal.application
  await withBackoff(
    patient,
    mayPass,
    async () => {
      const inventory = await leftBehind(context, journal, signal)
      await state.saveStatus(name, { inventory, conditions: whenFailed('SyncFailed', failure) }, signal)
      await state.clearJournal(name, signal)
    },
    signal,
  )
}

/** Remembers that a sync was undone, and that its revision failed; then forgets the journal. Idempotent at every point. */
export async function saveRolledBack(
  { state }: SyncContext,
  journal: Journal,
  { failure, health }: { readonly failure: Failure; readonly health: readonly ObjectHealth[] },
  signal: AbortSignal,
): Promise<void> {
  const { name, revisionHistoryLimit } = journal.application
  await withBackoff(patient, mayPass, () => save(), signal)

  async function undoneSet(): Promise<HeldBack> {
    const { revision, desired } = journal
    return { revision, digest: setDigest(desired, await state.redactionKey(signal)) }
  }

  async function save(): Promise<void> {
    const { revision, syncedAt } = journal.previousStatus
    // The sync may have been cut off after it had saved its own set as the newest.
    const hasNewest = syncedAt !== null || (await state.loadRevision(name, 'latest', signal)) !== null
    const kept = { revision, objects: journal.previous, limit: revisionHistoryLimit }
    if (hasNewest) await state.saveRevision(name, kept, signal)
    await state.saveStatus(
      name,
      {
        ...journal.previousStatus,
        inventory: journal.previousInventory,
        // Whoever cancels says nothing about the revision, and one that was rolled back to has worked before.
        ...(cancelled.has(failure.code) || journal.rollback ? {} : { failedRevision: journal.revision }),
        ...(failure.code === 'rollback-asked' ? { heldBack: await undoneSet() } : {}),
        conditions: whenRolledBack(journal.revision, failure, health),
      },
      signal,
    )
    await handBack(state, journal, signal)
    await state.clearJournal(name, signal)
  }
}
