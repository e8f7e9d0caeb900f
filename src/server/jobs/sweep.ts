import type { Forge, ForgeEvent, RepositoryFacts } from '../../forge/forge.ts'
import { repositoryKey, type RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { forgetOld } from './forget-old.ts'
import { settleRepositories } from './settle-repositories.ts'
import { sweepDeliveries } from './sweep-deliveries.ts'
import { sweepDrift, sweepIssues } from './sweep-drift.ts'

/**
 * Finds what a lost webhook should have told: by asking for it again, then by looking: repositories that moved, open pull requests whose
 * head has no plan into their base branch, those that are open no more, and branches that moved.
 */
export async function sweep(deps: JobDeps, context: JobContext): Promise<void> {
  await forgetOld(deps)
  await sweepDrift(deps, context)
  for (const forge of deps.forges.all) await sweepForge(deps, forge, context)
  await sweepIssues(deps, context)
}

/** We may have been installed somewhere, taken away, or given a permission that was missing. */
export async function afterInstallation(
  deps: JobDeps,
  { why }: Extract<ForgeEvent, { readonly kind: 'installation-changed' }>,
  context: JobContext,
): Promise<void> {
  await deps.store.notices.forget('permission/')
  for (const forge of deps.forges.all) {
    for (const { ref, access } of await settleRepositories(deps, forge, context)) {
      if (access !== 'full') continue
      await sweepRepository(deps, ref, context)
      if (why.endsWith('new_permissions_accepted')) await reportAgain(deps, ref, context)
    }
  }
}

/** What could not be written before can be now. */
async function reportAgain(
  { store, queue }: JobDeps,
  ref: RepositoryRef,
  { traceId }: JobContext,
): Promise<void> {
  for (const number of await store.pullRequests.openNumbers(repositoryKey(ref))) {
    await queue.enqueue(store, { traceId, job: { kind: 'pull-request-changed', repository: ref, number } })
  }
}

async function sweepForge(deps: JobDeps, forge: Forge, context: JobContext): Promise<void> {
  const { logger } = deps
  const { traceId } = context
  // What one of these cannot do is no reason to leave the others.
  const apart = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (context.signal.aborted) throw error
      logger.warn({ err: error, traceId, what }, 'a part of the search for lost webhooks failed')
    }
  }
  await apart('deliveries', () => sweepDeliveries(deps, forge, context))
  let facts: readonly RepositoryFacts[] = []
  await apart('repositories', async () => {
    facts = await settleRepositories(deps, forge, context)
  })
  for (const { ref, access } of facts) {
    if (access === 'full') await apart(ref.fullName, () => sweepRepository(deps, ref, context))
  }
}

async function sweepRepository(deps: JobDeps, ref: RepositoryRef, context: JobContext): Promise<void> {
  await sweepPullRequests(deps, ref, context)
  await sweepBranches(deps, ref, context)
}

async function sweepPullRequests(deps: JobDeps, ref: RepositoryRef, context: JobContext): Promise<void> {
  const { store, queue, logger } = deps
  const { traceId } = context
  const key = repositoryKey(ref)
  const open = await deps.forges.repository(ref).openPullRequests(context.signal)
  for (const { number, head, baseRef } of open) {
    const known = await store.pullRequests.numbered(key, number)
    const plan = known && (await store.plans.latest(known.id))
    const isKnown = known?.state === 'open' && known.head === head && known.baseRef === baseRef
    const isPlanned = plan?.head === head && (plan.baseRef === null || plan.baseRef === baseRef)
    if (isKnown && isPlanned) continue
    logger.info({ traceId, repository: ref.fullName, pullRequest: number }, 'a lost change was found')
    const job = { kind: 'pull-request-changed', repository: ref, number } as const
    await queue.enqueue(store, { traceId, job })
  }
  const numbers = new Set(open.map(it => it.number))
  for (const number of await store.pullRequests.openNumbers(key)) {
    if (numbers.has(number)) continue
    logger.info({ traceId, repository: ref.fullName, pullRequest: number }, 'a lost end was found')
    const job = { kind: 'pull-request-closed', repository: ref, number, merged: false } as const
    await queue.enqueue(store, { traceId, job })
  }
}

/** Only branches that were synced from before: a repository's first push is its own decision. */
async function sweepBranches(deps: JobDeps, ref: RepositoryRef, context: JobContext): Promise<void> {
  const key = repositoryKey(ref)
  const branches = (await deps.store.branches.all()).filter(it => it.repository === key)
  if (branches.length === 0) return
  const git = await deps.git.open(ref.cloneUrl)
  const credential = await deps.forges.repository(ref).gitCredential(context.signal)
  for (const { name, revision } of branches) {
    const tip = await git.resolveRemote(`refs/heads/${name}`, credential, context.signal)
    if (tip === null || tip === revision) continue
    const { traceId } = context
    deps.logger.info({ traceId, repository: ref.fullName, branch: name }, 'a lost push was found')
    const job = { kind: 'pushed', repository: ref, branch: name, before: revision, after: tip } as const
    await deps.queue.enqueue(deps.store, { traceId, job })
  }
}
