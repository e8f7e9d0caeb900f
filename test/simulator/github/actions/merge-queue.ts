import { ApiFailure } from '../failure.ts'
import { readCommit } from '../git/log.ts'
import { commitTree, mergeTrees, resolveCommit, updateRef, zeroSha } from '../git/repository.ts'
import { simpleCommit } from '../shapes/check.ts'
import type { PullRequest } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'
import { committer } from './pulls.ts'
import { refsMoved } from './push.ts'

/** Pull requests that a merge queue is about to merge as one. */
export interface MergeGroup {
  readonly headSha: string
  readonly headRef: string
  readonly baseSha: string
  readonly baseRef: string
}

/**
 * Merges pull requests onto their base on a branch of the queue's own, and asks for checks of what that makes. The caller holds the
 * repository's lock.
 */
export async function queueGroup(
  world: World,
  pulls: readonly PullRequest[],
  actor: Actor,
): Promise<MergeGroup> {
  const last = pulls.at(-1)
  if (!last) throw new Error('a merge group has at least one pull request')
  const { repository, pull } = last
  const { folder } = repository
  const baseRef = `refs/heads/${pull.baseBranch}`
  const baseSha = await resolveCommit(folder, baseRef)
  if (!baseSha) throw new ApiFailure(405, 'Base branch does not exist')
  let headSha = baseSha
  for (const issue of pulls) {
    const merge = await mergeTrees(folder, headSha, issue.pull.headSha)
    if (merge.outcome === 'conflict') throw new ApiFailure(405, 'Pull Request is not mergeable')
    headSha = await commitTree(folder, {
      tree: merge.tree,
      parents: [headSha, issue.pull.headSha],
      message: `Merge pull request #${issue.number}\n\n${issue.title}\n`,
      author: actor.user,
      committer,
      date: world.now(),
    })
  }
  const headRef = `refs/heads/gh-readonly-queue/${pull.baseBranch}/pr-${last.number}-${baseSha}`
  await updateRef(folder, headRef, headSha)
  const group = { headSha, headRef, baseSha, baseRef }
  await refsMoved(world, repository, actor, [{ ref: headRef, before: zeroSha, after: headSha }])
  await tell(world, last, actor, { action: 'checks_requested', group })
  return group
}

/** The group was merged, or is made anew without one of its pull requests. */
export async function dropGroup(
  world: World,
  issue: PullRequest,
  actor: Actor,
  it: { readonly group: MergeGroup; readonly reason: 'merged' | 'invalidated' | 'dequeued' },
): Promise<void> {
  await tell(world, issue, actor, { action: 'destroyed', ...it })
}

async function tell(
  world: World,
  { repository }: PullRequest,
  actor: Actor,
  it: {
    readonly action: 'checks_requested' | 'destroyed'
    readonly group: MergeGroup
    readonly reason?: string
  },
): Promise<void> {
  const { action, group, reason } = it
  const head_commit = simpleCommit(await readCommit(repository.folder, group.headSha))
  world.events({
    name: 'merge_group',
    action,
    sender: actor.user,
    repository,
    payload: {
      ...(reason === undefined ? {} : { reason }),
      merge_group: {
        head_sha: group.headSha,
        head_ref: group.headRef,
        base_sha: group.baseSha,
        base_ref: group.baseRef,
        head_commit,
      },
    },
  })
}
