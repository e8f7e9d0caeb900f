import { changedFiles, log } from '../git/log.ts'
import { mergeBase } from '../git/repository.ts'
import type { PullRequest, Repository } from '../state.ts'
import { nodeId, type World } from '../world.ts'
import { associationOf } from './issue.ts'
import { issuePage, issueUrl, pullUrl, repositoryUrl } from './links.ts'
import { labelShape, repositoryShape } from './repository.ts'
import type { Schemas } from './schemas.ts'
import { userShape } from './user.ts'

export function pullShape(world: World, issue: PullRequest) {
  const { pull, repository } = issue
  const url = pullUrl(world, issue)
  const page = issuePage(world, issue)
  return {
    url,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl(world, issue),
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: userShape(world, issue.user),
    body: issue.body,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: issue.assignees[0] ? userShape(world, issue.assignees[0]) : null,
    assignees: issue.assignees.map(user => userShape(world, user)),
    requested_reviewers: [] as Schemas['simple-user'][],
    requested_teams: [] as Schemas['team'][],
    labels: issue.labels.map(label => ({
      ...labelShape(world, repository, label),
      description: label.description ?? '',
    })),
    milestone: null,
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl(world, repository)}/pulls/comments{/number}`,
    comments_url: `${issueUrl(world, issue)}/comments`,
    statuses_url: `${repositoryUrl(world, repository)}/statuses/${pull.headSha}`,
    head: side(world, pull.headRepository, pull.headBranch, pull.headSha),
    base: side(world, repository, pull.baseBranch, pull.baseSha),
    _links: linksOf(world, issue),
    author_association: associationOf(repository, issue.user),
    auto_merge: null,
    active_lock_reason: null,
  } satisfies Schemas['pull-request-simple']
}

/** One pull request read by itself: with its size and whether it can be merged. */
export async function pullDetail(world: World, issue: PullRequest) {
  const { pull } = issue
  const size = await sizeOf(issue)
  const open = issue.state === 'open'
  return {
    ...pullShape(world, issue),
    merged: pull.mergedAt !== null,
    mergeable: open ? pull.mergeable : null,
    rebaseable: open ? pull.mergeable : null,
    mergeable_state: open ? mergeableState(issue) : 'unknown',
    merged_by: pull.mergedBy ? userShape(world, pull.mergedBy) : null,
    comments: issue.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    ...size,
  } satisfies Schemas['pull-request']
}

interface PullSize {
  readonly commits: number
  readonly additions: number
  readonly deletions: number
  readonly changed_files: number
}

/** Two commits always differ by the same: remembered, since every answer and event about a pull request tells it. */
const sizes = new WeakMap<Repository, Map<string, Promise<PullSize>>>()

function sizeOf(issue: PullRequest): Promise<PullSize> {
  const { pull, repository } = issue
  const known = sizes.get(repository) ?? new Map<string, Promise<PullSize>>()
  sizes.set(repository, known)
  const key = `${pull.baseSha}...${pull.headSha}`
  const size = known.get(key) ?? measure(issue)
  known.set(key, size)
  return size
}

async function measure(issue: PullRequest): Promise<PullSize> {
  const { pull, repository } = issue
  const { headSha } = pull
  const from = await diffBase(issue)
  const [files, commits] = await Promise.all([
    changedFiles(repository.folder, from, headSha),
    log(repository.folder, [`${from}..${headSha}`]),
  ])
  return {
    commits: commits.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  }
}

/** Where a pull request's own changes begin: the merge base, which a merge of the head does not move. */
export async function diffBase(issue: PullRequest): Promise<string> {
  const { pull, repository } = issue
  return (await mergeBase(repository.folder, pull.baseSha, pull.headSha)) ?? pull.baseSha
}

function mergeableState(issue: PullRequest): string {
  if (issue.pull.draft) return 'draft'
  return issue.pull.mergeable ? 'clean' : 'dirty'
}

const side = (world: World, repository: Repository, ref: string, sha: string) => ({
  label: `${repository.owner.login}:${ref}`,
  ref,
  sha,
  user: userShape(world, repository.owner),
  repo: repositoryShape(world, repository),
})

function linksOf(world: World, issue: PullRequest) {
  const url = pullUrl(world, issue)
  return {
    self: { href: url },
    html: { href: issuePage(world, issue) },
    issue: { href: issueUrl(world, issue) },
    comments: { href: `${issueUrl(world, issue)}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${repositoryUrl(world, issue.repository)}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: `${repositoryUrl(world, issue.repository)}/statuses/${issue.pull.headSha}` },
  }
}
