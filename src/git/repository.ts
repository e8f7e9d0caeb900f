import type { GitCredential, Revision } from '../model/repository.ts'

export type MergeResult =
  | { readonly kind: 'merged'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }

export interface TreeEntry {
  /** Relative to the repository's root. */
  readonly path: string
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly sha: string
}

/**
 * A local bare mirror of one remote repository. Reads never touch the network. Nothing of the repository is executed:
 * no hooks, no filters, no configuration of the checkout. Treeish arguments are commit or tree SHAs, never names.
 * Rejects with {@link GitError}.
 */
export interface GitRepository {
  /** Brings these commits here; those already present cost nothing. */
  fetch(revisions: readonly Revision[], credential: GitCredential | null, signal: AbortSignal): Promise<void>
  /** Asks the remote what a branch, tag or HEAD points to now; null when it does not exist. */
  resolveRemote(name: string, credential: GitCredential | null, signal: AbortSignal): Promise<Revision | null>
  /** The tree that a merge of `head` into `base` would have. */
  merge(base: Revision, head: Revision, signal: AbortSignal): Promise<MergeResult>
  mergeBase(a: Revision, b: Revision, signal: AbortSignal): Promise<Revision | null>
  /** The tree of `onto` without what came between `before` and `revision`. */
  revert(
    it: { readonly revision: Revision; readonly before: Revision; readonly onto: Revision },
    signal: AbortSignal,
  ): Promise<MergeResult>
  /** First parents, nearest first, at most `count`. */
  ancestors(revision: Revision, count: number, signal: AbortSignal): Promise<readonly Revision[]>
  /** How many commits `head` has that `onto` has not, merges left out. */
  commitsAhead(head: Revision, onto: Revision, signal: AbortSignal): Promise<number>
  /** Paths that differ between two trees, both sides of a rename. */
  changedFiles(from: string, to: string, signal: AbortSignal): Promise<readonly string[]>
  /** All files below `prefix` (empty: everything), recursively. */
  listFiles(treeish: string, prefix: string, signal: AbortSignal): Promise<readonly TreeEntry[]>
  /** Null when there is no such file. Fails when it is larger than `maxBytes`. */
  readFile(treeish: string, path: string, maxBytes: number, signal: AbortSignal): Promise<string | null>
  /** Many files at once, by blob SHA; order kept. Null for each that is larger than `maxBytes`. */
  readBlobs(
    shas: readonly string[],
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<readonly (string | null)[]>
  /** As {@link readBlobs}, byte by byte. */
  readBytes(
    shas: readonly string[],
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<readonly (Uint8Array | null)[]>
  /** Writes the tree's files into an empty folder. Symlinks are written as they are; submodules are left out. */
  extract(treeish: string, folder: string, signal: AbortSignal): Promise<void>
}

/** Opens (creating when missing) the mirror of a remote. One folder per remote; safe with other processes' use of it. */
export interface GitCache {
  open(cloneUrl: string): Promise<GitRepository>
}

/** A git operation failed. The message names the operation and git's own last words, without credentials. */
export class GitError extends Error {
  override readonly name = 'GitError'
  readonly code: 'unreachable' | 'unauthorized' | 'not-found' | 'invalid' | 'timeout' | 'failed'
  readonly passing: boolean
  constructor(code: GitError['code'], message: string, passing: boolean, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.passing = passing
  }
}
