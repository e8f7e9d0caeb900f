import type { ForgeRepository } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { openAlready } from '../report/drift-proposals.ts'
import { applicationAtHead } from './application-at-head.ts'
import { type Comment, no, type Outcome, underWay } from './comment-outcome.ts'
import { inSeconds, type JobDeps } from './deps.ts'
import { driftOrder } from './drift-objects.ts'
import { openProposal } from './propose-from-drift.ts'

export interface DriftCommand {
  readonly comment: Comment
  readonly forge: ForgeRepository
  /** `KIND/NAME`; null for all that drifted. */
  readonly object: string | null
}

/** Asks the agent which files would have to say what for Git to be what the cluster is. Its answer becomes a pull request. */
export async function obeyAdopt(
  deps: JobDeps,
  { comment, forge, object }: DriftCommand,
  { traceId, signal }: JobContext,
): Promise<Outcome> {
  const order = await driftOrder(deps, comment, { verb: 'adopted', object })
  if ('kind' in order) return order
  const { known, changes } = order
  const name = { name: known.application.name, cluster: known.application.destination.cluster }
  const open = await openProposal(deps, forge, { kind: 'adopt', application: name }, signal)
  if (open) return no(openAlready(open))
  const head = await applicationAtHead(deps, { known, forge }, signal)
  if ('kind' in head) return head
  const { forge: kind, host } = comment.repository
  await deps.store.commands.add({
    id: `adopt-${kind}-${host}-${comment.commentId}`,
    cluster: name.cluster,
    application: name.name,
    command: {
      kind: 'adopt',
      application: head.application,
      repository: comment.repository,
      revision: head.revision,
      objects: object === null ? [] : changes.map(it => it.id),
    },
    deadline: inSeconds(deps.clock, deps.patience.takeSync),
    traceId,
    purpose: {
      kind: 'adopt',
      repository: repositoryKey(comment.repository),
      number: comment.number,
      commentId: comment.commentId,
      branch: known.branch,
    },
  })
  return underWay
}
