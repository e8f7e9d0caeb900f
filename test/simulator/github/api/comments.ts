import { addComment, deleteComment, editComment } from '../actions/comments.ts'
import { roleOf } from '../auth/principal.ts'
import { ApiFailure, notFound } from '../failure.ts'
import { commentShape } from '../shapes/issue.ts'
import type { Comment, Repository } from '../state.ts'
import { type Call, created, type Handlers, issueOf, noContent, ok } from './call.ts'
import { listed } from './pages.ts'

export const commentHandlers: Handlers = {
  'issues/list-comments': call => {
    const { comments } = issueOf(call, call.path.issue_number)
    const since = call.query.since ?? ''
    const wanted = comments.filter(comment => comment.updatedAt >= since)
    return listed(call, wanted, comment => commentShape(call.world, comment))
  },
  'issues/list-comments-for-repo': call => {
    const since = call.query.since ?? ''
    const comments = allComments(call.repository).filter(comment => comment.updatedAt >= since)
    return listed(call, comments, comment => commentShape(call.world, comment))
  },
  'issues/create-comment': call => {
    const issue = issueOf(call, call.path.issue_number)
    return created(commentShape(call.world, addComment(call.world, issue, call.actor, call.body.body)))
  },
  'issues/get-comment': call => ok(commentShape(call.world, commentOf(call, call.path.comment_id))),
  'issues/update-comment': call => {
    const comment = own(call, commentOf(call, call.path.comment_id))
    editComment(call.world, comment, call.actor, call.body.body)
    return ok(commentShape(call.world, comment))
  },
  'issues/delete-comment': call => {
    deleteComment(call.world, own(call, commentOf(call, call.path.comment_id)), call.actor)
    return noContent
  },
}

export function commentOf(call: { readonly repository: Repository }, id: number): Comment {
  const comment = allComments(call.repository).find(one => one.id === id)
  if (!comment) throw notFound()
  return comment
}

const allComments = (repository: Repository): Comment[] =>
  [...repository.issues.values()].flatMap(issue => issue.comments).sort((a, b) => a.id - b.id)

/** A person edits their own comments; those who may write to the repository, and apps that may, edit any. */
function own(
  call: Pick<Call<'issues/delete-comment'>, 'principal' | 'repository'>,
  comment: Comment,
): Comment {
  const { principal, repository } = call
  if (principal.kind !== 'user' || comment.user === principal.user) return comment
  const role = roleOf(repository, principal.user)
  if (role === undefined || role === 'read')
    throw new ApiFailure(403, 'Must have admin rights to Repository.')
  return comment
}
