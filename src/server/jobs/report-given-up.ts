import { GitError } from '../../git/repository.ts'
import { ForgeError } from '../../forge/forge.ts'
import { repositoryKey, type RepositoryRef, type Revision } from '../../model/repository.ts'
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
  try {
    const awaited = await awaitedCommit(deps, job)
    if (!awaited) return
    const { ref, revision } = awaited
    const repository = repositoryKey(ref)
    const check = {
      name: aggregateCheckName,
      revision,
      state: { kind: 'completed', conclusion: 'failure' },
      title: 'Could not be planned',
      summary: `${reasonOf(error)}\n\nThe server's log has more under trace id \`${context.traceId}\`. \`/plumbline plan\` tries again.`,
      annotations: [],
      detailsUrl: null,
    } as const
    const forge = deps.forges.repository(ref)
    await sendChecks(
      { store: deps.store, forge },
      { repository, revision, checks: [check], isAll: false },
      context.signal,
    )
  } catch (cause) {
    deps.logger.error({ err: cause, traceId: context.traceId }, 'a failure could not be reported')
  }
}

interface Awaited {
  readonly ref: RepositoryRef
  readonly revision: Revision
}

const planning: readonly Job['kind'][] = [
  'pull-request-changed',
  'plan-asked',
  'plan-progressed',
  'plan-outdated',
]

/** The commit whose check somebody waits for; null when nobody does. */
async function awaitedCommit(deps: JobDeps, job: Job): Promise<Awaited | null> {
  if (job.kind === 'merge-group') return { ref: job.repository, revision: job.head }
  if (!planning.includes(job.kind) || !('number' in job) || job.number === null) return null
  const { repository: ref, number } = job
  if (typeof ref === 'string' || number === undefined) return null
  const known = await deps.store.pullRequests.numbered(repositoryKey(ref), number)
  return known?.state === 'open' || known?.state === 'queued' ? { ref, revision: known.head } : null
}

/** Only errors that are written for people are shown to them. */
function reasonOf(error: unknown): string {
  const isForPeople = error instanceof GitError || error instanceof ForgeError
  return isForPeople ? sentence(error.message) : 'Something went wrong in Plumbline.'
}
