import type { ObjectHealth } from '../../model/sync.ts'
import type { Condition, HeldBack } from '../state/state.ts'
import type { Failure } from './sync-failure.ts'

/** The drift watcher says the same, so that an application in order is not written to and fro. */
export const notDrifted: Condition = {
  type: 'Drifted',
  status: 'False',
  reason: 'AsSynced',
  message: 'The cluster is as it was last synced',
}

export function whileSyncing(revision: string | null): readonly Condition[] {
  const message = `Syncing ${shortRevision(revision)}`
  return [
    { type: 'Synced', status: 'Unknown', reason: 'Syncing', message },
    { type: 'Ready', status: 'Unknown', reason: 'Syncing', message },
  ]
}

export function whenSynced(revision: string | null, health: readonly ObjectHealth[]): readonly Condition[] {
  const message = `Synced ${shortRevision(revision)}`
  const healthy = healthyFrom(health)
  return [
    { type: 'Synced', status: 'True', reason: 'SyncSucceeded', message },
    healthy,
    notDrifted,
    { type: 'Ready', status: healthy.status, reason: healthy.reason, message: healthy.message },
  ]
}

/** A person went back to an earlier set: it is healthy or not, and Git says something else. */
export function whenRolledBackTo(
  revision: string | null,
  heldBack: HeldBack | null,
  health: readonly ObjectHealth[],
): readonly Condition[] {
  const synced = whenSynced(revision, health)
  if (!heldBack) return synced
  const message = `Rolled back to ${shortRevision(revision)} on request; ${shortRevision(heldBack.revision)} is held back until Git changes or somebody syncs it`
  return synced.map(it =>
    it.type === 'Synced' ? { ...it, status: 'False', reason: 'RolledBackOnRequest', message } : it,
  )
}

export function whenRolledBack(
  revision: string | null,
  failure: Failure,
  health: readonly ObjectHealth[],
): readonly Condition[] {
  const message = `${shortRevision(revision)} was rolled back: ${failure.message}`
  return [
    { type: 'Synced', status: 'False', reason: 'RolledBack', message },
    healthyFrom(health),
    { type: 'Ready', status: 'False', reason: 'RolledBack', message },
  ]
}

export function whenFailed(reason: 'RollbackFailed' | 'SyncFailed', failure: Failure): readonly Condition[] {
  return [
    { type: 'Synced', status: 'False', reason, message: failure.message },
    { type: 'Ready', status: 'False', reason, message: failure.message },
  ]
}

export function whenStopped(outcome: 'refused' | 'waiting', failure: Failure): readonly Condition[] {
  const reason = outcome === 'refused' ? 'Refused' : 'WaitingForReview'
  return [{ type: 'Synced', status: 'False', reason, message: failure.message }]
}

function healthyFrom(health: readonly ObjectHealth[]): Condition {
  const ill = health.filter(it => it.status === 'degraded' || it.status === 'missing')
  const moving = health.filter(it => it.status === 'progressing')
  const list = (some: readonly ObjectHealth[]) =>
    some.map(it => `${it.id}: ${it.message || it.status}`).join('; ')
  if (ill.length > 0) return { type: 'Healthy', status: 'False', reason: 'Degraded', message: list(ill) }
  if (moving.length > 0) {
    return { type: 'Healthy', status: 'Unknown', reason: 'Progressing', message: list(moving) }
  }
  return { type: 'Healthy', status: 'True', reason: 'Healthy', message: 'Every object is healthy' }
}

/** As people write revisions; a sync from a plain directory has none. */
export function shortRevision(revision: string | null): string {
  return revision === null ? 'a local directory' : revision.slice(0, 7)
}
