import { ApiFailure } from '../failure.ts'
import { log, readCommit } from '../git/log.ts'
import { commitTree, mergeTrees, resolveCommit, updateRef } from '../git/repository.ts'
import type { PullRequest } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'
import { issueEvent } from './issues.ts'
import { closeAsMerged, committer } from './pulls.ts'
import { refsMoved } from './push.ts'

export interface MergeInput {
  readonly method?: 'merge' | 'squash' | 'rebase'
  readonly title?: string
  readonly message?: string
  /** Merges only while this is the head. */
  readonly sha?: string
}

/** Merges for real and moves the base. The caller holds the repository's lock. Returns the new commit. */
export async function mergePull(
  world: World,
  issue: PullRequest,
  actor: Actor,
  input: MergeInput = {},
): Promise<string> {
  const { pull, repository } = issue
  const { folder } = repository
  if (issue.state !== 'open') throw new ApiFailure(405, 'Pull Request is not mergeable')
  if (pull.draft) throw new ApiFailure(405, 'Pull Request is still a draft')
  if (input.sha !== undefined && input.sha !== pull.headSha) {
    throw new ApiFailure(409, 'Head branch was modified. Review and try the merge again.')
  }
  const ref = `refs/heads/${pull.baseBranch}`
  const base = await resolveCommit(folder, ref)
  if (!base) throw new ApiFailure(405, 'Base branch does not exist')
  const merge = await mergeTrees(folder, base, pull.headSha)
  if (merge.outcome === 'conflict') throw new ApiFailure(405, 'Pull Request is not mergeable')
  const squash = input.method === 'squash'
  const onTop = input.method === 'rebase' ? await rebased(world, issue, base) : null
  const after =
    onTop ??
    (await commitTree(folder, {
      tree: merge.tree,
      parents: squash ? [base] : [base, pull.headSha],
      message: mergeMessage(issue, squash, input),
      author: actor.user,
      committer,
      date: world.now(),
    }))
  await updateRef(folder, ref, after, base)
  closeAsMerged(world, issue, actor, after)
  await issueEvent(world, issue, actor, { action: 'closed' })
  await refsMoved(world, repository, actor, [{ ref, before: base, after }])
  return after
}

/** Puts the commits of a pull request on top of its base, one by one. Returns the last of them. */
async function rebased(world: World, { pull, repository }: PullRequest, base: string): Promise<string> {
  const { folder } = repository
  let onto = base
  for (const commit of await log(folder, ['--reverse', '--no-merges', `${base}..${pull.headSha}`])) {
    const { message, author, parents } = commit
    // What is there by now, as if it came from where the commit did: only what the commit changed is new to it.
    const { tree: there } = await readCommit(folder, onto)
    const sibling = await commitTree(folder, { tree: there, parents, message, author, date: world.now() })
    const merge = await mergeTrees(folder, sibling, commit.sha)
    if (merge.outcome === 'conflict') throw new ApiFailure(405, 'Pull Request is not mergeable')
    const { tree } = merge
    onto = await commitTree(folder, { tree, parents: [onto], message, author, committer, date: world.now() })
  }
  return onto
}

function mergeMessage(issue: PullRequest, squash: boolean, input: MergeInput): string {
  const { pull } = issue
  const title = squash
    ? `${issue.title} (#${issue.number})`
    : `Merge pull request #${issue.number} from ${pull.headRepository.owner.login}/${pull.headBranch}`
  const message = input.message ?? (squash ? '' : issue.title)
  return `${input.title ?? title}\n\n${message}\n`
}
