import type { ObjectId } from './identity.ts'
import type { Plan } from './plan.ts'

export type HealthStatus = 'healthy' | 'progressing' | 'degraded' | 'suspended' | 'missing' | 'unknown'

export interface Health {
  readonly status: HealthStatus
  /** In the cluster's own words where it has some; empty when healthy. */
  readonly message: string
}

export interface ObjectHealth extends Health {
  readonly id: ObjectId
}

/** The points of a sync at which hooks run, in order; the last two only when an application is removed. */
export type HookPhase = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail' | 'PreDelete' | 'PostDelete'

/** How the message of an object begins that left Git and waits for a person: its health is `suspended`. */
export const leftUntilConfirmed = 'left Git, and stays until somebody confirms that it goes'

/** How the message of an object begins that was deleted and is there still. */
export const stillDeleted = 'is still being deleted'

/** How one hook of a sync ended. */
export interface HookResult {
  readonly id: ObjectId
  readonly phase: HookPhase
  readonly outcome: 'succeeded' | 'failed'
  /** Why it failed, in the cluster's own words; empty when it succeeded. */
  readonly message: string
}

/** What a container printed last, redacted. */
export interface ContainerLog {
  readonly pod: ObjectId
  /** For people, such as `init container migrate`. */
  readonly container: string
  /** Ten at most, the newest last. */
  readonly lines: readonly string[]
}

export type SyncStatus = 'synced' | 'rolled-back' | 'failed' | 'refused' | 'waiting'

/** How one sync of one application ended. Published as JSON; redacted. */
export interface SyncResult {
  readonly application: string
  readonly cluster: string
  readonly outcome: SyncStatus
  readonly revision: string | null
  readonly plan: Plan | null
  readonly applied: readonly ObjectId[]
  readonly pruned: readonly ObjectId[]
  readonly rolledBack: readonly ObjectId[]
  /** Objects that are not healthy, or all of them when synced. */
  readonly health: readonly ObjectHealth[]
  /** The hooks that ran, in the order in which they ended. Missing from older agents. */
  readonly hooks?: readonly HookResult[]
  /** Last events of the objects that failed, newest first, at most ten, e.g. `Failed: Back-off pulling image "x"`. */
  readonly events: readonly string[]
  /** The last lines of the containers that failed, of three pods at most. Missing from older agents. */
  readonly logs?: readonly ContainerLog[]
  readonly error: { readonly code: string; readonly message: string } | null
  readonly startedAt: string
  readonly finishedAt: string
}

type Untouched = 'plan' | 'applied' | 'pruned' | 'rolledBack' | 'health' | 'events' | 'hooks' | 'logs'

/** Of a sync that ended before it planned or wrote anything. */
export function nothingSynced(how: Omit<SyncResult, Untouched>): SyncResult {
  return { ...how, plan: null, applied: [], pruned: [], rolledBack: [], health: [], events: [] }
}
