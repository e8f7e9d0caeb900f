import type { RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { checksFor } from '../report/checks.ts'
import { deservesComment, pullRequestComment } from '../report/comment.ts'
import type { PullRequestView } from '../report/view.ts'
import type { ClusterRecord } from '../store/records/clusters.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { JobDeps } from './deps.ts'
import { planView } from './plan-view.ts'
import { sendChecks } from './send-checks.ts'

export interface PlanReportRequest {
  readonly repository: RepositoryRef
  readonly number: number
  readonly plan: number
  readonly isDue: boolean
}

/**
 * Shows how far a plan has come: checks at once, the comment when all answers are in or given up on. Only the newest plan
 * is ever shown.
 */
export async function reportPlan(
  deps: JobDeps,
  request: PlanReportRequest,
  context: JobContext,
): Promise<void> {
  const { store } = deps
  const asked = await store.plans.byId(request.plan)
  const pullRequest = asked && (await store.pullRequests.byId(asked.pullRequest))
  if (!asked || !pullRequest || pullRequest.state !== 'open') return
  const latest = await store.plans.latest(pullRequest.id)
  if (latest?.id !== asked.id || latest.head !== pullRequest.head) return
  const clusters = await store.clusters.all()
  const lookAgainIn = request.isDue ? await giveUpOnSilent(deps, latest, clusters) : null
  const plan = (await store.plans.byId(latest.id)) ?? latest
  const view = planView({
    plan,
    pullRequest,
    ref: request.repository,
    clusters,
    publicUrl: deps.publicUrl,
  })
  await show(deps, { view, pullRequest, ref: request.repository }, context.signal)
  if (lookAgainIn !== null) {
    const { traceId } = context
    const job = { kind: 'plan-progressed', ...request } as const
    await deps.queue.enqueue(store, { traceId, job }, { afterSeconds: lookAgainIn })
  }
}

/**
 * Ends the waiting for agents that did not take their command in time, or fell silent over it. Returns when to look again,
 * in seconds; null when nothing is waited for any more.
 */
async function giveUpOnSilent(
  deps: JobDeps,
  plan: PlanRecord,
  clusters: readonly ClusterRecord[],
): Promise<number | null> {
  const { store, patience } = deps
  const now = deps.clock().getTime()
  const pending = plan.applications.flatMap(it =>
    it.status.kind === 'pending' && it.commandId !== null
      ? [{ commandId: it.commandId, cluster: it.application.destination.cluster }]
      : [],
  )
  if (pending.length === 0) return null
  const early = Date.parse(plan.deadline) - now
  if (early > 0) return early / 1000
  const silent: string[] = []
  for (const { commandId, cluster } of pending) {
    const command = await store.commands.byId(commandId)
    const lastSeen = clusters.find(it => it.name === cluster)?.lastSeen ?? null
    const alive = lastSeen !== null && now - Date.parse(lastSeen) < patience.silence * 1000
    const inTime = command !== null && now < Date.parse(command.deadline)
    if (command?.state !== 'sent' || !alive || !inTime) silent.push(commandId)
  }
  await store.transaction(async records => {
    await records.commands.expire(silent)
    await records.plans.giveUp(plan.id, silent)
  })
  return silent.length < pending.length ? patience.silence / 2 : null
}

async function show(
  deps: JobDeps,
  it: {
    readonly view: PullRequestView
    readonly pullRequest: PullRequestRecord
    readonly ref: RepositoryRef
  },
  signal: AbortSignal,
): Promise<void> {
  const { view, pullRequest } = it
  const forge = deps.forges.repository(it.ref)
  const isComplete = view.applications.every(({ status }) => status.kind !== 'pending')
  if (isComplete) {
    const commentId = await forge.upsertComment(
      {
        on: pullRequest.number,
        key: 'plan',
        body: pullRequestComment(view, forge.maxCommentLength),
        knownId: pullRequest.commentId,
        createWhenMissing: deservesComment(view) || view.forkAwaitsMaintainer,
      },
      signal,
    )
    if (commentId !== null && commentId !== pullRequest.commentId) {
      await deps.store.pullRequests.setCommentId(pullRequest.id, commentId)
    }
  }
  // After the comment: whoever waits for the check finds the comment there.
  const { repository } = pullRequest
  await sendChecks(
    { store: deps.store, forge },
    { repository, revision: view.head, checks: checksFor(view), isAll: true },
    signal,
  )
}
