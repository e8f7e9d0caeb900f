import { ForgeError, type ForgeRepository } from '../../forge/forge.ts'
import type { JobContext } from '../queue/queue.ts'
import { code } from '../report/escape.ts'
import { helpText } from '../report/help.ts'
import { approve } from './approve.ts'
import { type Comment, done, no, type Outcome, underWay } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'
import { keptDays } from './forget-old.ts'
import { obeyAdopt } from './obey-adopt.ts'
import { obeyIgnore } from './obey-ignore.ts'
import { obeyPlan } from './obey-plan.ts'
import { obeyRevert } from './obey-revert.ts'
import { obeyRollback } from './obey-rollback.ts'
import { obeySync } from './obey-sync.ts'
import { obeyUnlock } from './obey-unlock.ts'
import { type PersonCommand, personCommand } from './person-command.ts'
import { reply, say, threadOf } from './reply.ts'

/**
 * Does what a comment's first line asks for, if whoever wrote it may write to the repository. Once: a comment that is told of again, or
 * whose answer failed, is only answered again.
 */
export async function obeyComment(deps: JobDeps, comment: Comment, context: JobContext): Promise<void> {
  const command = personCommand(comment.body)
  if (!command) return
  const { signal } = context
  const forge = deps.forges.repository(comment.repository)
  const key = await deps.store.repositories.save(comment.repository)
  const before = await deps.store.answeredComments.of(key, comment.commentId)
  if (before?.isTold || isForgotten(deps, comment)) return
  if (!before && !(await see(forge, comment, signal))) return
  const outcome = before?.outcome ?? (await obeyIfPermitted(deps, { comment, command, forge }, context))
  if (!before) await deps.store.answeredComments.keep(key, comment.commentId, outcome)
  await answer(forge, comment, outcome, signal)
  await deps.store.answeredComments.told(key, comment.commentId)
}

/** Nobody would know any more whether it was answered: what is so old commands nothing. */
function isForgotten({ clock }: JobDeps, { at }: Comment): boolean {
  return clock().getTime() - Date.parse(at) > (keptDays.answeredComments - 1) * 24 * 3600_000
}

async function obeyIfPermitted(deps: JobDeps, order: Order, context: JobContext): Promise<Outcome> {
  const { comment, forge } = order
  // Not to know is no permission: a lookup that fails is made again, and nothing is done before.
  const permission = await forge.permissionOf(comment.author, context.signal)
  if (permission !== 'write' && permission !== 'admin') return refuse(forge, comment, context.signal)
  return obey(deps, order, context)
}

async function answer(
  forge: ForgeRepository,
  comment: Comment,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<void> {
  if (outcome.kind === 'done') await forge.react(comment.commentId, '+1', signal)
  if (outcome.kind === 'done' && outcome.say) await reply(forge, comment, outcome.say, signal)
  if (outcome.kind === 'no') await reply(forge, comment, outcome.why, signal)
}

/** False when the comment was deleted meanwhile: then it commands nothing. */
async function see(forge: ForgeRepository, { commentId }: Comment, signal: AbortSignal): Promise<boolean> {
  try {
    await forge.react(commentId, 'eyes', signal)
    return true
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return false
    throw error
  }
}

/** Once for each person: nobody can have us write comment after comment. */
async function refuse(forge: ForgeRepository, comment: Comment, signal: AbortSignal): Promise<Outcome> {
  const { author } = comment
  const body = `Commands are taken from people with write permission, which ${code(`@${author}`)} does not have.`
  await say(forge, { on: threadOf(comment), key: `refused-${author.toLowerCase()}`, body }, signal)
  return underWay
}

interface Order {
  readonly comment: Comment
  readonly command: PersonCommand
  readonly forge: ForgeRepository
}

async function obey(deps: JobDeps, order: Order, context: JobContext): Promise<Outcome> {
  const { comment, command, forge } = order
  switch (command.kind) {
    case 'help':
      await help(forge, comment, context.signal)
      return done
    case 'unknown':
      if (command.meant !== null) {
        return no(`There is no such command: did you mean \`/plumbline ${command.meant}\`?`)
      }
      await help(forge, comment, context.signal)
      return underWay
    case 'misused':
      return no(`That command is written \`${command.usage}\`.`)
    case 'plan':
      return obeyPlan(deps, { comment, forge, application: command.application }, context)
    case 'sync':
      return obeySync(deps, { comment, command }, context)
    case 'approve': {
      if (!comment.onPullRequest) return no('Only a pull request can be approved.')
      const { repository, number, author: by, at } = comment
      const { environment, at: head } = command
      return approve(deps, { repository, number, by, environment, head, at }, context)
    }
    case 'unlock':
      return obeyUnlock(deps, comment, context)
    case 'revert':
      return obeyRevert(deps, { comment, forge, object: command.object }, context)
    case 'adopt':
      return obeyAdopt(deps, { comment, forge, object: command.object }, context)
    case 'ignore':
      return obeyIgnore(deps, { comment, forge, object: command.object }, context)
    case 'rollback':
      return obeyRollback(deps, { comment, command }, context)
  }
}

/** One on each pull request and issue, however often it is asked for. */
async function help(forge: ForgeRepository, comment: Comment, signal: AbortSignal): Promise<void> {
  await say(forge, { on: threadOf(comment), key: 'help', body: helpText }, signal)
}
