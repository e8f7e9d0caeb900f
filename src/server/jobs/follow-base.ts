import type { ForgeRepository } from '../../forge/forge.ts'
import type { GitRepository } from '../../git/repository.ts'
import { type RepositoryRef, repositoryKey, type Revision } from '../../model/repository.ts'
import type { Job } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { JobDeps } from './deps.ts'
import { movedTo } from './plan-pull-request.ts'
import { type BaseMove, createBaseMoves } from './base-moves.ts'

type BaseMoved = Extract<Job, { readonly kind: 'base-moved' }>

/** Has the open pull requests into a branch looked at, once no more commits come to it for a moment. */
export async function noteBaseMoved(
  deps: JobDeps,
  { repository, branch }: { readonly repository: RepositoryRef; readonly branch: string },
  { traceId }: JobContext,
): Promise<void> {
  const { store, queue, patience } = deps
  const open = await store.pullRequests.openInto(repositoryKey(repository), branch)
  if (open.length === 0) return
  const job = { kind: 'base-moved', repository, branch } as const
  await queue.enqueue(store, { traceId, job }, { afterSeconds: patience.baseMoves })
}

/**
 * Finds the open pull requests whose plan would be another one by what came to their base since, and has them planned again. The
 * others stay as they are: their comment names the commit that they were merged onto, and nothing of theirs changed after it. However
 * many pushes there were, each pull request is looked at once for all of them.
 */
export async function followBase(deps: JobDeps, job: BaseMoved, context: JobContext): Promise<void> {
  const { store } = deps
  const { repository: ref, branch, number } = job
  const key = repositoryKey(ref)
  const forge = deps.forges.repository(ref)
  const git = await deps.git.open(ref.cloneUrl)
  const credential = await forge.gitCredential(context.signal)
  const tip = await git.resolveRemote(`refs/heads/${branch}`, credential, context.signal)
  if (tip === null) return
  if (number === undefined && (await store.followedBases.followed(key, branch)) === tip) return
  const plans = await plansInto(deps, { key, branch, tip, number: number ?? null })
  if (plans.length > 0) {
    const wanted = new Set([tip, ...plans.flatMap(({ plan }) => [plan.base, plan.head])])
    await git.fetch([...wanted], credential, context.signal)
    const moves = createBaseMoves(await movesTo(deps, { forge, git, branch, tip }, context.signal))
    for (const it of plans) {
      if (await moves.outdates(it.plan, context.signal))
        await outdate(deps, { ...it, ref, branch, tip }, context)
    }
  }
  if (number === undefined) await store.followedBases.setFollowed(key, branch, tip)
}

interface Planned {
  readonly plan: PlanRecord
  readonly pullRequest: PullRequestRecord
}

async function plansInto(
  { store }: JobDeps,
  it: {
    readonly key: string
    readonly branch: string
    readonly tip: Revision
    readonly number: number | null
  },
): Promise<readonly Planned[]> {
  const found: Planned[] = []
  for (const pullRequest of await store.pullRequests.openInto(it.key, it.branch)) {
    if (it.number !== null && pullRequest.number !== it.number) continue
    const plan = await store.plans.latest(pullRequest.id)
    if (!plan || plan.base === it.tip || plan.outdated !== null) continue
    // Of a fork that waits nothing is shown; a head that came since is planned on its own.
    if (plan.awaitsMaintainer || plan.head !== pullRequest.head) continue
    found.push({ plan, pullRequest })
  }
  return found
}

async function movesTo(
  deps: JobDeps,
  it: {
    readonly forge: ForgeRepository
    readonly git: GitRepository
    readonly branch: string
    readonly tip: Revision
  },
  signal: AbortSignal,
): Promise<BaseMove> {
  const { forge, git, branch, tip } = it
  const isDefault = (await forge.defaultBranch(signal)) === branch
  return { git, ref: forge.ref, branch: { name: branch, isDefault }, tip, readings: deps.readings }
}

/** The check says so at once. Planned it is not before the last plan has had its time, however many commits come. */
async function outdate(
  deps: JobDeps,
  it: Planned & { readonly ref: RepositoryRef; readonly branch: string; readonly tip: Revision },
  { traceId }: JobContext,
): Promise<void> {
  const { plan, pullRequest, ref: repository, branch, tip } = it
  const { queue, clock, patience } = deps
  const why = movedTo(branch, tip)
  const age = (clock().getTime() - Date.parse(plan.createdAt)) / 1000
  const afterSeconds = Math.max(0, patience.planAgain - age)
  const about = { repository, number: pullRequest.number, plan: plan.id } as const
  await deps.store.transaction(async records => {
    if (!(await records.plans.outdate(plan.id, why))) return
    const again = { kind: 'plan-outdated', ...about, why } as const
    if (afterSeconds === 0) return queue.enqueue(records, { traceId, job: again })
    const show = { kind: 'plan-progressed', ...about, isDue: false } as const
    await queue.enqueue(records, { traceId, job: show })
    await queue.enqueue(records, { traceId, job: again }, { afterSeconds })
  })
  deps.logger.info({ traceId, pullRequest: pullRequest.number, base: tip }, 'a plan is outdated by its base')
}
