import { setTimeout as pause } from 'node:timers/promises'
import { SyncFailure } from './sync-failure.ts'
import { HandOver } from './syncer.ts'

/** The reason of a signal from {@link within} whose time is up. The cause, if any, is what went wrong until then. */
export class TimeIsUp extends Error {
  override readonly name = 'TimeIsUp'
  constructor(options?: ErrorOptions) {
    super('time is up', options)
  }
}

/**
 * Does work under a signal that aborts when `signal` does (with its reason) or after `milliseconds` (with {@link TimeIsUp}),
 * and once the work has ended, so that nothing it began goes on.
 */
export async function within<T>(
  milliseconds: number,
  signal: AbortSignal,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const follow = () => controller.abort(signal.reason)
  const timer = setTimeout(() => controller.abort(new TimeIsUp()), Math.max(0, milliseconds))
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', follow)
    controller.abort()
  }
}

export interface Backoff {
  /** Attempts after the first; 0 for none. */
  readonly limit: number
  readonly durationSeconds: number
  readonly maxDurationSeconds: number
  readonly factor: number
}

/**
 * Tries again while `again` says that the error may pass. Rejects with the last error, or with the signal's reason; when that is
 * {@link TimeIsUp}, the last error is its cause.
 */
export async function withBackoff<T>(
  backoff: Backoff,
  again: (error: unknown) => boolean,
  attempt: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof SyncFailure) throw error
      if (signal.aborted) throw reasonOf(signal, error)
      failures++
      if (failures > backoff.limit || !again(error)) throw error
      const seconds = Math.min(
        backoff.durationSeconds * backoff.factor ** (failures - 1),
        backoff.maxDurationSeconds,
      )
      await rest(seconds * 1000 * (0.75 + Math.random() / 2), signal).catch(() => {
        throw reasonOf(signal, error)
      })
    }
  }
}

function reasonOf(signal: AbortSignal, error: unknown): unknown {
  if (!(signal.reason instanceof TimeIsUp) || error === signal.reason) return signal.reason
  return error instanceof TimeIsUp ? error : new TimeIsUp({ cause: error })
}

/** Waits. Rejects with the signal's reason. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(error => {
    signal.throwIfAborted()
    throw error
  })
}

/** A signal that aborts with `signal`, but only for {@link HandOver}. */
export function handOverOf(signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const follow = () => {
    if (signal.reason instanceof HandOver) controller.abort(signal.reason)
  }
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  return controller.signal
}
