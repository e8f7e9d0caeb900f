import type { ObjectHealth } from '../../model/sync.ts'
import { ClusterError } from '../cluster/cluster.ts'
import { HandOver } from './syncer.ts'

export interface Failure {
  readonly code: string
  readonly message: string
}

/** A sync cannot go on; what was written has to be put back. `health` names the objects at fault. */
export class SyncFailure extends Error {
  override readonly name = 'SyncFailure'
  readonly code: string
  readonly health: readonly ObjectHealth[]
  constructor(code: string, message: string, health: readonly ObjectHealth[] = [], options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.health = health
  }
}

/** What a person reads about an error, whatever threw it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SyncFailure) return { code: error.code, message: error.message }
  if (error instanceof ClusterError) return { code: `cluster-${error.code}`, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message: `the sync met an unexpected error: ${message}` }
}

/** Whether the same request may succeed a little later. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ClusterError)) return false
  // A namespace on its way out refuses new content as forbidden until it is gone.
  return error.passing || error.code === 'unreachable' || /is being terminated/.test(error.message)
}

/** Rethrows when the process is going away: its journal is for the next one, and nothing more is to be written. */
export function throwIfHandedOver(signal: AbortSignal): void {
  if (signal.aborted && signal.reason instanceof HandOver) throw signal.reason
}
