import { GitError } from '../../git/repository.ts'
import { ForgeError } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { Job } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import { aggregateCheckName } from '../report/checks.ts'
import { sentence } from '../report/escape.ts'
import type { JobDeps } from './deps.ts'
import { sendChecks } from './send-checks.ts'

/** A pull request that cannot be planned says so in its check, instead of staying in progress for ever. Never rejects. */
export async function reportGivenUp(
  deps: JobDeps,
  { job, error }: { readonly job: Job; readonly error: unknown },
  context: JobContext,
): Promise<void> {
  if (job.kind !== 'pull-request-changed' && job.kind !== 'plan-progressed') return
  try {
    const repository = repositoryKey(job.repository)
    const pullRequest = await deps.store.pullRequests.numbered(repository, job.number)
    if (!pullRequest || pullRequest.state !== 'open') return
    const check = {
      name: aggregateCheckName,
      revision: pullRequest.head,
      state: { kind: 'completed', conclusion: 'failure' },
      title: 'Could not be planned',
      summary: `${reasonOf(error)}\n\nThe server's log has more under trace id \`${context.traceId}\`. \`/plumbline plan\` tries again.`,
      annotations: [],
      detailsUrl: null,
    } as const
    const forge = deps.forges.repository(job.repository)
    await sendChecks(
      { store: deps.store, forge },
      { repository, revision: pullRequest.head, checks: [check], isAll: false },
      context.signal,
    )
  } catch (cause) {
    deps.logger.error({ err: cause, traceId: context.traceId }, 'a failure could not be reported')
  }
}

/** Only errors that are written for people are shown to them. */
function reasonOf(error: unknown): string {
  const isForPeople = error instanceof GitError || error instanceof ForgeError
  return isForPeople ? sentence(error.message) : 'Something went wrong in Plumbline.'
}
