import { ClusterError } from '../cluster/cluster.ts'
import { type Backoff, withBackoff } from './time-limit.ts'

/** An API server that is upgraded or elects a leader is back within a minute; a webhook's pods are ready soon after it is made. */
const untilBack: Backoff = { limit: 11, durationSeconds: 0.25, factor: 2, maxDurationSeconds: 8 }

/** A controller that writes an object between our read of it and our write is no failure. */
const untilStill: Backoff = { limit: 5, durationSeconds: 0.1, factor: 2, maxDurationSeconds: 2 }

/** Whether the trouble is the API server's own, or that of what it asks: nothing is wrong with the request. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof ClusterError) || !error.passing) return false
  return ['unreachable', 'timeout', 'too-many-requests', 'server'].includes(error.code)
}

/** Tries again for about a minute while the API server is in trouble. Rejects with the last error, or as `signal` says. */
export function throughOutages<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return withBackoff(untilBack, isOutage, attempt, signal)
}

/**
 * For an attempt that reads what it then writes: like {@link throughOutages}, and again when somebody else was quicker. A write whose
 * answer was lost is seen by the next attempt's read.
 */
export function persistently<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return throughOutages(() => withBackoff(untilStill, isConflict, attempt, signal), signal)
}

function isConflict(error: unknown): boolean {
  return error instanceof ClusterError && error.code === 'conflict' && error.passing
}
