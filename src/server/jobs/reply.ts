import type { ForgeRepository } from '../../forge/forge.ts'
import type { Comment } from './comment-outcome.ts'

/** Answers a comment, once: a second answer takes the place of the first. */
export async function reply(
  forge: ForgeRepository,
  { number, commentId }: Pick<Comment, 'number' | 'commentId'>,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  await say(forge, { number, key: `reply-${commentId}`, body }, signal)
}

/** One comment of that key, edited when it is to say something else. */
export async function say(
  forge: ForgeRepository,
  { number, key, body }: { readonly number: number; readonly key: string; readonly body: string },
  signal: AbortSignal,
): Promise<void> {
  await forge.upsertComment({ on: number, key, body, knownId: null, createWhenMissing: true }, signal)
}
