import type { RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { sentence } from '../report/escape.ts'
import type { JobDeps } from './deps.ts'
import { reply } from './reply.ts'

/** Answers whoever asked for a revert. The issue closes when the agent reports that the cluster has converged. */
export async function reportRevert(
  deps: JobDeps,
  request: { readonly repository: RepositoryRef; readonly number: number; readonly command: string },
  context: JobContext,
): Promise<void> {
  const command = await deps.store.commands.byId(request.command)
  if (command?.purpose.kind !== 'revert' || command.result?.kind !== 'revert') return
  const forge = deps.forges.repository(request.repository)
  const { commentId } = command.purpose
  const { result } = command.result
  if (result.outcome === 'synced') return forge.react(commentId, '+1', context.signal)
  const why = result.error ? sentence(result.error.message) : `it ended as ${result.outcome}`
  await reply(
    forge,
    { number: request.number, onPullRequest: false, commentId },
    `Not reverted: ${why}`,
    context.signal,
  )
}
