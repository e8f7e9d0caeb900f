import type { GitRepository } from '../git/repository.ts'
import type { Revision } from '../model/repository.ts'

/** More commits in a row than anybody merges one by one. */
const mostCommits = 250

export interface MergeCommits {
  /** First parents that the merge put on its branch, nearest first: one, or as many as it has where they were put on top one by one. */
  readonly commits: readonly Revision[]
  /** What the branch was at before; null when it is where the history begins. */
  readonly before: Revision | null
}

/**
 * What the merge of `head` put on its branch, in whatever way; both commits are here. A merge commit and a squash are one commit. Where
 * the pull request's commits were put on top one by one, the branch was at the commit that gives just the merge's tree with the head on it.
 * Rejects with GitError.
 */
export async function mergeCommits(
  git: GitRepository,
  { merged, head }: { readonly merged: Revision; readonly head: Revision },
  signal: AbortSignal,
): Promise<MergeCommits> {
  const fork = await git.mergeBase(head, merged, signal)
  const count = fork === null || fork === head ? 1 : await git.commitsAhead(head, fork, signal)
  const parents = await git.ancestors(merged, Math.min(count, mostCommits), signal)
  const farthest = parents.at(count - 1)
  if (count > 1 && farthest !== undefined) {
    const onTop = await git.merge(farthest, head, signal)
    const isSame =
      onTop.kind === 'merged' && (await git.changedFiles(onTop.tree, merged, signal)).length === 0
    if (isSame) return { commits: [merged, ...parents.slice(0, count - 1)], before: farthest }
  }
  return { commits: [merged], before: parents[0] ?? null }
}
