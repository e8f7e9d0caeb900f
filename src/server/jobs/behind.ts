import type { DriftPolicy } from '../../model/drift-settings.ts'
import type { BehindView } from '../report/view.ts'
import type { CommandRecord } from '../store/records/commands.ts'
import type { SyncRecord } from '../store/records/syncs.ts'
import { isFailure } from './sync-view.ts'

/**
 * Drift in Git's direction: a commit that should be on the cluster by now. What waits for a person, for a window or to be told to an
 * agent for the first time is no drift; a sync that is overdue is. Null: the cluster is where Git is, or on its way.
 */
export function behindOf(
  it: {
    /** The newest of the application. */
    readonly sync: SyncRecord | null
    readonly pullRequest: BehindView['pullRequest']
    readonly command: CommandRecord | null
    /** Whether its agent is heard of. */
    readonly hasAgent: boolean
    readonly policy: Pick<DriftPolicy, 'behindAfterSeconds'>
    /** An open issue says so of this commit, or of one before: it does until the cluster has caught up. */
    readonly isTold: boolean
  },
  now: Date,
): BehindView | null {
  const { sync, command, hasAgent, policy, isTold } = it
  if (!sync) return null
  const isDue = (from: string) =>
    isTold || Date.parse(from) + policy.behindAfterSeconds * 1000 <= now.getTime()
  const about = {
    revision: sync.revision,
    removed: sync.removed,
    pullRequest: it.pullRequest,
    issue: sync.issue,
  }
  if (sync.status === 'finished' && sync.result) {
    const { result } = sync
    if (!isFailure(result) || !isDue(result.finishedAt)) return null
    return { ...about, since: sync.createdAt, why: 'failed', message: result.error?.message ?? null }
  }
  if (sync.status !== 'pending' || (sync.commandId === null && !isTold)) return null
  if (!isDue(sync.startedAt ?? sync.createdAt)) return null
  const why = command?.state === 'sent' ? 'unfinished' : hasAgent ? 'not-taken' : 'no-agent'
  return { ...about, since: sync.createdAt, why, message: null }
}

/**
 * Whether it is a reason for an issue. A failure that has an issue of its own is told there, and what a silent cluster does not take is
 * told by the one issue about that cluster.
 */
export function behindDeservesIssue(behind: BehindView, isSilent: boolean): boolean {
  if (behind.why === 'failed') return behind.issue === null
  return !isSilent
}
