import type { Revision } from '../model/repository.ts'
import { merge } from './merge.ts'
import { checkTreeish, type Mirror, runInMirror } from './mirror-git.ts'
import type { MergeResult } from './repository.ts'

/** Nobody's: the commit is never pushed. Fixed, so that the same revert is the same object. */
const nobody = {
  GIT_AUTHOR_NAME: 'plumbline',
  GIT_AUTHOR_EMAIL: 'plumbline@localhost',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'plumbline',
  GIT_COMMITTER_EMAIL: 'plumbline@localhost',
  GIT_COMMITTER_DATE: '@0 +0000',
}

export interface Revert {
  readonly revision: Revision
  /** What it stood on: everything between the two is taken back. */
  readonly before: Revision
  /** Where it is taken back: the branch as it is now. */
  readonly onto: Revision
}

/**
 * The tree of `onto` without what came between `before` and `revision`, as `git revert` makes it: a child of the revision that is as
 * it was before, merged. Writes objects, moves nothing.
 */
export async function revert(
  mirror: Mirror,
  { revision, before, onto }: Revert,
  signal: AbortSignal,
): Promise<MergeResult> {
  checkTreeish(revision, before, onto)
  const { stdout } = await runInMirror(mirror, {
    args: ['commit-tree', '-m', `Revert ${revision}`, '-p', revision, `${before}^{tree}`],
    attempted: `take back ${revision}`,
    environment: nobody,
    signal,
  })
  return merge(mirror, onto, stdout.toString('utf8').trim(), signal)
}

/** The first parent of a commit, and its first parent, and so on: at most `count`, nearest first; fewer at the root. */
export async function ancestors(
  mirror: Mirror,
  revision: Revision,
  count: number,
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  checkTreeish(revision)
  const { stdout } = await runInMirror(mirror, {
    args: ['rev-list', '--first-parent', `--max-count=${count + 1}`, revision],
    attempted: `read the history of ${revision}`,
    signal,
  })
  return stdout.toString('utf8').split('\n').filter(Boolean).slice(1)
}

/** How many commits `head` has that `onto` has not, merges left out. */
export async function commitsAhead(
  mirror: Mirror,
  head: Revision,
  onto: Revision,
  signal: AbortSignal,
): Promise<number> {
  checkTreeish(head, onto)
  const { stdout } = await runInMirror(mirror, {
    args: ['rev-list', '--count', '--no-merges', `${onto}..${head}`],
    attempted: `count the commits of ${head}`,
    signal,
  })
  return Number(stdout.toString('utf8').trim())
}
