import type { ForgeRepository } from '../../forge/forge.ts'
import { type RepositoryRef, repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { resultComment } from '../report/result.ts'
import type { ResultView, SyncView } from '../report/view.ts'
import type { ApprovalRecord } from '../store/records/approvals.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { SyncRecord } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'
import { planUrl } from './addresses.ts'
import { type Apart, createApart } from './apart.ts'
import { type JobDeps, paceOf } from './deps.ts'
import { driftKey } from './drift-picture.ts'
import { proposeRevert } from './propose-revert.ts'
import { windowNow } from './open-window.ts'
import { sendChecks } from './send-checks.ts'
import { sendComment } from './send-comment.ts'
import { closeSyncFailures, openSyncFailure } from './sync-failure.ts'
import { sharesOf } from './sync-shares.ts'
import { deploymentsOf, isFailure, resultCheck, syncView } from './sync-view.ts'

export interface SyncReportRequest {
  readonly repository: RepositoryRef
  readonly number: number | null
  readonly sync: number
  /** See the job. */
  readonly isPassedOn?: boolean
}

/** Tells the pull request, the commit and the forge's deployments how the syncs of one revision stand, and opens or closes issues. */
export async function reportSync(
  deps: JobDeps,
  request: SyncReportRequest,
  context: JobContext,
): Promise<void> {
  const { store } = deps
  const key = repositoryKey(request.repository)
  const asked = await store.syncs.byId(request.sync)
  if (!asked) return
  const forge = deps.forges.repository(request.repository)
  const pullRequest = request.number === null ? null : await store.pullRequests.numbered(key, request.number)
  const pageUrl = await reviewedPage(deps, pullRequest)
  const push = { repository: key, revision: asked.revision, number: request.number }
  const steps = createApart()
  for (const sync of (await sharesOf(store, push)).credited) {
    await noteOutcome(deps, sync)
    if (sync.result) await driftAfterSync(deps, sync, context)
    const about = { forge, sync, pullRequest, pageUrl }
    if (sync.result && isFailure(sync.result)) {
      await steps.apart(() => openSyncFailure(deps, about, context.signal))
    }
    if (sync.result?.outcome === 'synced') {
      await steps.apart(() => closeSyncFailures(deps, about, context.signal))
    }
  }
  // Once more: what was opened about them is noted in them.
  const { all, credited, touched, others, leads } = await sharesOf(store, push)
  if (!request.isPassedOn) await passOn(deps, { request, others }, context)
  const merge = pullRequest && { forge, pullRequest, syncs: credited }
  const revert = merge && (await steps.apart(() => proposeRevert(deps, merge, context.signal)))
  const of = { revision: asked.revision, baseRef: asked.branch, planUrl: pageUrl, revert }
  const views = await syncViews(deps, leads ? all : touched)
  const ofCommit: ResultView = { ...of, syncs: [...views.values()] }
  const view: ResultView = { ...of, syncs: touched.flatMap(it => sharedView(it, views, request.number)) }
  const about = pullRequest && { forge, view, pullRequest }
  const heldBack = about && (await steps.apart(() => comment(deps, about, context.signal)))
  const later = leads ? await tellCommit(deps, { forge, key, view: ofCommit, steps }, context.signal) : null
  if (heldBack !== null || later !== null) {
    const { traceId } = context
    const afterSeconds = Math.max(heldBack ?? 0, later ?? 0)
    const job = { kind: 'sync-progressed', ...request } as const
    await deps.queue.enqueue(store, { traceId, job }, { afterSeconds })
  }
  const refused = steps.refused()
  if (refused) throw refused
}

async function reviewedPage(deps: JobDeps, pullRequest: PullRequestRecord | null): Promise<string | null> {
  const plan = pullRequest && (await deps.store.plans.latest(pullRequest.id))
  return plan ? planUrl(deps.publicUrl, plan.page) : null
}

/** What is known of an application follows its newest sync that ended. */
async function noteOutcome(deps: JobDeps, sync: SyncRecord): Promise<void> {
  const { application, result, revision } = sync
  if (!result) return
  const name = { name: application.name, cluster: application.destination.cluster }
  const recent = await deps.store.syncs.ofApplication({ ...name, repository: sync.repository }, 20)
  if (recent.find(it => it.status === 'finished')?.id !== sync.id) return
  const { outcome, finishedAt: at } = result
  const known = await deps.store.applications.named(name)
  if (known && known.repository !== sync.repository) return
  // Somebody has rolled back since.
  if (known?.syncedAt && Date.parse(known.syncedAt) > Date.parse(at)) return
  if (sync.removed && outcome === 'synced') await deps.store.applications.remove(name)
  else await deps.store.applications.noteSync(name, { revision, outcome, at })
}

/** A drift issue that is open may have to say that the cluster has caught up, or that the application is gone. */
async function driftAfterSync(
  deps: JobDeps,
  { application }: SyncRecord,
  { traceId }: JobContext,
): Promise<void> {
  const issue = await deps.store.issues.withKey(driftKey(application))
  if (!issue || (issue.state === 'closed' && !issue.memory?.accepted)) return
  const { name, destination } = application
  const job = { kind: 'drift-due', application: name, cluster: destination.cluster } as const
  await deps.queue.enqueue(deps.store, { traceId, job })
}

/** By the ids of the syncs, in their order. */
async function syncViews(
  deps: JobDeps,
  syncs: readonly SyncRecord[],
): Promise<ReadonlyMap<number, SyncView>> {
  const { store, patience } = deps
  const clusters = await store.clusters.all()
  const offlineBefore = new Date(deps.clock().getTime() - patience.silence * 1000)
  const approvals = new Map<number | null, readonly ApprovalRecord[]>()
  const views = new Map<number, SyncView>()
  for (const sync of syncs) {
    const { pullRequest } = sync
    const given = approvals.get(pullRequest) ?? (await approvalsOf(store, sync))
    approvals.set(pullRequest, given)
    const command = sync.commandId === null ? null : await store.commands.byId(sync.commandId)
    const cluster = clusters.find(it => it.name === sync.application.destination.cluster) ?? null
    const window = await windowNow(deps, store, sync)
    views.set(sync.id, syncView({ sync, command, cluster, window, approvals: given }, offlineBefore))
  }
  return views
}

async function approvalsOf(
  { pullRequests, approvals }: Records,
  { repository, pullRequest: number }: SyncRecord,
): Promise<readonly ApprovalRecord[]> {
  const pullRequest = number === null ? null : await pullRequests.numbered(repository, number)
  return pullRequest ? approvals.of(pullRequest.id) : []
}

/** As the pull request of this number tells it: a later one of the same push may have taken its change along. */
function sharedView(
  { id, pullRequest }: SyncRecord,
  views: ReadonlyMap<number, SyncView>,
  number: number | null,
): readonly SyncView[] {
  const view = views.get(id)
  if (!view) return []
  return [pullRequest === null || pullRequest === number ? view : { ...view, togetherWith: pullRequest }]
}

/** The other pull requests of the push may have changed what this is about, or have it in their comments. */
async function passOn(
  { queue, store }: JobDeps,
  { request, others }: { readonly request: SyncReportRequest; readonly others: readonly number[] },
  { traceId }: JobContext,
): Promise<void> {
  for (const number of others) {
    const job = { kind: 'sync-progressed', ...request, number, isPassedOn: true } as const
    await queue.enqueue(store, { traceId, job })
  }
}

async function comment(
  deps: JobDeps,
  it: {
    readonly forge: ForgeRepository
    readonly view: ResultView
    readonly pullRequest: PullRequestRecord
  },
  signal: AbortSignal,
): Promise<number | null> {
  const { forge, view, pullRequest } = it
  const body = resultComment(view, forge.maxCommentLength)
  return sendComment(
    { store: deps.store, forge, pace: paceOf(deps) },
    { pullRequest, kind: 'result', body, createWhenMissing: true },
    signal,
  )
}

/** Says how the syncs of a commit stand on the commit itself. Returns in how many seconds to come again; null when all is said. */
async function tellCommit(
  deps: JobDeps,
  it: {
    readonly forge: ForgeRepository
    readonly key: string
    readonly view: ResultView
    readonly steps: Apart
  },
  signal: AbortSignal,
): Promise<number | null> {
  const { forge, key, view, steps } = it
  await steps.apart(() => deploy(forge, view, signal))
  const commit = { repository: key, revision: view.revision, checks: [resultCheck(view)], isAll: false }
  const of = { store: deps.store, forge, pace: paceOf(deps) }
  return steps.apart(() => sendChecks(of, commit, signal))
}

async function deploy(forge: ForgeRepository, view: ResultView, signal: AbortSignal): Promise<void> {
  for (const [environment, state] of deploymentsOf(view)) {
    const names = view.syncs.filter(it => it.cluster === environment).map(it => it.application)
    await forge.recordDeployment(
      {
        revision: view.revision,
        environment,
        state,
        description: names.join(', ').slice(0, 140),
        url: view.planUrl,
      },
      signal,
    )
  }
}
