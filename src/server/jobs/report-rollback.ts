import type { RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { rollbackReply, type RollbackView } from '../report/rollback.ts'
import type { CommandRecord } from '../store/records/commands.ts'
import type { JobDeps } from './deps.ts'
import { reply } from './reply.ts'

/** Answers whoever asked for a rollback, and remembers what runs now. One comment for all applications, edited as they end. */
export async function reportRollback(
  deps: JobDeps,
  request: { readonly repository: RepositoryRef; readonly number: number; readonly command: string },
  context: JobContext,
): Promise<void> {
  const command = await deps.store.commands.byId(request.command)
  if (command?.purpose.kind !== 'rollback') return
  await noteRevision(deps, command)
  const { commentId, together, onPullRequest = false } = command.purpose
  const views: RollbackView[] = []
  for (const id of together) {
    const other = await deps.store.commands.byId(id)
    if (other) views.push(viewOf(other))
  }
  const forge = deps.forges.repository(request.repository)
  await reply(
    forge,
    { number: request.number, onPullRequest, commentId },
    rollbackReply(views),
    context.signal,
  )
}

function viewOf({ application, cluster, result }: CommandRecord): RollbackView {
  return { application, cluster, result: result?.kind === 'rollback' ? result.result : null }
}

async function noteRevision(deps: JobDeps, { application, cluster, result }: CommandRecord): Promise<void> {
  if (result?.kind !== 'rollback') return
  const { outcome, revision, finishedAt: at } = result.result
  if (outcome !== 'synced' || revision === null) return
  await deps.store.applications.noteSync({ name: application, cluster }, { revision, outcome, at })
}
