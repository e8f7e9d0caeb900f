import { react, unreact } from '../actions/comments.ts'
import { ApiFailure, notFound } from '../failure.ts'
import { reactionShape } from '../shapes/issue.ts'
import type { Reaction, ReactionContent, Repository } from '../state.ts'
import { type Answer, type Call, created, type Handlers, issueOf, noContent, ok } from './call.ts'
import { commentOf } from './comments.ts'
import { listed } from './pages.ts'

interface Subject {
  readonly reactions: Reaction[]
  readonly repository: Repository
}

type ReactionCall = Pick<Call<'reactions/delete-for-issue'>, 'world' | 'actor' | 'principal' | 'url'>

export const reactionHandlers: Handlers = {
  'reactions/list-for-issue': call => list(call, call.query, issueOf(call, call.path.issue_number)),
  'reactions/create-for-issue': call =>
    create(call, issueOf(call, call.path.issue_number), call.body.content),
  'reactions/delete-for-issue': call =>
    remove(call, issueOf(call, call.path.issue_number), call.path.reaction_id),
  'reactions/list-for-issue-comment': call => list(call, call.query, onComment(call, call.path.comment_id)),
  'reactions/create-for-issue-comment': call =>
    create(call, onComment(call, call.path.comment_id), call.body.content),
  'reactions/delete-for-issue-comment': call =>
    remove(call, onComment(call, call.path.comment_id), call.path.reaction_id),
}

const onComment = (call: { readonly repository: Repository }, id: number): Subject => ({
  reactions: commentOf(call, id).reactions,
  repository: call.repository,
})

function list(call: ReactionCall, query: { readonly content?: string }, subject: Subject): Promise<Answer> {
  const wanted = subject.reactions.filter(one => query.content === undefined || one.content === query.content)
  return listed({ query, url: call.url }, wanted, one => reactionShape(call.world, one))
}

function create(call: ReactionCall, subject: Subject, content: ReactionContent): Answer {
  const { reaction, created: isNew } = react(call.world, subject, call.actor, content)
  const shape = reactionShape(call.world, reaction)
  return isNew ? created(shape) : ok(shape)
}

function remove(call: ReactionCall, subject: Subject, id: number): Answer {
  const reaction = subject.reactions.find(one => one.id === id)
  if (!reaction) throw notFound()
  if (reaction.user !== call.actor.user) throw new ApiFailure(403, 'Must have admin rights to Repository.')
  unreact(call.world, subject, reaction)
  return noContent
}
