import { InvalidInputError } from '../../model/problem.ts'
import type { RevisionEntry, State } from '../state/state.ts'
import type { SyncRequest } from './syncer.ts'

/** Fewer digits of a commit could be a number. */
const shortestRevision = 7

/**
 * Which entry of a history a rollback goes to. `to` is a number, a commit or its beginning; without it, the newest one before the
 * current that is another set. Going back twice goes back further: an entry that a rollback has made counts as the one that it
 * brought back. Throws InvalidInputError that says what there is.
 */
export function rollbackTarget(
  application: string,
  history: readonly RevisionEntry[],
  to: string | null,
): RevisionEntry {
  const [current, ...older] = history
  if (!current)
    throw noSuch(`${application} was never synced to this cluster, so there is nothing to go back to`)
  if (to !== null) return namedIn(application, history, to)
  const at = current.rolledBackTo ?? current.number
  const target = older.find(it => it.number < at && it.rolledBackTo === null && it.digest !== current.digest)
  if (target) return target
  throw noSuch(
    `nothing older than ${nameOf(current)} is kept of ${application}`,
    'revisionHistoryLimit of the Application says how much is kept',
  )
}

function namedIn(application: string, history: readonly RevisionEntry[], to: string): RevisionEntry {
  const number = /^\d{1,6}$/.test(to) ? Number(to) : null
  const byNumber = history.find(it => it.number === number)
  if (byNumber) return byNumber
  const wanted = to.toLowerCase()
  const byRevision =
    wanted.length < shortestRevision ? [] : history.filter(it => it.revision?.startsWith(wanted))
  const [found] = byRevision
  if (found && new Set(byRevision.map(it => it.revision)).size === 1) return found
  const kept = history.map(nameOf).join(', ')
  throw noSuch(
    found ? `${to} is more than one revision of ${application}` : `${to} is not kept of ${application}`,
    `There are: ${kept}`,
  )
}

/** `3 (4f2a9c1)`, or `3` when it came from a plain directory. */
function nameOf({ number, revision }: RevisionEntry): string {
  return revision === null ? String(number) : `${number} (${revision.slice(0, 7)})`
}

export interface RollbackQuestion {
  /** Id of the command. */
  readonly id: string
  readonly application: string
  readonly to: string | null
  /** Who asked, for the history, e.g. `alice`; null when nobody knows. */
  readonly by: string | null
}

/** The sync that a rollback is. Rejects with InvalidInputError when there is nothing to go back to, or with ClusterError. */
export async function rollbackRequest(
  state: State,
  { id, application: name, to, by }: RollbackQuestion,
  signal: AbortSignal,
): Promise<SyncRequest> {
  const managed = await state.get(name, signal)
  if (!managed) throw noSuch(`there is no application ${name} on this cluster`)
  const target = rollbackTarget(name, await state.history(name, signal), to)
  const objects = await state.loadRevision(name, target.number, signal)
  if (!objects) throw noSuch(`${nameOf(target)} of ${name} was dropped a moment ago`)
  return {
    id,
    application: managed.application,
    removed: false,
    repository: managed.repository,
    revision: target.revision,
    rendered: objects.map(object => ({ object, source: null })),
    reviewedDigest: null,
    requireReviewedPlan: false,
    rollbackTo: target.number,
    trigger: `rollback to ${target.number}${by ? ` by ${by}` : ''}`,
  }
}

function noSuch(message: string, hint: string | null = null): InvalidInputError {
  return new InvalidInputError([{ code: 'nothing-to-roll-back-to', message, location: null, hint }])
}
