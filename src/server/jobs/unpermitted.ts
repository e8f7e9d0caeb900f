import { ForgeError, MissingPermissionError, type Thread } from '../../forge/forge.ts'
import { repositoryKey, type RepositoryRef } from '../../model/repository.ts'
import type { Job } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { reportGivenUp } from './report-given-up.ts'

/** Does the work. Where a permission is missing, people are told once which one and where to grant it; the job ends there. */
export async function unlessUnpermitted(
  deps: JobDeps,
  job: Job,
  context: JobContext,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof MissingPermissionError) || !('repository' in job)) throw error
    if (typeof job.repository === 'string') throw error
    const { repository: ref } = job
    const key = `permission/${repositoryKey(ref)}/${error.permission}`
    if (await deps.store.notices.tell(key)) {
      try {
        await tell(deps, { ref, job, error }, context)
      } catch (cause) {
        await deps.store.notices.takeBack(key)
        throw cause
      }
    }
    const isPlan = job.kind !== 'plan-progressed'
    if (isPlan && !error.permission.startsWith('Checks')) await reportGivenUp(deps, { job, error }, context)
  }
}

async function tell(
  deps: JobDeps,
  it: { readonly ref: RepositoryRef; readonly job: Job; readonly error: MissingPermissionError },
  { signal, traceId }: JobContext,
): Promise<void> {
  const { ref, error } = it
  const { permission } = error
  const forge = deps.forges.all.find(one => one.kind === ref.forge && one.host === ref.host)
  const how = (await forge?.howToGrant(ref.fullName, permission, signal)) ?? 'grant it'
  const log = { traceId, repository: ref.fullName, permission, how, attempted: error.message }
  deps.logger.warn(log, 'a permission is missing')
  const text = `Plumbline cannot do all of its work here: the permission "${permission}" is missing. To mend it, ${how}.`
  for (const way of waysToTell(deps, it, text, signal)) {
    try {
      if (await way()) return
    } catch (cause) {
      // What may be written is found out by trying; a repository may be without issues.
      if (!(cause instanceof ForgeError) || cause.retry.kind !== 'never') throw cause
    }
  }
}

/** What a job is about; numbers below zero are our own. */
function threadIn(job: Job): Thread | null {
  if (!('number' in job) || job.number === null || job.number === undefined || job.number <= 0) return null
  const isIssue = job.kind === 'issue-changed' || (job.kind === 'commented' && !job.onPullRequest)
  return { kind: isIssue ? 'issue' : 'pull-request', number: job.number }
}

/** On the pull request or issue, else by a check, else by an issue. Each says whether there was something to tell it on. */
function waysToTell(
  { store, forges }: JobDeps,
  { ref, job }: { readonly ref: RepositoryRef; readonly job: Job },
  text: string,
  signal: AbortSignal,
): readonly (() => Promise<boolean>)[] {
  const forge = forges.repository(ref)
  const repository = repositoryKey(ref)
  const on = threadIn(job)
  return [
    async () => {
      if (on === null) return false
      const comment = { on, key: 'permission', body: text, knownId: null, createWhenMissing: true }
      return (await forge.upsertComment(comment, signal)) !== null
    },
    async () => {
      const pullRequest =
        on?.kind === 'pull-request' ? await store.pullRequests.numbered(repository, on.number) : null
      if (!pullRequest) return false
      const check = {
        name: 'plumbline / permissions',
        revision: pullRequest.head,
        state: { kind: 'completed', conclusion: 'neutral' },
        title: 'A permission is missing',
        summary: text,
        annotations: [],
        detailsUrl: null,
      } as const
      await forge.upsertCheck(check, null, signal)
      return true
    },
    async () => {
      const draft = { title: 'Plumbline lacks a permission', body: text, labels: [], assignees: [] }
      await forge.createIssue('permission', draft, signal)
      return true
    },
  ]
}
