import type { ForgeEvent } from '../../forge/forge.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { planPullRequest } from './plan-pull-request.ts'

/** A button on a check, or the forge's own "run again". Forges show them to people with write permission only; it is asked all the same. */
export async function actOnCheck(
  deps: JobDeps,
  event: Extract<ForgeEvent, { readonly kind: 'check-action' }>,
  context: JobContext,
): Promise<void> {
  const { repository, pullRequests, action, by } = event
  if (action === 'approve') return
  const permission = await deps.forges.repository(repository).permissionOf(by, context.signal)
  if (permission !== 'write' && permission !== 'admin') return
  for (const number of pullRequests) {
    await planPullRequest(deps, { repository, number, again: true }, context)
  }
}
