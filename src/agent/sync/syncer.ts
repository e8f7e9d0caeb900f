import type { Application } from '../../model/application.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import type { RepositoryRef, Revision } from '../../model/repository.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { Siblings } from '../plan/moves.ts'

export interface SyncRequest {
  /** Id of the command. A journal of the same id is carried on instead of started again. */
  readonly id: string
  readonly application: Application
  /** The application left Git: prune what it owns (if its policy prunes) and forget it. */
  readonly removed: boolean
  /** Null when it is synced from a laptop's directory. */
  readonly repository: RepositoryRef | null
  readonly revision: Revision | null
  readonly rendered: readonly RenderedObject[]
  /** `changeDigest` of the plan that people reviewed; null when there was none. */
  readonly reviewedDigest: string | null
  /** Stop with outcome `waiting` when the plan changes something else than the reviewed one. */
  readonly requireReviewedPlan: boolean
  /** Who or what set it off, for people who read the history. */
  readonly trigger?: string | null
  /** A person asked for it: what was rolled back from may come again. Missing means no. */
  readonly asked?: boolean
  /** The set is an earlier one, by its number in the history, and what it takes the place of is held back. */
  readonly rollbackTo?: number | null
  /** Default: what the application's policy says. */
  readonly prune?: boolean
  /** Other applications at the same revision, from which and to which objects may move. Missing: none moves. */
  readonly siblings?: Siblings | null
  /** Applications whose objects a person allows to be taken over. */
  readonly takeFrom?: readonly string[]
  /** A person wants gone what says `Prune=confirm` or `Delete=confirm`. Missing means no. */
  readonly confirmPrune?: boolean
  /** Called as the sync moves on; must not throw. */
  readonly onProgress?: (progress: SyncProgress) => void
}

export interface SyncProgress {
  readonly step: 'plan' | 'apply' | 'hook' | 'health' | 'prune' | 'save' | 'roll-back'
  /** For people, e.g. `wave 0: 3 of 7 healthy`. */
  readonly message: string
}

/** A sync that an earlier life of this process began. `id` is the one of its command. */
export interface RecoveredSync {
  readonly id: string
  readonly result: SyncResult
}

/**
 * Abort a sync's signal with this as the reason when the process goes away and another will find the journal: writing
 * stops at once and nothing is rolled back. Aborted with any other reason, a sync puts everything back first.
 */
export class HandOver extends Error {
  override readonly name = 'HandOver'
  constructor() {
    super('the sync is handed over to whoever reads its journal next')
  }
}

/**
 * Abort a sync's signal with this as the reason when it is not wanted any more. What it wrote is put back; `code` and the message
 * are those of its result.
 */
export class SyncCancelled extends Error {
  override readonly name = 'SyncCancelled'
  readonly code: 'superseded' | 'rollback-asked'
  constructor(code: 'superseded' | 'rollback-asked', message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Brings applications to what was rendered, all or nothing, and puts drifted objects back. Syncs of one application never
 * overlap; those of different applications run side by side under one limit. How a sync ends is its result: these promises
 * reject only with {@link HandOver}, when the signal was aborted with it.
 */
export interface Syncer {
  sync(request: SyncRequest, signal: AbortSignal): Promise<SyncResult>
  /**
   * Finishes or rolls back every sync that was interrupted. Idempotent; may be called again at any time, and leaves alone
   * what is running. Rejects with ClusterError when the journals cannot be listed.
   */
  recover(signal: AbortSignal): Promise<readonly RecoveredSync[]>
  /**
   * Applies the last synced state of drifted objects again; `ids` empty means all that drifted. Does not wait for health
   * and is never rolled back: what it applies is what was healthy before.
   */
  restore(application: string, ids: readonly ObjectId[], signal: AbortSignal): Promise<SyncResult>
  /** Whether a sync or restore of the application runs or waits its turn. */
  isSyncing(application: string): boolean
  /** Calls back when {@link isSyncing} changes. Returns how to stop. */
  subscribe(listener: (application: string, syncing: boolean) => void): () => void
}
