import type { ForgeError } from '../../forge/forge.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { sharedChecks } from '../report/checks.ts'
import { deservesComment, pullRequestComment } from '../report/comment.ts'
import type { PullRequestView } from '../report/view.ts'
import type { ClusterRecord } from '../store/records/clusters.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import { createApart } from './apart.ts'
import { inSeconds, type JobDeps, paceOf } from './deps.ts'
import { planView } from './plan-view.ts'
import { sendChecks } from './send-checks.ts'
import { sendComment } from './send-comment.ts'
import { settleStanding, standingOf } from './standing.ts'

export interface PlanReportRequest {
  readonly repository: RepositoryRef
  readonly number: number
  readonly plan: number
  readonly isDue: boolean
  readonly asked?: string
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
  if (!asked || !pullRequest || isOver(pullRequest)) return
  // An earlier attempt has begun it, and did not come to its end.
  const isRetry = context.attempt > 1
  if (!(await store.planReports.begin(asked.id, isRetry ? null : (request.asked ?? null)))) return
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
    standing: await settleStanding(deps, { plan, pullRequest, ref: request.repository }, context.traceId),
  })
  const about = { view, pullRequest, ref: request.repository }
  const { heldBack, refused } = await show(deps, about, context.signal)
  const { traceId } = context
  if (heldBack !== null) await comeAgain(deps, request, { traceId, afterSeconds: heldBack })
  if (lookAgainIn !== null) {
    const { asked: _, ...due } = request
    const job = { kind: 'plan-progressed', ...due } as const
    await deps.queue.enqueue(store, { traceId, job }, { afterSeconds: lookAgainIn })
  }
  if (refused) throw refused
}

/** Something was edited too recently: what it says now is told a little later. */
async function comeAgain(
  { store, queue, clock }: JobDeps,
  { repository, number, plan }: PlanReportRequest,
  { traceId, afterSeconds }: { readonly traceId: string; readonly afterSeconds: number },
): Promise<void> {
  const asked = inSeconds(clock, afterSeconds)
  if (!(await store.planReports.ask(plan, asked))) return
  const job = { kind: 'plan-progressed', repository, number, plan, isDue: false, asked } as const
  await queue.enqueue(store, { traceId, job }, { afterSeconds })
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
    // One that is not sent yet stands behind others that its agent has in hand.
    const isAwaited = command?.state === 'sent' || command?.state === 'pending'
    if (!isAwaited || !alive || !inTime) silent.push(commandId)
  }
  await store.transaction(async records => {
    await records.commands.expire(silent)
    await records.plans.giveUp(plan.id, silent)
  })
  return silent.length < pending.length ? patience.silence / 2 : null
}

/** Returns in how many seconds to come again for what was edited too recently, and what the forge refused. */
async function show(
  deps: JobDeps,
  it: {
    readonly view: PullRequestView
    readonly pullRequest: PullRequestRecord
    readonly ref: RepositoryRef
  },
  signal: AbortSignal,
): Promise<{ readonly heldBack: number | null; readonly refused: ForgeError | null }> {
  const { view, pullRequest } = it
  const forge = deps.forges.repository(it.ref)
  const of = { store: deps.store, forge, pace: paceOf(deps) }
  let heldBack: number | null = null
  const steps = createApart()
  const isComplete = view.applications.every(({ status }) => status.kind !== 'pending')
  // What it shows is true of the commit that it names, and is edited when the next plan is there.
  const isCurrent = view.replanning === null || pullRequest.commentId === null
  if (isComplete && isCurrent && !view.isMergeGroup) {
    const comment = {
      pullRequest,
      kind: 'plan',
      body: pullRequestComment(view, forge.maxCommentLength),
      createWhenMissing: deservesComment(view) || view.forkAwaitsMaintainer,
    } as const
    heldBack = await steps.apart(() => sendComment(of, comment, signal))
  }
  // After the comment: whoever waits for the check finds the comment there.
  const { repository } = pullRequest
  const others = await othersAtHead(deps, pullRequest, it.ref)
  const checks = { repository, revision: view.head, checks: sharedChecks([view, ...others]), isAll: true }
  const later = await steps.apart(() => sendChecks(of, checks, signal))
  if (later !== null) heldBack = Math.max(heldBack ?? 0, later)
  return { heldBack, refused: steps.refused() }
}

/** A commit has one set of checks, and may be the head of several pull requests. */
async function othersAtHead(
  { store, publicUrl }: JobDeps,
  { id, repository, head }: PullRequestRecord,
  ref: RepositoryRef,
): Promise<readonly PullRequestView[]> {
  const others = (await store.pullRequests.openAt(repository, head)).filter(it => it.id !== id)
  const views: PullRequestView[] = []
  for (const pullRequest of others) {
    const plan = await store.plans.latest(pullRequest.id)
    if (plan?.head !== head) continue
    const standing = await standingOf(store, { plan, pullRequest })
    const clusters = await store.clusters.all()
    views.push(planView({ plan, pullRequest, ref, clusters, publicUrl, standing }))
  }
  return views.toSorted((a, b) => a.number - b.number)
}

function isOver({ state }: PullRequestRecord): boolean {
  return state === 'closed' || state === 'merged'
}
