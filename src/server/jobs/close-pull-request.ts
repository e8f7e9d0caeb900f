import type { ForgeEvent } from '../../forge/forge.ts'
import { type RepositoryRef, repositoryKey, type Revision } from '../../model/repository.ts'
import { numberOfGroup } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { JobDeps } from './deps.ts'
import { endChecks, openedAgain } from './end-checks.ts'
import { commitsOfMerge } from './merge-steps.ts'
import { endOverlaps } from './overlaps.ts'
import { reviewAttributed } from './review-attributed.ts'

/**
 * Notes how a pull request ended, asks no more for its plans and ends the checks that waited for them. What a merge sets off begins
 * with its push.
 */
export async function closePullRequest(
  deps: JobDeps,
  { repository: ref, number }: { readonly repository: RepositoryRef; readonly number: number },
  context: JobContext,
): Promise<void> {
  const pullRequest = await deps.forges.repository(ref).pullRequest(number, context.signal)
  const key = await deps.store.repositories.save(ref)
  const record = await deps.store.pullRequests.save(key, pullRequest)
  const { id, state, mergeRevision } = record
  if (state !== 'closed' && state !== 'merged') return
  const plan = await deps.store.plans.latest(id)
  if (plan) await endPlan(deps, { plan, record, ref, ended: state }, context)
  const { traceId } = context
  await deps.store.transaction(records => endOverlaps(deps, records, { pullRequest: record, ref, traceId }))
  if (mergeRevision === null) return
  // Its push may have been read before the forge knew where it came from.
  const merged = await unattributed(deps, { ref, key, mergeRevision, head: record.head }, context.signal)
  await deps.store.transaction(async records => {
    const changed = await records.syncOrigins.attribute(key, merged, number)
    const syncs = [
      ...(await records.syncs.attribute(key, mergeRevision, number)),
      ...(await Promise.all(changed.map(it => records.syncs.byId(it)))).filter(it => it !== null),
    ]
    const [sync] = syncs
    if (!sync) return
    await reviewAttributed(deps, records, { syncs, pullRequest: record, ref, traceId })
    const job = { kind: 'sync-progressed', repository: ref, number, sync: sync.id } as const
    await deps.queue.enqueue(records, { traceId, job })
  })
}

/** Commits of a merge whose push was read together with others before the forge knew where it came from: mostly none. */
async function unattributed(
  deps: JobDeps,
  it: {
    readonly ref: RepositoryRef
    readonly key: string
    readonly mergeRevision: Revision
    readonly head: Revision
  },
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  const { ref, key, mergeRevision: merged, head } = it
  if (!(await deps.store.syncOrigins.anyUnknown(key, merged))) return [merged]
  const git = await deps.git.open(ref.cloneUrl)
  return commitsOfMerge(git, { forge: deps.forges.repository(ref), merged, head }, signal)
}

/** Nobody waits for a merge group's plan any more: it was merged, or made anew. Its commit is left alone, as a branch may be there now. */
export async function dropMergeGroup(
  deps: JobDeps,
  { repository, head }: Extract<ForgeEvent, { readonly kind: 'merge-group-gone' }>,
): Promise<void> {
  const known = await deps.store.pullRequests.numbered(repositoryKey(repository), numberOfGroup(head))
  // Another group may have come by its number.
  if (known?.head !== head) return
  await deps.store.pullRequests.save(known.repository, { ...known, state: 'closed', draft: false })
  const plan = await deps.store.plans.latest(known.id)
  await deps.store.commands.withdraw(plan?.applications.flatMap(it => it.commandId ?? []) ?? [])
}

async function endPlan(
  deps: JobDeps,
  it: {
    readonly plan: PlanRecord
    readonly record: PullRequestRecord
    readonly ref: RepositoryRef
    readonly ended: 'closed' | 'merged'
  },
  { signal, traceId }: JobContext,
): Promise<void> {
  const { plan, record, ref, ended } = it
  const { store, queue } = deps
  await store.commands.withdraw(plan.applications.flatMap(({ commandId }) => commandId ?? []))
  await endChecks(deps, { plan, pullRequest: record, ref, ended }, signal)
  // Should it be opened again, what it shows by then was compared with clusters of long ago.
  await store.plans.outdate(plan.id, openedAgain)
  for (const { id, number } of await store.pullRequests.openAt(record.repository, plan.head)) {
    const shared = await store.plans.latest(id)
    if (!shared) continue
    const job = { kind: 'plan-progressed', repository: ref, number, plan: shared.id, isDue: false } as const
    await queue.enqueue(store, { traceId, job })
  }
}
