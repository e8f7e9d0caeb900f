import type { Comment, Issue, Reaction, Repository, User } from '../state.ts'
import { nodeId, type World } from '../world.ts'
import { actingApp } from './app.ts'
import { issuePage, issueUrl, pullUrl, repositoryUrl } from './links.ts'
import { labelShape } from './repository.ts'
import type { Schemas } from './schemas.ts'
import { userShape } from './user.ts'

export function issueShape(world: World, issue: Issue) {
  const url = issueUrl(world, issue)
  return {
    url,
    repository_url: repositoryUrl(world, issue.repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: issuePage(world, issue),
    id: issue.id,
    node_id: nodeId(issue.pull ? 'PR' : 'I', issue.id),
    number: issue.number,
    title: issue.title,
    user: userShape(world, issue.user),
    labels: issue.labels.map(label => labelShape(world, issue.repository, label)),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: false,
    active_lock_reason: null,
    assignee: issue.assignees[0] ? userShape(world, issue.assignees[0]) : null,
    assignees: issue.assignees.map(user => userShape(world, user)),
    milestone: null,
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    author_association: associationOf(issue.repository, issue.user),
    ...(issue.pull
      ? { draft: issue.pull.draft, pull_request: pullLinks(world, issue, issue.pull.mergedAt) }
      : {}),
    body: issue.body,
    reactions: rollup(`${url}/reactions`, issue.reactions),
    performed_via_github_app: actingApp(world, issue.byApp),
  } satisfies Schemas['issue']
}

/** One issue read by itself also says who closed it. */
export const issueDetail = (world: World, issue: Issue) =>
  ({
    ...issueShape(world, issue),
    closed_by: issue.closedBy ? userShape(world, issue.closedBy) : null,
  }) satisfies Schemas['issue']

export function commentShape(world: World, comment: Comment) {
  const url = `${repositoryUrl(world, comment.issue.repository)}/issues/comments/${comment.id}`
  return {
    url,
    html_url: `${issuePage(world, comment.issue)}#issuecomment-${comment.id}`,
    issue_url: issueUrl(world, comment.issue),
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    user: userShape(world, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(comment.issue.repository, comment.user),
    body: comment.body,
    reactions: rollup(`${url}/reactions`, comment.reactions),
    performed_via_github_app: actingApp(world, comment.byApp),
  } satisfies Schemas['issue-comment']
}

export const reactionShape = (world: World, reaction: Reaction) =>
  ({
    id: reaction.id,
    node_id: nodeId('REA', reaction.id),
    user: userShape(world, reaction.user),
    content: reaction.content,
    created_at: reaction.createdAt,
  }) satisfies Schemas['reaction']

export function associationOf(repository: Repository, user: User): 'OWNER' | 'COLLABORATOR' | 'NONE' {
  if (repository.owner === user) return 'OWNER'
  return repository.collaborators.has(user) ? 'COLLABORATOR' : 'NONE'
}

function pullLinks(world: World, issue: Issue, mergedAt: string | null) {
  const page = issuePage(world, issue)
  return {
    url: pullUrl(world, issue),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    merged_at: mergedAt,
  }
}

function rollup(url: string, reactions: readonly Reaction[]) {
  const count = (content: Reaction['content']): number =>
    reactions.filter(one => one.content === content).length
  return {
    url,
    total_count: reactions.length,
    '+1': count('+1'),
    '-1': count('-1'),
    laugh: count('laugh'),
    hooray: count('hooray'),
    confused: count('confused'),
    heart: count('heart'),
    rocket: count('rocket'),
    eyes: count('eyes'),
  }
}
