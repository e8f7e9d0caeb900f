import { repositoryKey, type RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { sweepDrift, sweepIssues } from './sweep-drift.ts'

const rememberedDays = 30

/** Finds what a lost webhook should have told: open pull requests whose head has no plan, and branches that moved. */
export async function sweep(deps: JobDeps, context: JobContext): Promise<void> {
  await deps.store.deliveries.forgetOlderThan(rememberedDays)
  await sweepDrift(deps, context)
  for (const forge of deps.forges.all) {
    for (const ref of await forge.repositories(context.signal)) {
      await sweepPullRequests(deps, ref, context)
      await sweepBranches(deps, ref, context)
    }
  }
  await sweepIssues(deps, context)
}

async function sweepPullRequests(deps: JobDeps, ref: RepositoryRef, context: JobContext): Promise<void> {
  const key = repositoryKey(ref)
  for (const { number, head } of await deps.forges.repository(ref).openPullRequests(context.signal)) {
    const known = await deps.store.pullRequests.numbered(key, number)
    const plan = known && (await deps.store.plans.latest(known.id))
    if (known?.head === head && known.state === 'open' && plan?.head === head) continue
    const { traceId } = context
    deps.logger.info({ traceId, repository: ref.fullName, pullRequest: number }, 'a lost change was found')
    const job = { kind: 'pull-request-changed', repository: ref, number } as const
    await deps.queue.enqueue(deps.store, { traceId, job })
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
