import type { GitRepository, TreeEntry } from '../git/repository.ts'
import type { Revision } from '../model/repository.ts'
import { mergeCommits } from './merge-commits.ts'

/** A change of more files is a person's to take back. */
const mostFiles = 300
const largestFile = 1024 * 1024

export interface Merge {
  /** The commit that the merge made on its branch, in whatever way. */
  readonly merged: Revision
  /** The pull request's own last commit. */
  readonly head: Revision
  /** Where the branch is now. */
  readonly onto: Revision
}

export interface FileBack {
  readonly path: string
  /** As git has it. */
  readonly mode: string
  /** Null: it goes. */
  readonly content: Uint8Array | null
}

export type ChangeBack =
  | { readonly parent: Revision; readonly files: readonly FileBack[] }
  /** Why it cannot be done: the end of a sentence. */
  | { readonly conflict: string }

/** What has to change on a branch as it is now so that it is without a merge. All three commits are here. Rejects with GitError. */
export async function changeBack(git: GitRepository, merge: Merge, signal: AbortSignal): Promise<ChangeBack> {
  const { merged, onto } = merge
  const { before } = await mergeCommits(git, merge, signal)
  if (before === null) return { conflict: 'it is where the history begins' }
  const reverted = await git.revert({ revision: merged, before, onto }, signal)
  if (reverted.kind === 'merged') return filesBetween(git, onto, reverted.tree, signal)
  const names = reverted.files.slice(0, 3).join(', ')
  return { conflict: `later changes of ${names} stand in the way` }
}

async function filesBetween(
  git: GitRepository,
  parent: Revision,
  tree: string,
  signal: AbortSignal,
): Promise<ChangeBack> {
  const paths = await git.changedFiles(parent, tree, signal)
  if (paths.length === 0) return { conflict: 'nothing of it is left on the branch' }
  if (paths.length > mostFiles) return { conflict: `${paths.length} files would change, which is too many` }
  const wanted = new Set(paths)
  const entries = async (treeish: string): Promise<ReadonlyMap<string, TreeEntry>> => {
    const all = await git.listFiles(treeish, '', signal)
    return new Map(all.filter(it => wanted.has(it.path)).map(it => [it.path, it]))
  }
  const [now, then] = [await entries(parent), await entries(tree)]
  const kept = paths.flatMap(path => then.get(path) ?? [])
  if ([...kept, ...now.values()].some(it => it.type !== 'blob'))
    return { conflict: 'submodules would change' }
  const shas = kept.map(it => it.sha)
  const bytes = await git.readBytes(shas, largestFile, signal)
  if (bytes.includes(null)) return { conflict: 'a file of more than a mebibyte would change' }
  const contents = new Map(kept.map((it, at) => [it.path, bytes[at] ?? null]))
  const mode = (path: string) => (then.get(path) ?? now.get(path))?.mode ?? '100644'
  const files = paths.map(path => ({ path, mode: mode(path), content: contents.get(path) ?? null }))
  return { parent, files }
}
