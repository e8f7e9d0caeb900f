import type { ForgeEvent } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { acceptedSentence } from '../report/drift-issue.ts'
import { acceptedSilenceSentence } from '../report/silence-issue.ts'
import type { IssueRecord } from '../store/records/issues.ts'
import type { JobDeps } from './deps.ts'
import { settleDrift, unlessGone } from './settle-drift.ts'
import { settleSilence } from './settle-silence.ts'
import { acceptedRecord, reopenedRecord, say } from './take-issue-step.ts'

/** Somebody, maybe ourselves, closed or reopened one of our issues. What tells a state is looked at in turn with what that state does. */
export async function noteIssue(
  deps: JobDeps,
  { repository, number, state }: Extract<ForgeEvent, { readonly kind: 'issue-changed' }>,
  { traceId }: JobContext,
): Promise<void> {
  const issue = await deps.store.issues.numbered(repositoryKey(repository), number)
  if (!issue || issue.state === state) return
  if (followsState(issue)) {
    return deps.queue.enqueue(deps.store, { traceId, job: { kind: 'issue-moved', issue: issue.key } })
  }
  const closedAt = state === 'closed' ? deps.clock().toISOString() : null
  await deps.store.issues.save({ ...issue, state, closedAt })
}

/** Issues that open and close with a state, and remember what people accepted of it. */
export const statefulKinds = ['drift', 'cluster-silent'] as const

function followsState({ kind }: IssueRecord): boolean {
  return statefulKinds.some(it => it === kind)
}

/**
 * Closing such an issue by hand accepts what it says, reopening it takes that back. What the webhook said may be long past, or our own
 * doing: the forge is asked.
 */
export async function followIssue(
  deps: JobDeps,
  { issue: key }: { readonly issue: string },
  context: JobContext,
): Promise<void> {
  const { signal } = context
  const issue = await deps.store.issues.withKey(key)
  const ref = issue && (await deps.store.repositories.byKey(issue.repository))
  const number = issue?.number ?? null
  if (!ref || number === null) return
  const forge = deps.forges.repository(ref)
  const seen = await unlessGone(deps, issue, () => forge.issue(number, signal))
  if (seen !== 'gone' && seen.state === 'closed' && issue.state === 'open') {
    const accepted = acceptedRecord(issue, seen.closedAt ?? deps.clock().toISOString())
    const turn = `accepted-${accepted.memory?.turns ?? 0}`
    const body = issue.kind === 'drift' ? acceptedSentence : acceptedSilenceSentence
    await say(forge, { issue: number, key: turn, body }, signal)
    await deps.store.issues.save(accepted)
  } else if (seen !== 'gone' && seen.state === 'open' && issue.state === 'closed') {
    await deps.store.issues.save(reopenedRecord(issue))
  }
  const { cluster, application, repository } = issue
  if (issue.kind === 'drift') await settleDrift(deps, { name: application, cluster }, context)
  else await settleSilence(deps, { repository, cluster }, context)
}
