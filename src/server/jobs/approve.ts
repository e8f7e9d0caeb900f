import { type RepositoryRef, repositoryKey, type Revision } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { ApprovalRecord } from '../store/records/approvals.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import { applicationOf, type SyncRecord } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'
import { type ApprovalDecision, approversOf, decideApproval, mayNotApprove } from './approvals.ts'
import { awaitedApproval, plannedDigest } from './awaited-approval.ts'
import { code } from '../report/escape.ts'
import { done, no, type Outcome } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'
import { awaitWindow, windowNow } from './open-window.ts'
import { startSync } from './start-sync.ts'
import { syncedElsewhere } from './synced-elsewhere.ts'
import { isAutomated } from './syncs-by-itself.ts'

export interface Approving {
  readonly repository: RepositoryRef
  readonly number: number
  /** Login of somebody with write permission: that is asked by whoever calls. */
  readonly by: string
  /** Name of a cluster; null: all that wait. */
  readonly environment: string | null
  /** The head that is meant, or its beginning; null: that of the newest plan. */
  readonly head: Revision | null
  /** When it was said, RFC 3339: what came later was not seen. Null: at a check, which shows nothing of what came after the merge. */
  readonly at: string | null
  /** The plan that was looked at, as a check names it; missing: nobody knows. */
  readonly plan?: string
}

/**
 * Somebody approves what a pull request does: before its merge the newest plan, after it what still waits for approval, which begins
 * when enough people did. Idempotent. Never counts whoever opened the pull request or pushed its head.
 */
export async function approve(deps: JobDeps, it: Approving, context: JobContext): Promise<Outcome> {
  const { repository: ref, number } = it
  const now = await deps.forges.repository(ref).pullRequest(number, context.signal)
  const pullRequest = await deps.store.pullRequests.save(repositoryKey(ref), now)
  if (pullRequest.state === 'closed') return no('This pull request is closed.')
  const pushers = await deps.store.pushers.of(pullRequest.repository, pullRequest.head)
  const why = mayNotApprove({ author: pullRequest.author, pushers }, it.by)
  if (why) return no(why)
  return deps.store.transaction(async records => {
    await records.pullRequests.hold(pullRequest.id)
    const { repository } = pullRequest
    const syncs = await records.syncs.ofPullRequest(repository, number)
    const elsewhere = syncs.length === 0 ? await syncedElsewhere(records, { repository, number }) : null
    if (elsewhere) return elsewhere
    const latest = await records.plans.latest(pullRequest.id)
    const sawAnother = it.plan !== undefined && latest !== null && it.plan !== `${latest.id}`
    const decision = sawAnother
      ? unseen
      : syncs.length > 0
        ? decideOnSyncs(syncs, it)
        : decideOnPlan(latest, { pullRequest, approvals: await records.approvals.of(pullRequest.id), it })
    if (decision.kind === 'no') return decision
    for (const { application, cluster, digest } of decision.subjects) {
      const subject = { application, cluster, digest }
      await records.approvals.add({ pullRequest: pullRequest.id, person: it.by, ...subject })
    }
    deps.logger.info(
      { traceId: context.traceId, pullRequest: number, by: it.by, approved: decision.subjects },
      'a pull request was approved',
    )
    await startApproved(deps, records, { pullRequest, ref, traceId: context.traceId })
    await tell(deps, records, { pullRequest, syncs, ref, traceId: context.traceId })
    return done
  })
}

function decideOnPlan(
  plan: PlanRecord | null,
  about: {
    readonly pullRequest: PullRequestRecord
    readonly approvals: readonly ApprovalRecord[]
    readonly it: Approving
  },
): ApprovalDecision {
  const { pullRequest, approvals } = about
  const { environment, head, at } = about.it
  const isCurrent = plan?.head === pullRequest.head
  if (plan && isCurrent && (isUnseen(plan.createdAt, at) || !plan.head.startsWith(head ?? ''))) {
    return unseen
  }
  return decideApproval(isCurrent ? plan : null, approvals, environment)
}

function decideOnSyncs(syncs: readonly SyncRecord[], { environment, at }: Approving): ApprovalDecision {
  const names = [...new Set(syncs.map(it => it.application.destination.cluster))]
  if (environment !== null && !names.includes(environment)) {
    return no(
      `Nothing was synced to an environment of that name: this touched ${names.map(code).join(', ')}.`,
    )
  }
  const meant = syncs.filter(it => [null, it.application.destination.cluster].includes(environment))
  const subjects = meant.flatMap(sync => {
    const awaited = awaitedApproval(sync)
    if (!awaited) return []
    const { name: application, cluster } = applicationOf(sync)
    return [{ application, cluster, digest: awaited.digest }]
  })
  const isNewer = meant.some(
    it => awaitedApproval(it)?.moved && (at === null || isUnseen(it.result?.finishedAt ?? '', at)),
  )
  if (isNewer) return unseen
  return subjects.length === 0 ? no('Nothing here waits for approval.') : { kind: 'approve', subjects }
}

const unseen: ApprovalDecision = {
  kind: 'no',
  why: 'Nothing was approved: the plan is newer than that. Look at it, then say `/plumbline approve`.',
}

/** Forges tell the time of a comment in whole seconds. */
function isUnseen(made: string, at: string | null): boolean {
  return at !== null && Math.floor(Date.parse(made) / 1000) > Math.floor(Date.parse(at) / 1000)
}

interface Approved {
  readonly pullRequest: PullRequestRecord
  readonly ref: RepositoryRef
  readonly traceId: string
}

/** Begins what enough people have approved. The pull request has to be held: else two who approve at once may both be one too few. */
export async function startApproved(
  deps: JobDeps,
  records: Records,
  { pullRequest, ref, traceId }: Approved,
): Promise<void> {
  const approvals = await records.approvals.of(pullRequest.id)
  for (const sync of await records.syncs.ofPullRequest(pullRequest.repository, pullRequest.number)) {
    const awaited = awaitedApproval(sync)
    if (!awaited) continue
    const { name: application, cluster } = applicationOf(sync)
    const people = approversOf(approvals, { application, cluster, digest: awaited.digest })
    if (people.length < sync.approvalsWanted) continue
    const [newest] = await records.syncs.ofApplication(applicationOf(sync), 1)
    if (newest?.id !== sync.id) continue
    // Somebody had it begin before, or nobody needs to.
    const status = isAutomated(sync.application) || sync.startedAt !== null ? 'pending' : 'waiting'
    await records.syncs.approve(sync.id, { reviewedDigest: plannedDigest(awaited), status })
    const approved = await records.syncs.byId(sync.id)
    if (approved && status === 'pending') await begin(deps, records, { sync: approved, ref, traceId })
  }
}

async function begin(
  deps: JobDeps,
  records: Records,
  it: { readonly sync: SyncRecord; readonly ref: RepositoryRef; readonly traceId: string },
): Promise<void> {
  const window = await windowNow(deps, records, it.sync)
  if (window.isOpen) return startSync(deps, records, it)
  await awaitWindow(deps, records, { ...it, until: window.until })
}

async function tell(
  deps: JobDeps,
  records: Records,
  { pullRequest, syncs, ref, traceId }: Approved & { readonly syncs: readonly SyncRecord[] },
): Promise<void> {
  const about = { repository: ref, number: pullRequest.number }
  const [sync] = syncs
  const plan = sync ? null : await records.plans.latest(pullRequest.id)
  if (sync) {
    await deps.queue.enqueue(records, { traceId, job: { kind: 'sync-progressed', ...about, sync: sync.id } })
  }
  if (plan) {
    const job = { kind: 'plan-progressed', ...about, plan: plan.id, isDue: false } as const
    await deps.queue.enqueue(records, { traceId, job })
  }
}
