import type { Cluster } from '../cluster/cluster.ts'
import type { Planner } from '../plan/planner.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { State } from '../state/state.ts'

export interface SyncLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type SyncClock = () => Date

/** What every step of a sync works with. */
export interface SyncContext {
  /** As the application's service account, where the cluster's owner has named one. */
  readonly cluster: Cluster
  /** As the agent itself: for what it keeps on the cluster of its own. */
  readonly home: Cluster
  readonly tenancy: Tenancy
  readonly state: State
  readonly planner: Planner
  readonly clock: SyncClock
  readonly clusterName: string
  /** Unique per process: who syncs, for other processes that want to. */
  readonly identity: string
  /** Where the Application objects are. */
  readonly namespace: string
  readonly logger: SyncLogger
  readonly limits: SyncLimits
}

export interface SyncLimits {
  /** Syncs of different applications side by side. */
  readonly syncs: number
  /** Requests in flight of one sync, inside one kind. */
  readonly requests: number
  /** How long a rollback waits for what it put back to become healthy, milliseconds. */
  readonly rollbackHealthMs: number
  /** How long a rollback's writes are tried in all, milliseconds. */
  readonly rollbackMs: number
  /** What a recovered sync gets when its own timeout has already passed, milliseconds. */
  readonly recoveryMs: number
  /** How long what was pruned is waited for, milliseconds. */
  readonly goneMs: number
  /** How long a process that went silent in the middle of a sync is waited for, seconds. */
  readonly turnSeconds: number
  readonly patience: Patience
}

/**
 * When a sync stops waiting although its time is not up. A transient restart must not fail a sync: a pod that crashes once
 * because its database is not up yet is back after its first back-off (10 s), and so is one whose registry had a hiccup.
 * Whatever is merely slow (unschedulable, not ready yet) has until its progress deadline or the sync's own timeout.
 */
export interface Patience {
  /** How long a new pod may say without a break that its image cannot be had, or its container not be made. */
  readonly stuckMs: number
  /** How long a new pod may be in CrashLoopBackOff without a break... */
  readonly crashMs: number
  /** ...or how often it may have been restarted. */
  readonly restarts: number
  /** How long an object may be degraded by its own account, e.g. past its progress deadline. */
  readonly degradedMs: number
}

export const defaultLimits: SyncLimits = {
  syncs: 4,
  requests: 12,
  rollbackHealthMs: 60_000,
  rollbackMs: 120_000,
  recoveryMs: 15_000,
  goneMs: 60_000,
  turnSeconds: 15,
  patience: { stuckMs: 15_000, crashMs: 25_000, restarts: 3, degradedMs: 10_000 },
}
