import type { AuditLog } from './audit-log.ts'
import type { DriftReport } from '../../model/drift.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { State } from '../state/state.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { Syncer } from '../sync/syncer.ts'

/**
 * Watches what applications were last synced to. A hand edit is told within a second; where self-heal is on it is put back
 * and then told. Nothing is told of an application while it syncs.
 */
export interface DriftWatcher {
  /**
   * Watches every application that the state knows, and those that come, until `signal` aborts. Resolves once all have been
   * compared for the first time. Rejects with ClusterError when the state cannot be read.
   */
  start(signal: AbortSignal): Promise<void>
  /** Reads an application anew and compares all of it. Syncs and changes of its Application object do that by themselves. */
  refresh(application: string): void
  /** Tells again what was told last of each application, without a new look: for a server that may have lost it. */
  tellAgain(): void
}

export interface DriftLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface DriftWatcherDependencies {
  readonly cluster: Cluster
  readonly state: State
  readonly syncer: Pick<Syncer, 'restore' | 'isSyncing' | 'subscribe'>
  readonly clock: () => Date
  readonly clusterName: string
  readonly logger: DriftLogger
  /**
   * Called when the set of drifted fields changes or something was healed, and once with nothing drifted when the
   * application has converged; once after the start whatever there is, and as `tellAgain` asks. Must not throw.
   */
  readonly onReport: (report: DriftReport) => void
  /** Where the Application objects are. Default `plumbline-system`. */
  readonly namespace?: string
  readonly timing?: Partial<DriftTiming>
  /** Names the users that made drift. Default: nobody does. */
  readonly auditLog?: AuditLog | null
  /** Default: the agent looks at everything as itself. */
  readonly tenancy?: Tenancy
}

/** Milliseconds. */
export interface DriftTiming {
  /** Changes come in bursts; one comparison serves a burst. */
  readonly burst: number
  /** In this time every application is compared whole, one after the other: that covers lost events. */
  readonly fullComparison: number
  /** An object that went or lost our label is looked at again after this time, then ever more rarely: it may come back without. */
  readonly outOfSight: number
  /** How long an object that nobody has may be there before it counts as left behind. */
  readonly leftBehind: number
  /** Pause before an object is healed the second time; doubles each time. The first heal is at once. */
  readonly healPause: number
  readonly longestHealPause: number
}

export const defaultTiming: DriftTiming = {
  burst: 40,
  fullComparison: 180_000,
  outOfSight: 2_000,
  leftBehind: 5_000,
  healPause: 500,
  longestHealPause: 30_000,
}
