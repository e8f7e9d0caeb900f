import type { RepositoryRef } from '../../model/repository.ts'
import type { PullRequestView } from '../report/view.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { Records } from '../store/store.ts'
import { approvalViews } from './approvals.ts'
import type { JobDeps } from './deps.ts'
import { keepOverlaps, overlapsAmong, overlapViews } from './overlaps.ts'

/** What people and other pull requests have to do with a plan. */
export type Standing = Required<Pick<PullRequestView, 'approvals' | 'overlaps'>>

export interface StandingPlan {
  readonly plan: PlanRecord
  readonly pullRequest: PullRequestRecord
}

/**
 * Brings what is known of a plan's approvals and of its overlaps to what the plan says now: approvals of another plan are dropped, and
 * other pull requests hear of what they have in common with it. Idempotent.
 */
export async function settleStanding(
  deps: JobDeps,
  it: StandingPlan & { readonly ref: RepositoryRef },
  traceId: string,
): Promise<Standing> {
  const { plan, pullRequest } = it
  if (pullRequest.state !== 'open') return { approvals: [], overlaps: [] }
  return deps.store.transaction(async records => {
    for (const { application, status } of plan.applications) {
      if (status.kind !== 'planned') continue
      const { name, destination } = application
      const digest = status.plan.changeDigest
      const place = { application: name, cluster: destination.cluster, digest }
      await records.approvals.dropOthers({ pullRequest: pullRequest.id, ...place })
    }
    await keepOverlaps(deps, records, { ...it, traceId })
    return standingOf(records, it)
  })
}

/** The same as it is known, for showing. */
export async function standingOf(
  { approvals, overlaps }: Pick<Records, 'approvals' | 'overlaps'>,
  { plan, pullRequest }: StandingPlan,
): Promise<Standing> {
  const touches = await overlaps.touches({ pullRequest: pullRequest.id, plan: plan.id })
  const shared = overlapsAmong(touches, await overlaps.of(pullRequest.id))
  const unlocked = await overlaps.unlocked(pullRequest.id)
  const isHard = plan.settings.plan.locks === 'block'
  return {
    approvals: approvalViews(plan, await approvals.of(pullRequest.id)),
    overlaps: overlapViews(shared, { number: pullRequest.number, isHard, unlocked }),
  }
}
