import type { ForgeRepository, Thread } from '../../forge/forge.ts'
import type { Comment } from './comment-outcome.ts'

/** Answers a comment, once: a second answer takes the place of the first. */
export async function reply(
  forge: ForgeRepository,
  comment: Pick<Comment, 'number' | 'commentId' | 'onPullRequest'>,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  await say(forge, { on: threadOf(comment), key: `reply-${comment.commentId}`, body }, signal)
}

/** Where a comment was written. */
export function threadOf({ number, onPullRequest }: Pick<Comment, 'number' | 'onPullRequest'>): Thread {
  return { kind: onPullRequest ? 'pull-request' : 'issue', number }
}

/** One comment of that key, edited when it is to say something else. */
export async function say(
  forge: ForgeRepository,
  comment: { readonly on: Thread; readonly key: string; readonly body: string },
  signal: AbortSignal,
): Promise<void> {
  await forge.upsertComment({ ...comment, knownId: null, createWhenMissing: true }, signal)
}
