import type { RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'

/** Notes how a pull request ended and asks no more for its plans. What a merge sets off begins with its push. */
export async function closePullRequest(
  deps: JobDeps,
  { repository: ref, number }: { readonly repository: RepositoryRef; readonly number: number },
  context: JobContext,
): Promise<void> {
  const pullRequest = await deps.forges.repository(ref).pullRequest(number, context.signal)
  const key = await deps.store.repositories.save(ref)
  const { id, state, mergeRevision } = await deps.store.pullRequests.save(key, pullRequest)
  if (state === 'open') return
  const plan = await deps.store.plans.latest(id)
  await deps.store.commands.withdraw(plan?.applications.flatMap(it => it.commandId ?? []) ?? [])
  if (mergeRevision === null) return
  // Its push may have been read before the forge knew where it came from.
  await deps.store.transaction(async records => {
    const [sync] = await records.syncs.attribute(key, mergeRevision, number)
    if (!sync) return
    const job = { kind: 'sync-progressed', repository: ref, number, sync: sync.id } as const
    await deps.queue.enqueue(records, { traceId: context.traceId, job })
  })
}
