import type { RepositoryRef } from '../../model/repository.ts'
import { checksFor } from '../report/checks.ts'
import type { PullRequestView } from '../report/view.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { JobDeps } from './deps.ts'
import { planView } from './plan-view.ts'
import { sendChecks } from './send-checks.ts'

/** Why a plan of a closed pull request does not count any more, should it be opened again. Nothing waits for it: its checks stay. */
export const openedAgain = 'the pull request was opened again'

/**
 * Ends the checks of a plan that nobody waits for any more, as far as they are in progress. What was planned stays: it is what people
 * have seen. A commit that is the head of another open pull request keeps that one's checks.
 */
export async function endChecks(
  deps: JobDeps,
  it: {
    readonly plan: PlanRecord
    readonly pullRequest: PullRequestRecord
    readonly ref: RepositoryRef
    readonly ended: NonNullable<PullRequestView['ended']>
  },
  signal: AbortSignal,
): Promise<void> {
  const { plan, pullRequest, ref, ended } = it
  const { store, publicUrl } = deps
  const { repository } = pullRequest
  const isPending = plan.applications.some(({ status }) => status.kind === 'pending')
  const isMadeAgain = plan.outdated !== null && plan.outdated !== openedAgain
  if (!isPending && !isMadeAgain) return
  const sharing = await store.pullRequests.openAt(repository, plan.head)
  if (sharing.some(other => other.id !== pullRequest.id)) return
  const clusters = await store.clusters.all()
  const view = planView({ plan, pullRequest, ref, clusters, publicUrl })
  const checks = checksFor({ ...view, replanning: plan.outdated, ended })
  const unfinished = checks.filter(
    ({ state }) => state.kind === 'completed' && state.conclusion === 'cancelled',
  )
  const forge = deps.forges.repository(ref)
  const wanted = { repository, revision: plan.head, checks: unfinished, isAll: false }
  await sendChecks({ store, forge }, wanted, signal)
}
