import type { GitCredential, Revision } from '../../model/repository.ts'

export interface CheckoutRequest {
  /** Clone URL without credentials. */
  readonly cloneUrl: string
  /** A commit, or the merge of `head` into `base` as the forge would make it. */
  readonly of: Revision | { readonly base: Revision; readonly head: Revision }
  readonly credential: GitCredential | null
}

export interface Checkout {
  /** Absolute. Shared with others that asked for the same: nothing in it may be changed. */
  readonly folder: string
  /** Names the content: the commit or the merged tree. */
  readonly contentKey: string
  /** To be called once it is no longer read; the folder may go at any time after. Idempotent. */
  release(): void
}

/**
 * Files of commits and of merge results, in folders. What is asked for by several at once is written once.
 * `of` rejects with GitError, and with InvalidInputError (code `merge-conflict`) when the merge has conflicts.
 */
export interface Checkouts {
  of(request: CheckoutRequest, signal: AbortSignal): Promise<Checkout>
  /** Removes all folders; checkouts in use become unreadable. */
  close(): Promise<void>
}
