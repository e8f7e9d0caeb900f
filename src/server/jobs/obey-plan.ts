import type { ForgeRepository } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import { type Comment, done, no, type Outcome } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'
import { named } from './named.ts'
import { planAgain } from './plan-again.ts'
import { planPullRequest } from './plan-pull-request.ts'

export interface PlanOrder {
  readonly comment: Comment
  readonly forge: ForgeRepository
  /** Null: all of them. */
  readonly application: string | null
}

/** Plans a pull request again, or one application of it; a fork's head for the first time, as somebody looked at it. */
export async function obeyPlan(
  deps: JobDeps,
  { comment, forge, application }: PlanOrder,
  context: JobContext,
): Promise<Outcome> {
  if (!comment.onPullRequest) return no('Only a pull request can be planned.')
  const { repository, number } = comment
  const key = repositoryKey(repository)
  const before = await deps.store.pullRequests.numbered(key, number)
  const now = await forge.pullRequest(number, context.signal)
  if (now.state !== 'open') return no('This pull request is closed.')
  const pullRequest = await deps.store.pullRequests.save(key, now)
  if (now.fromFork) {
    if (before?.head !== now.head || cameAfter(pullRequest, comment)) {
      return no('The fork has a newer commit than your comment: look at it, then say it again.')
    }
    await deps.store.pullRequests.permitHead(pullRequest.id, now.head)
  }
  const latest = application === null ? null : await deps.store.plans.latest(pullRequest.id)
  const isCurrent = latest?.head === now.head && latest.base === now.base && !latest.awaitsMaintainer
  if (latest && isCurrent && latest.outdated === null) {
    const meant = named(latest.applications, application, 'all')
    if ('kind' in meant) return meant
    const about = { plan: latest, applications: meant, pullRequest, ref: repository }
    if (await planAgain(deps, about, context)) return done
  }
  const because = `${comment.author} asked for it`
  await planPullRequest(deps, { repository, number, again: true, because }, context)
  return done
}

/** Whoever commented has looked at the head that there was then. Forges tell times in whole seconds. */
function cameAfter({ headSeenAt }: PullRequestRecord, { at }: Comment): boolean {
  return Math.floor(Date.parse(headSeenAt) / 1000) > Math.floor(Date.parse(at) / 1000)
}
