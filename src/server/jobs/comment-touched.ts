import type { ForgeEvent } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'

/** Seconds. */
const longestWait = 1800

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
  await deps.store.transaction(async records => {
    const touched = await records.sentComments.touched(repositoryKey(repository), commentId)
    const pullRequest = touched && (await records.pullRequests.byId(touched.pullRequest))
    if (!touched || pullRequest?.state !== 'open') return
    const plan = await records.plans.latest(pullRequest.id)
    if (!plan) return
    const { number } = pullRequest
    const job = { kind: 'plan-progressed', repository, number, plan: plan.id, isDue: false } as const
    const wait = secondsBeforePutBack(touched.times, deps.patience.betweenEdits)
    await deps.queue.enqueue(records, { traceId, job }, wait === 0 ? {} : { afterSeconds: wait })
  })
}

/** Another app may change it each time that we put it back: at once the first time, then later and later. `times` counts from 1. */
export function secondsBeforePutBack(times: number, betweenEdits: number): number {
  return times <= 1 ? 0 : Math.min(betweenEdits * 2 ** (times - 1), longestWait)
}
