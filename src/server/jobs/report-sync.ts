import type { ForgeRepository } from '../../forge/forge.ts'
import { type RepositoryRef, repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { resultComment } from '../report/result.ts'
import type { ResultView, SyncView } from '../report/view.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { SyncRecord } from '../store/records/syncs.ts'
import { planUrl } from './addresses.ts'
import { type JobDeps, paceOf } from './deps.ts'
import { driftKey } from './drift-picture.ts'
import { proposeRevert } from './propose-revert.ts'
import { windowNow } from './open-window.ts'
import { sendChecks } from './send-checks.ts'
import { sendComment } from './send-comment.ts'
import { closeSyncFailures, openSyncFailure } from './sync-failure.ts'
import { deploymentsOf, isFailure, resultCheck, syncView } from './sync-view.ts'

export interface SyncReportRequest {
  readonly repository: RepositoryRef
  readonly number: number | null
  readonly sync: number
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
  for (const sync of await store.syncs.ofRevision(key, asked.revision)) {
    await noteOutcome(deps, sync)
    if (sync.result) await driftAfterSync(deps, sync, context)
    const about = { forge, sync, pullRequest, pageUrl }
    if (sync.result && isFailure(sync.result)) await openSyncFailure(deps, about, context.signal)
    if (sync.result?.outcome === 'synced') await closeSyncFailures(deps, about, context.signal)
  }
  // Once more: what was opened about them is noted in them.
  const syncs = await store.syncs.ofRevision(key, asked.revision)
  const revert = pullRequest && (await proposeRevert(deps, { forge, pullRequest, syncs }, context.signal))
  const of = { revision: asked.revision, baseRef: asked.branch, planUrl: pageUrl, revert }
  const view: ResultView = { ...of, syncs: await syncViews(deps, syncs, pullRequest) }
  const heldBack = pullRequest ? await comment(deps, { forge, view, pullRequest }, context.signal) : null
  await deploy(forge, view, context.signal)
  const commit = { repository: key, revision: view.revision, checks: [resultCheck(view)], isAll: false }
  const later = await sendChecks({ store, forge, pace: paceOf(deps) }, commit, context.signal)
  if (heldBack === null && later === null) return
  const { traceId } = context
  const afterSeconds = Math.max(heldBack ?? 0, later ?? 0)
  await deps.queue.enqueue(store, { traceId, job: { kind: 'sync-progressed', ...request } }, { afterSeconds })
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

async function syncViews(
  deps: JobDeps,
  syncs: readonly SyncRecord[],
  pullRequest: PullRequestRecord | null,
): Promise<readonly SyncView[]> {
  const { store, patience } = deps
  const clusters = await store.clusters.all()
  const offlineBefore = new Date(deps.clock().getTime() - patience.silence * 1000)
  const approvals = pullRequest ? await store.approvals.of(pullRequest.id) : []
  const views: SyncView[] = []
  for (const sync of syncs) {
    const command = sync.commandId === null ? null : await store.commands.byId(sync.commandId)
    const cluster = clusters.find(it => it.name === sync.application.destination.cluster) ?? null
    const window = await windowNow(deps, store, sync)
    views.push(syncView({ sync, command, cluster, window, approvals }, offlineBefore))
  }
  return views
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
