import { type Application, applicationKey } from '../../model/application.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { SyncRecord } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'
import { startApproved } from './approve.ts'
import type { JobDeps } from './deps.ts'

/** Syncs whose push was read before anybody knew of their pull request: what was approved on it counts for them after all. */
export async function reviewAttributed(
  deps: JobDeps,
  records: Records,
  it: {
    readonly syncs: readonly SyncRecord[]
    readonly pullRequest: PullRequestRecord
    readonly ref: RepositoryRef
    readonly traceId: string
  },
): Promise<void> {
  const { pullRequest } = it
  // Another touched it later, which is asked instead.
  const syncs = it.syncs.filter(sync => sync.pullRequest === pullRequest.number)
  if (!syncs.some(sync => sync.awaitsApproval)) return
  await records.pullRequests.hold(pullRequest.id)
  const plan = await records.plans.latest(pullRequest.id)
  for (const sync of syncs) {
    if (!sync.awaitsApproval || plan?.head !== pullRequest.head) continue
    const digest = digestIn(plan, sync.application)
    if (digest !== null) await records.syncs.setReviewed(sync.id, digest)
  }
  await startApproved(deps, records, it)
}

function digestIn({ applications }: PlanRecord, application: Application): string | null {
  const key = applicationKey(application)
  const planned = applications.find(it => applicationKey(it.application) === key)
  return planned?.status.kind === 'planned' ? planned.status.plan.changeDigest : null
}
