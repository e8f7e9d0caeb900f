import type { Job } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { planPullRequest } from './plan-pull-request.ts'

/** Plans again what something outdated, unless a newer plan was made since. */
export async function planOutdated(
  deps: JobDeps,
  { repository, number, plan: id, why }: Extract<Job, { readonly kind: 'plan-outdated' }>,
  context: JobContext,
): Promise<void> {
  const { store } = deps
  const plan = await store.plans.byId(id)
  const pullRequest = plan && (await store.pullRequests.byId(plan.pullRequest))
  if (!plan || pullRequest?.state !== 'open') return
  const latest = await store.plans.latest(pullRequest.id)
  if (latest?.id !== id) return
  // A base that moved is noted at once, a cluster that changed only now.
  const isShaken = await store.plans.outdate(id, why)
  const because = plan.outdated ?? why
  await planPullRequest(deps, { repository, number, again: false, because, isShaken }, context)
}
