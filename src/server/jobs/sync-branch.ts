import type { ForgeRepository } from '../../forge/forge.ts'
import type { GitRepository } from '../../git/repository.ts'
import { applicationKey } from '../../model/application.ts'
import type { Plan } from '../../model/plan.ts'
import type { Problem } from '../../model/problem.ts'
import type { RepositoryRef, Revision } from '../../model/repository.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { Affected } from '../../repository/affected-applications.ts'
import type { JobContext } from '../queue/queue.ts'
import { changesSomething } from '../report/counts.ts'
import type { ApprovalRecord } from '../store/records/approvals.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { NewSync } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'
import { approvalsFor, approversOf } from './approvals.ts'
import type { JobDeps } from './deps.ts'
import { readKnownWorld } from './known-world.ts'
import { type KnownWorld, obstaclesOf } from './obstacles.ts'
import { type ChangeReading, readChange } from './read-change.ts'
import { awaitWindow, windowOf } from './open-window.ts'
import { startSync, supersedeOlder } from './start-sync.ts'
import { isAutomated } from './syncs-by-itself.ts'

export interface Push {
  readonly repository: RepositoryRef
  readonly branch: string
  readonly before: Revision
  readonly after: Revision
}

/** Turns a push into syncs of the applications that it touches, and remembers what the branch defines now. */
export async function syncBranch(deps: JobDeps, push: Push, context: JobContext): Promise<void> {
  const { repository: ref, branch, after } = push
  const forge = deps.forges.repository(ref)
  const key = await deps.store.repositories.save(ref)
  const git = await deps.git.open(ref.cloneUrl)
  const handled = await deps.store.branches.handled(key, branch)
  const isDefault = (await forge.defaultBranch(context.signal)) === branch
  // Most branches only live for a pull request; those that people merge into are deployed from.
  if (!isDefault && handled === null && !(await deps.store.pullRequests.anyInto(key, branch))) return
  const before = handled ?? (isNothing(push.before) ? null : push.before)
  const wanted = before === null ? [after] : [before, after]
  await git.fetch(wanted, await forge.gitCredential(context.signal), context.signal)
  if (handled !== null && (await isContained(git, after, handled, context.signal))) return
  const reading = await readChange(
    { git, ref, before, after, branch: { name: branch, isDefault } },
    context.signal,
    deps.readings,
  )
  const origin = await originOf(deps, { forge, key, after }, context.signal)
  await deps.store.transaction(async records => {
    const world = await readKnownWorld(records, key)
    const approvals = await approvalsOf(records, origin)
    const { traceId } = context
    await keepSyncs(deps, records, { push, key, reading, world, origin, approvals, traceId })
    await records.branches.setHandled(key, branch, after)
  })
}

function isNothing(revision: Revision): boolean {
  return /^0+$/.test(revision)
}

/** A delivery that comes late, or again: the branch is further already. */
async function isContained(
  git: GitRepository,
  revision: Revision,
  handled: Revision,
  signal: AbortSignal,
): Promise<boolean> {
  return revision === handled || (await git.mergeBase(revision, handled, signal)) === revision
}

interface Origin {
  readonly pullRequest: PullRequestRecord
  /** What its reviewers saw last; null when it was never planned. */
  readonly plan: PlanRecord | null
}

/** The merged pull request that brought a commit. */
async function originOf(
  deps: JobDeps,
  { forge, key, after }: { readonly forge: ForgeRepository; readonly key: string; readonly after: Revision },
  signal: AbortSignal,
): Promise<Origin | null> {
  const merged = await forge.pullRequestsOf(after, signal)
  const found = merged.find(it => it.mergeRevision === after) ?? merged[0]
  const pullRequest = found
    ? await deps.store.pullRequests.save(key, found)
    : await deps.store.pullRequests.mergedAs(key, after)
  if (!pullRequest) return null
  const plan = await deps.store.plans.latest(pullRequest.id)
  return { pullRequest, plan: plan?.head === pullRequest.head ? plan : null }
}

/** Nobody approves meanwhile: whoever does next finds what waits. */
async function approvalsOf(records: Records, origin: Origin | null): Promise<readonly ApprovalRecord[]> {
  if (!origin) return []
  await records.pullRequests.hold(origin.pullRequest.id)
  return records.approvals.of(origin.pullRequest.id)
}

interface Keeping {
  readonly push: Push
  readonly key: string
  readonly reading: ChangeReading
  readonly world: KnownWorld
  readonly origin: Origin | null
  readonly approvals: readonly ApprovalRecord[]
  readonly traceId: string
}

async function keepSyncs(deps: JobDeps, records: Records, keeping: Keeping): Promise<void> {
  const { push, key, reading, world, origin, traceId } = keeping
  const settings = reading.settingsAfter
  for (const application of reading.applications) {
    if (obstaclesOf(application, world).length > 0) continue
    await records.applications.define({ repository: key, application, settings, branch: push.branch })
  }
  // All of them first: each command names what changes with it.
  for (const affected of reading.affected) await records.syncs.add(newSync({ ...keeping, affected }))
  const ids: number[] = []
  for (const affected of reading.affected) ids.push(await keepSync(deps, records, { ...keeping, affected }))
  deps.logger.info(
    {
      traceId,
      repository: push.repository.fullName,
      branch: push.branch,
      revision: push.after,
      applications: reading.affected.map(it => applicationKey(it.application)),
      problems: reading.problems.length,
    },
    'a push was read',
  )
  const [first] = ids
  if (first === undefined) return
  const number = origin?.pullRequest.number ?? null
  const job = { kind: 'sync-progressed', repository: push.repository, number, sync: first } as const
  await deps.queue.enqueue(records, { traceId, job })
  // Once more when an agent should have taken it: else people are told that it is offline.
  await deps.queue.enqueue(records, { traceId, job }, { afterSeconds: deps.patience.takePlan })
}

async function keepSync(
  deps: JobDeps,
  records: Records,
  keeping: Keeping & { readonly affected: Affected },
): Promise<number> {
  const { push, world, traceId } = keeping
  const { application } = keeping.affected
  const wanted = newSync(keeping)
  const sync = await records.syncs.add(wanted)
  if (sync.status === 'finished' || sync.commandId !== null) return sync.id
  const [obstacle] = obstaclesOf(application, world)
  // One of another repository's name says nothing about that one's.
  if (obstacle?.code !== 'application-taken') await supersedeOlder(records, sync)
  if (obstacle) await records.syncs.finish(sync.id, impossible(deps, keeping, obstacle))
  else if (wanted.status === 'pending') {
    const about = { sync, ref: push.repository, traceId }
    const window = windowOf(deps, keeping.reading.settingsInForce, application)
    if (window.isOpen) await startSync(deps, records, about)
    else await awaitWindow(deps, records, { ...about, until: window.until })
  }
  return sync.id
}

function newSync({
  push,
  key,
  reading,
  origin,
  approvals,
  affected,
}: Keeping & { readonly affected: Affected }): NewSync {
  const { application, removed } = affected
  const settings = reading.settingsInForce
  const { cluster } = application.destination
  const approvalsWanted = approvalsFor(cluster, settings)
  const reviewed = reviewedPlan(origin, affected)
  const digest = reviewed?.changeDigest ?? null
  const people =
    digest === null ? [] : approversOf(approvals, { application: application.name, cluster, digest })
  // What changes nothing needs nobody, and is held to that.
  const changes = reviewed === null || changesSomething(reviewed)
  const awaitsApproval = changes && people.length < approvalsWanted
  return {
    repository: key,
    application,
    branch: push.branch,
    revision: push.after,
    removed,
    reviewedDigest: digest,
    requireReviewed: settings.plan.requireReviewedPlan || approvalsWanted > 0,
    pullRequest: origin?.pullRequest.number ?? null,
    approvalsWanted,
    awaitsApproval,
    status: isAutomated(application) && !awaitsApproval ? 'pending' : 'waiting',
  }
}

function reviewedPlan(origin: Origin | null, { application }: Affected): Plan | null {
  const key = applicationKey(application)
  const planned = origin?.plan?.applications.find(it => applicationKey(it.application) === key)
  return planned?.status.kind === 'planned' ? planned.status.plan : null
}

function impossible(
  deps: JobDeps,
  { push, affected }: { readonly push: Push; readonly affected: Affected },
  obstacle: Problem,
): SyncResult {
  const now = deps.clock().toISOString()
  return {
    application: affected.application.name,
    cluster: affected.application.destination.cluster,
    outcome: 'refused',
    revision: push.after,
    plan: null,
    applied: [],
    pruned: [],
    rolledBack: [],
    health: [],
    events: [],
    error: { code: obstacle.code, message: obstacle.message },
    startedAt: now,
    finishedAt: now,
  }
}
