import type { ForgeEvent } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { JobDeps } from './deps.ts'

/** Somebody closed or reopened one of our issues. One that is closed while it drifts comes back with the next change. */
export async function noteIssue(
  deps: JobDeps,
  { repository, number, state }: Extract<ForgeEvent, { readonly kind: 'issue-changed' }>,
): Promise<void> {
  const issue = await deps.store.issues.numbered(repositoryKey(repository), number)
  if (!issue || issue.state === state) return
  const closedAt = state === 'closed' ? deps.clock().toISOString() : null
  await deps.store.issues.save({ ...issue, state, closedAt })
}
