import type { ForgeEvent } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { Job } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import { awaitedApproval } from './awaited-approval.ts'
import type { JobDeps } from './deps.ts'
import { planPullRequest } from './plan-pull-request.ts'

type CheckAction = Extract<ForgeEvent, { readonly kind: 'check-action' }>

/**
 * A button on a check, or the forge's own "run again". Forges show them to people with write permission only; it is asked all the same.
 * What is asked for is done as a job of each pull request, in turn with whatever else is done about it.
 */
export async function actOnCheck(deps: JobDeps, event: CheckAction, context: JobContext): Promise<void> {
  const { repository, action, by } = event
  const key = await deps.store.repositories.save(repository)
  const permission = await deps.forges.repository(repository).permissionOf(by, context.signal)
  if (permission !== 'write' && permission !== 'admin') return
  const jobs = action === 'approve' ? await toApprove(deps, key, event) : await toPlan(deps, key, event)
  const { traceId } = context
  await deps.store.transaction(async records => {
    for (const job of jobs) await deps.queue.enqueue(records, { traceId, job })
  })
}

/** The check is of just this commit: whoever presses its button has looked at no other. */
async function toPlan({ store }: JobDeps, key: string, event: CheckAction): Promise<readonly Job[]> {
  const { repository, revision, pullRequests, action, by } = event
  const because = action === 'rerun' ? `${by} ran the check again` : `${by} asked for it`
  const permitted = action === 'plan' ? { permitted: revision } : {}
  // The forge's list leaves out pull requests from forks; we know whose head it is.
  const open = await store.pullRequests.openAt(key, revision)
  return distinct([...open.map(it => it.number), ...pullRequests]).map(
    number => ({ kind: 'plan-asked', repository, number, because, ...permitted }) as const,
  )
}

/** As of {@link toPlan}, and of merged ones, which may wait for approval only. A check shows one of them: more than one is none. */
async function toApprove(deps: JobDeps, key: string, event: CheckAction): Promise<readonly Job[]> {
  const { repository, revision, by, attempt } = event
  const { open, waiting, others } = await atHead(deps, key, event)
  const oneOf = distinct([...open, ...waiting])
  return (oneOf.length > 0 ? oneOf : others).map(number => ({
    kind: 'approve-pressed',
    repository,
    number,
    revision,
    by,
    ...(attempt === undefined ? {} : { attempt }),
    oneOf,
  }))
}

interface AtHead {
  readonly open: readonly number[]
  /** Merged, with something that waits for approval. */
  readonly waiting: readonly number[]
  /** They are told that there is nothing to approve. */
  readonly others: readonly number[]
}

async function atHead(
  { store }: JobDeps,
  key: string,
  { revision, pullRequests }: CheckAction,
): Promise<AtHead> {
  const open = (await store.pullRequests.openAt(key, revision)).map(it => it.number)
  const merged = (await store.pullRequests.mergedAt(key, revision)).map(it => it.number)
  const waiting: number[] = []
  for (const number of merged) {
    const syncs = await store.syncs.ofPullRequest(key, number)
    if (syncs.some(it => awaitedApproval(it) !== null)) waiting.push(number)
  }
  const unknown: number[] = []
  for (const number of pullRequests) {
    if (!(await store.pullRequests.numbered(key, number))) unknown.push(number)
  }
  return { open: [...open, ...unknown], waiting, others: distinct([...merged, ...pullRequests]) }
}

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)]
}

/** Plans a pull request again because somebody wants it. */
export async function planAsked(
  deps: JobDeps,
  job: Extract<Job, { readonly kind: 'plan-asked' }>,
  context: JobContext,
): Promise<void> {
  const { repository, number, permitted } = job
  const known = await deps.store.pullRequests.numbered(repositoryKey(repository), number)
  if (permitted !== undefined && known?.fromFork && known.head === permitted) {
    await deps.store.pullRequests.permitHead(known.id, permitted)
  }
  await planPullRequest(deps, { ...job, again: true }, context)
}
