import { createHash } from 'node:crypto'
import { ForgeError, type ForgeRepository } from '../../forge/forge.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { SentComment, SentCommentKind } from '../store/records/sent-comments.ts'
import type { Store } from '../store/store.ts'
import { heldBackSeconds, type Pace } from './pace.ts'

/** A comment on a pull request of which there is one. */
export interface WantedComment {
  readonly pullRequest: PullRequestRecord
  readonly kind: SentCommentKind
  readonly body: string
  readonly createWhenMissing: boolean
}

/**
 * Brings our comment to what is wanted, with one request, or none when it says so already. Only where nobody knows what became of an
 * earlier attempt is it looked for. Returns in how many seconds to come again, when it was edited too recently; null when it is done.
 */
export async function sendComment(
  deps: { readonly store: Store; readonly forge: ForgeRepository; readonly pace: Pace },
  wanted: WantedComment,
  signal: AbortSignal,
): Promise<number | null> {
  const { store, forge, pace } = deps
  const { pullRequest, kind, body, createWhenMissing } = wanted
  const contentHash = createHash('sha256').update(body).digest('hex')
  const before = (await store.sentComments.of(pullRequest.id, kind)) ?? sentEarlier(pullRequest, kind)
  if (before?.id && before.contentHash === contentHash) return null
  const wait = before?.id ? heldBackSeconds(pace, before.editedAt) : null
  if (wait !== null) return wait
  if (!before && !createWhenMissing) return null
  const isFirst = !before && (await store.sentComments.begin(pullRequest.id, kind))
  const knownId = before?.id ?? null
  const on = { kind: 'pull-request', number: pullRequest.number } as const
  const comment = { on, key: kind, body, knownId, createWhenMissing }
  const id = await orForget(store, { pullRequest: pullRequest.id, kind, isFirst }, () =>
    forge.upsertComment({ ...comment, isCertain: isFirst || knownId !== null }, signal),
  )
  if (id === null) return null
  const editedAt = knownId === id ? pace.clock().toISOString() : null
  await store.sentComments.save(pullRequest.id, kind, { id, contentHash, editedAt })
  if (id !== idOf(pullRequest, kind)) {
    await (kind === 'plan'
      ? store.pullRequests.setCommentId(pullRequest.id, id)
      : store.pullRequests.setResultCommentId(pullRequest.id, id))
  }
  return null
}

function idOf(pullRequest: PullRequestRecord, kind: SentCommentKind): string | null {
  return kind === 'plan' ? pullRequest.commentId : pullRequest.resultCommentId
}

/** By a server that did not keep more than the id. */
function sentEarlier(pullRequest: PullRequestRecord, kind: SentCommentKind): SentComment | null {
  const id = idOf(pullRequest, kind)
  return id === null ? null : { id, contentHash: null, editedAt: null }
}

/** What the forge refused never came to be; after any other failure it may have. */
async function orForget<T>(
  store: Store,
  it: { readonly pullRequest: number; readonly kind: SentCommentKind; readonly isFirst: boolean },
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send()
  } catch (error) {
    const isRefused =
      error instanceof ForgeError &&
      ['forbidden', 'not-found', 'invalid', 'rate-limited'].includes(error.code)
    if (it.isFirst && isRefused) await store.sentComments.forget(it.pullRequest, it.kind)
    throw error
  }
}
