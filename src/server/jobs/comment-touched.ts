import type { ForgeEvent } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'

/**
 * Somebody edited or deleted a comment of ours: reviewers rely on what it says, so it is put back as it was. One that was hidden
 * (minimised) stays hidden.
 */
export async function commentTouched(
  deps: JobDeps,
  event: Extract<ForgeEvent, { readonly kind: 'comment-touched' }>,
  { traceId }: JobContext,
): Promise<void> {
  const { repository, commentId } = event
  const touched = await deps.store.sentComments.touched(repositoryKey(repository), commentId)
  const pullRequest = touched && (await deps.store.pullRequests.byId(touched.pullRequest))
  if (pullRequest?.state !== 'open') return
  const plan = await deps.store.plans.latest(pullRequest.id)
  if (!plan) return
  const { number } = pullRequest
  const job = { kind: 'plan-progressed', repository, number, plan: plan.id, isDue: false } as const
  await deps.queue.enqueue(deps.store, { traceId, job })
}
