import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { askedRevert, revertLine } from '../report/revert.ts'
import { type Comment, no, type Outcome, underWay } from './comment-outcome.ts'
import { inSeconds, type JobDeps } from './deps.ts'
import { driftOrder } from './drift-objects.ts'
import { foreignAmong } from './foreign.ts'
import type { DriftCommand } from './obey-adopt.ts'
import { openRevert } from './propose-revert.ts'

/** On a drift issue the cluster goes back to Git; on a merged pull request Git goes back to before it, by another pull request. */
export async function obeyRevert(deps: JobDeps, order: DriftCommand, context: JobContext): Promise<Outcome> {
  return order.comment.onPullRequest ? takeMergeBack(deps, order, context) : revertDrift(deps, order, context)
}

async function takeMergeBack(
  deps: JobDeps,
  { comment, forge, object }: DriftCommand,
  { signal }: JobContext,
): Promise<Outcome> {
  const { repository, number, author } = comment
  if (object !== null) return no('A merge is taken back as a whole: `/plumbline revert`.')
  const now = await forge.pullRequest(number, signal)
  if (now.state !== 'merged' || now.mergeRevision === null) {
    return no('Only a merged pull request, or a drift issue, can be reverted.')
  }
  const pullRequest = await deps.store.pullRequests.save(repositoryKey(repository), now)
  const [first] = await deps.store.syncs.ofPullRequest(pullRequest.repository, number)
  const of = {
    application: first?.application.name ?? '',
    cluster: first?.application.destination.cluster ?? '',
  }
  const draft = askedRevert(pullRequest, author)
  const about = { forge, pullRequest, revision: now.mergeRevision, of, draft }
  const view = await openRevert(deps, about, signal)
  return view.kind === 'proposed' ? { kind: 'done', say: revertLine(view) } : no(revertLine(view))
}

async function revertDrift(
  deps: JobDeps,
  { comment, object }: DriftCommand,
  context: JobContext,
): Promise<Outcome> {
  const key = repositoryKey(comment.repository)
  const issue = await deps.store.issues.numbered(key, comment.number)
  if (issue?.kind !== 'drift') return no('Only a merged pull request, or a drift issue, can be reverted.')
  const foreign = await foreignAmong(deps.store, key, [{ name: issue.application, cluster: issue.cluster }])
  if (foreign) return foreign
  const order = object === null ? null : await driftOrder(deps, comment, { verb: 'reverted', object })
  if (order && 'kind' in order) return order
  const objects = order?.changes.map(it => it.id) ?? []
  await deps.store.commands.add({
    id: commandIdFor(comment),
    cluster: issue.cluster,
    application: issue.application,
    command: { kind: 'revert', application: issue.application, objects },
    deadline: inSeconds(deps.clock, deps.patience.takeSync),
    traceId: context.traceId,
    purpose: {
      kind: 'revert',
      repository: key,
      number: comment.number,
      commentId: comment.commentId,
    },
  })
  return underWay
}

/** The same comment is the same command, should this job be done twice. */
function commandIdFor(comment: Comment): string {
  return `revert-${comment.repository.forge}-${comment.repository.host}-${comment.commentId}`
}
