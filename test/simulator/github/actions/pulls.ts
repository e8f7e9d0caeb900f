import { invalid } from '../failure.ts'
import { runGit } from '../git/run-git.ts'
import { commitTree, isAncestor, mergeTrees, resolveCommit, updateRef } from '../git/repository.ts'
import { type Pull, type PullRequest, type Repository, type User } from '../state.ts'
import { findRepository, type World } from '../world.ts'
import { type Actor, touch } from './actor.ts'
import { addIssue, issueEvent, note, setIssueState } from './issues.ts'

/** Who commits merges that are made on the forge. */
export const committer: Pick<User, 'name' | 'email'> = { name: 'GitHub', email: 'noreply@github.com' }

export interface PullInput {
  readonly title: string
  readonly body?: string | null
  /** A branch, or `owner:branch` of a fork. */
  readonly head: string
  readonly base: string
  readonly draft?: boolean
}

/** The caller holds the repository's lock. */
export async function openPull(
  world: World,
  repository: Repository,
  actor: Actor,
  input: PullInput,
): Promise<PullRequest> {
  const head = headOf(world, repository, input.head)
  const headSha = head && (await resolveCommit(head.repository.folder, `refs/heads/${head.branch}`))
  if (!head || !headSha) throw invalid('PullRequest', 'head', 'invalid')
  const baseSha = await resolveCommit(repository.folder, `refs/heads/${input.base}`)
  if (!baseSha) throw invalid('PullRequest', 'base', 'invalid')
  refuseDuplicate(repository, head, input.base)
  await fetchHead(repository, head.repository, headSha)
  if (await isAncestor(repository.folder, headSha, baseSha)) {
    throw invalid('PullRequest', 'base', 'custom', `No commits between ${input.base} and ${input.head}`)
  }
  const pull: Pull = {
    id: world.nextId(),
    headRepository: head.repository,
    headBranch: head.branch,
    headSha,
    baseBranch: input.base,
    baseSha,
    draft: input.draft ?? false,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
    mergeable: true,
  }
  const issue = addIssue(world, repository, actor, { ...input, pull }) as PullRequest
  await refreshPull(world, issue)
  await issueEvent(world, issue, actor, { action: 'opened' })
  return issue
}

/** Its head is what its branch is at by now. */
export async function reopenPull(world: World, issue: PullRequest, actor: Actor): Promise<void> {
  if (issue.state === 'closed' && !issue.pull.mergedAt) await refreshPull(world, issue)
  await setIssueState(world, issue, actor, { state: 'open' })
}

/** Reads head and base again and makes the test merge, which `refs/pull/N/merge` then names. */
export async function refreshPull(world: World, issue: PullRequest): Promise<void> {
  const { pull, repository } = issue
  const { folder } = repository
  const head =
    (await resolveCommit(pull.headRepository.folder, `refs/heads/${pull.headBranch}`)) ?? pull.headSha
  const base = (await resolveCommit(folder, `refs/heads/${pull.baseBranch}`)) ?? pull.baseSha
  await fetchHead(repository, pull.headRepository, head)
  await updateRef(folder, `refs/pull/${issue.number}/head`, head)
  // As on GitHub, base.sha is the base when the head last moved, not where the base is now.
  if (head !== pull.headSha) pull.baseSha = base
  pull.headSha = head
  const merge = await mergeTrees(folder, base, head)
  pull.mergeable = merge.outcome === 'merged'
  if (merge.outcome === 'conflict') {
    pull.mergeCommitSha = null
    return
  }
  const message = `Merge ${head} into ${base}`
  const parents = [base, head]
  pull.mergeCommitSha = await commitTree(folder, {
    tree: merge.tree,
    parents,
    message,
    author: committer,
    date: world.now(),
  })
  await updateRef(folder, `refs/pull/${issue.number}/merge`, pull.mergeCommitSha)
}

export function closeAsMerged(world: World, issue: PullRequest, actor: Actor, commit: string): void {
  const now = touch(world, issue.repository)
  issue.state = 'closed'
  issue.updatedAt = now
  issue.closedAt = now
  issue.closedBy = actor.user
  issue.pull.mergedAt = now
  issue.pull.mergedBy = actor.user
  issue.pull.mergeCommitSha = commit
  note(world, issue, actor, { action: 'merged', detail: commit })
}

export async function setDraft(
  world: World,
  issue: PullRequest,
  actor: Actor,
  draft: boolean,
): Promise<void> {
  if (issue.pull.draft === draft) return
  issue.pull.draft = draft
  issue.updatedAt = touch(world, issue.repository)
  await issueEvent(world, issue, actor, { action: draft ? 'converted_to_draft' : 'ready_for_review' })
}

/** Points the pull request at another base. The caller holds the repository's lock. */
export async function setBase(world: World, issue: PullRequest, actor: Actor, base: string): Promise<void> {
  const { pull } = issue
  if (pull.baseBranch === base) return
  const sha = await resolveCommit(issue.repository.folder, `refs/heads/${base}`)
  if (!sha) throw invalid('PullRequest', 'base', 'invalid')
  const changes = { base: { ref: { from: pull.baseBranch }, sha: { from: pull.baseSha } } }
  pull.baseBranch = base
  pull.baseSha = sha
  issue.updatedAt = touch(world, issue.repository)
  await refreshPull(world, issue)
  await issueEvent(world, issue, actor, { action: 'edited', changes })
}

function headOf(world: World, repository: Repository, head: string) {
  const colon = head.indexOf(':')
  if (colon < 0) return { repository, branch: head }
  const owner = head.slice(0, colon)
  const branch = head.slice(colon + 1)
  if (owner.toLowerCase() === repository.owner.login.toLowerCase()) return { repository, branch }
  const fork = findRepository(world, owner, repository.name)
  return fork?.source === repository ? { repository: fork, branch } : undefined
}

function refuseDuplicate(
  repository: Repository,
  head: { readonly repository: Repository; readonly branch: string },
  base: string,
): void {
  for (const { state, pull } of repository.issues.values()) {
    const same =
      pull?.headRepository === head.repository && pull.headBranch === head.branch && pull.baseBranch === base
    if (!same || state !== 'open') continue
    const label = `${head.repository.owner.login}:${head.branch}`
    throw invalid('PullRequest', 'base', 'custom', `A pull request already exists for ${label}.`)
  }
}

/** A fork's commits are copied, so that the base repository can serve them. */
async function fetchHead(repository: Repository, from: Repository, sha: string): Promise<void> {
  if (from === repository) return
  await runGit(repository.folder, ['fetch', '--quiet', '--no-tags', from.folder, sha])
}
