import { setTimeout as pause } from 'node:timers/promises'
import { ClusterError } from './cluster.ts'
import { type Answer, BrokenExchange, type Call } from './connection.ts'

export interface RetryLimits {
  /** Attempts in all. */
  readonly attempts: number
  readonly firstPauseMilliseconds: number
  /** Longest Retry-After that is waited out. */
  readonly longestPauseMilliseconds: number
}

export const defaultRetryLimits: RetryLimits = {
  attempts: 4,
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
  for (let attempt = 1; ; attempt++) {
    const outcome = await send().catch((error: unknown) => ({ error }))
    const wait = attempt < limits.attempts ? pauseBefore(call, outcome, attempt, limits) : null
    if (wait === null) {
      if ('error' in outcome) throw outcome.error
      return outcome
    }
    await pause(wait * (0.75 + Math.random() / 2), undefined, { signal })
  }
}

/**
 * Milliseconds until the next attempt, or null when there is to be none. 429 and 5xx that carry Retry-After were not
 * carried out, so that any method may be sent again (as client-go does); other 5xx and broken connections are for calls that may be
 * carried out twice.
 */
export function pauseBefore(
  call: Pick<Call, 'method' | 'body'>,
  outcome: Answer | { readonly error: unknown },
  attempt: number,
  limits: RetryLimits,
): number | null {
  const backoff = limits.firstPauseMilliseconds * 3 ** (attempt - 1)
  if ('error' in outcome) {
    const { error } = outcome
    if (!(error instanceof ClusterError) || error.code !== 'unreachable' || !error.passing) return null
    return error.cause instanceof BrokenExchange && !mayRunTwice(call) ? null : backoff
  }
  const { status, retryAfterSeconds } = outcome
  if (status !== 429 && status < 500) return null
  if (retryAfterSeconds !== null) {
    return Math.min(Math.max(retryAfterSeconds * 1000, backoff), limits.longestPauseMilliseconds)
  }
  return status === 429 || call.method === 'GET' ? backoff : null
}

function mayRunTwice(call: Pick<Call, 'method' | 'body'>): boolean {
  return call.method === 'GET' || call.body?.type === applyPatch || call.body?.type === mergePatch
}

export const applyPatch = 'application/apply-patch+yaml'
export const mergePatch = 'application/merge-patch+json'
