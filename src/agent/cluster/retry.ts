import { setTimeout as pause } from 'node:timers/promises'
import { ClusterError } from './cluster.ts'
import { type Answer, BrokenExchange, type Call } from './connection.ts'
import { failureOf } from './failure.ts'

export interface RetryLimits {
  /** Attempts in all. */
  readonly attempts: number
  /** No attempt begins when so much time has passed since the first. */
  readonly longestMilliseconds: number
  readonly firstPauseMilliseconds: number
  /** Longest Retry-After that is waited out. */
  readonly longestPauseMilliseconds: number
}

export const defaultRetryLimits: RetryLimits = {
  attempts: 4,
  longestMilliseconds: 60_000,
  firstPauseMilliseconds: 150,
  longestPauseMilliseconds: 30_000,
}

/** Sends again what may be sent again: see {@link pauseBefore}. The last answer or error is the result. */
export async function withRetries(
  call: Call,
  send: () => Promise<Answer>,
  signal: AbortSignal,
  limits: RetryLimits = defaultRetryLimits,
): Promise<Answer> {
  const begunAt = performance.now()
  for (let attempt = 1; ; attempt++) {
    const outcome = await send().catch((error: unknown) => ({ error }))
    const isTime = attempt < limits.attempts && performance.now() - begunAt < limits.longestMilliseconds
    const wait = isTime ? pauseBefore(call, outcome, attempt, limits) : null
    if (wait === null) {
      if ('error' in outcome) throw outcome.error
      return outcome
    }
    await pause(wait * (0.75 + Math.random() / 2), undefined, { signal }).catch(error => {
      signal.throwIfAborted()
      throw error
    })
  }
}

/**
 * Milliseconds until the next attempt, or null when there is to be none. 429 and 5xx that carry Retry-After were not carried out, so
 * that any method may be sent again (as client-go does). After other 5xx, broken connections and silence nobody knows: these are for
 * calls that may be carried out twice; whoever makes any other looks at what is there first.
 */
export function pauseBefore(
  call: Pick<Call, 'method' | 'path' | 'body' | 'once'>,
  outcome: Answer | { readonly error: unknown },
  attempt: number,
  limits: RetryLimits,
): number | null {
  const backoff = limits.firstPauseMilliseconds * 3 ** (attempt - 1)
  if ('error' in outcome) {
    const { error } = outcome
    if (!(error instanceof ClusterError) || !error.passing) return null
    const isUnknown = error.code === 'timeout' || error.cause instanceof BrokenExchange
    return isUnknown && !mayRunTwice(call) ? null : backoff
  }
  const { status, retryAfterSeconds } = outcome
  if (status !== 429 && status < 500) return null
  if (retryAfterSeconds !== null) {
    return Math.min(Math.max(retryAfterSeconds * 1000, backoff), limits.longestPauseMilliseconds)
  }
  if (status === 429) return backoff
  return mayRunTwice(call) && failureOf(outcome, '').passing ? backoff : null
}

/** A second apply of the same changes nothing, nor does a second dry run; a merge patch that we send names the state it is for. */
function mayRunTwice({
  method,
  path,
  body,
  once = false,
}: Pick<Call, 'method' | 'path' | 'body' | 'once'>): boolean {
  if (once) return false
  if (method === 'GET' || body?.type === applyPatch || body?.type === mergePatch) return true
  return /[?&]dryRun=All(&|$)/.test(path)
}

export const applyPatch = 'application/apply-patch+yaml'
export const mergePatch = 'application/merge-patch+json'
