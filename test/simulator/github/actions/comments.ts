import { invalid } from '../failure.ts'
import { commentShape, issueShape } from '../shapes/issue.ts'
import type { Comment, Issue, Reaction, ReactionContent, Repository } from '../state.ts'
import { timestamp, type World } from '../world.ts'
import { type Actor, touch } from './actor.ts'
import { checkBody } from './issues.ts'

export function addComment(world: World, issue: Issue, actor: Actor, body: string): Comment {
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field', "Body can't be blank")
  checkBody(body, 'IssueComment')
  const now = touch(world, issue.repository)
  const comment: Comment = {
    id: world.nextId(),
    issue,
    user: actor.user,
    byApp: actor.byApp,
    body,
    createdAt: now,
    updatedAt: now,
    reactions: [],
  }
  issue.comments.push(comment)
  issue.updatedAt = now
  commentEvent(world, comment, actor, { action: 'created' })
  return comment
}

export function editComment(world: World, comment: Comment, actor: Actor, body: string): void {
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field', "Body can't be blank")
  checkBody(body, 'IssueComment')
  if (comment.body === body) return
  const changes = { body: { from: comment.body } }
  comment.body = body
  comment.updatedAt = touch(world, comment.issue.repository)
  commentEvent(world, comment, actor, { action: 'edited', changes })
}

export function deleteComment(world: World, comment: Comment, actor: Actor): void {
  const at = comment.issue.comments.indexOf(comment)
  comment.issue.comments.splice(at, 1)
  touch(world, comment.issue.repository)
  commentEvent(world, comment, actor, { action: 'deleted' })
}

/** Adds a reaction, or gives the same one that this user made before. Reactions cause no webhooks. */
export function react(
  world: World,
  subject: { readonly reactions: Reaction[]; readonly repository: Repository },
  actor: Actor,
  content: ReactionContent,
): { readonly reaction: Reaction; readonly created: boolean } {
  const before = subject.reactions.find(one => one.user === actor.user && one.content === content)
  if (before) return { reaction: before, created: false }
  touch(world, subject.repository)
  const reaction: Reaction = { id: world.nextId(), user: actor.user, content, createdAt: timestamp(world) }
  subject.reactions.push(reaction)
  return { reaction, created: true }
}

export function unreact(
  world: World,
  subject: { readonly reactions: Reaction[]; readonly repository: Repository },
  reaction: Reaction,
): void {
  subject.reactions.splice(subject.reactions.indexOf(reaction), 1)
  touch(world, subject.repository)
}

interface CommentEvent {
  readonly action: 'created' | 'edited' | 'deleted'
  readonly changes?: { readonly body: { readonly from: string } }
}

function commentEvent(world: World, comment: Comment, actor: Actor, event: CommentEvent): void {
  const { action, ...changes } = event
  world.events({
    name: 'issue_comment',
    action,
    sender: actor.user,
    repository: comment.issue.repository,
    payload: { issue: issueShape(world, comment.issue), comment: commentShape(world, comment), ...changes },
  })
}
