import type { ForgeEvent } from '../../forge/forge.ts'
import type { JobContext } from '../queue/queue.ts'
import { approveByCheck } from './approve-by-check.ts'
import type { JobDeps } from './deps.ts'

type CheckAction = Extract<ForgeEvent, { readonly kind: 'check-action' }>

/** A button on a check, or the forge's own "run again". Forges show them to people with write permission only; it is asked all the same. */
export async function actOnCheck(deps: JobDeps, event: CheckAction, context: JobContext): Promise<void> {
  const { repository, revision, action, by } = event
  const key = await deps.store.repositories.save(repository)
  const permission = await deps.forges.repository(repository).permissionOf(by, context.signal)
  if (permission !== 'write' && permission !== 'admin') return
  for (const number of await concerned(deps, key, event)) {
    if (action === 'approve') {
      await approveByCheck(deps, event, number, context)
      continue
    }
    const known = await deps.store.pullRequests.numbered(key, number)
    // The check is of just this commit: whoever presses its button has looked at no other.
    if (action === 'plan' && known?.fromFork && known.head === revision) {
      await deps.store.pullRequests.permitHead(known.id, revision)
    }
    const because = action === 'rerun' ? `${by} ran the check again` : `${by} asked for it`
    // In turn with whatever else is done about that pull request.
    const job = { kind: 'plan-asked', repository, number, because } as const
    await deps.queue.enqueue(deps.store, { traceId: context.traceId, job })
  }
}

/** The forge's list leaves out pull requests from forks and merged ones; we know whose head it is. What was merged may wait for approval only. */
async function concerned(
  { store }: JobDeps,
  key: string,
  { revision, pullRequests, action }: CheckAction,
): Promise<readonly number[]> {
  const open = await store.pullRequests.openAt(key, revision)
  const merged = action === 'approve' ? await store.pullRequests.mergedAt(key, revision) : []
  return [...new Set([...open.map(it => it.number), ...pullRequests, ...merged.map(it => it.number)])]
}
