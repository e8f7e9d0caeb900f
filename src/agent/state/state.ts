import type { Application } from '../../model/application.ts'
import type { HealHistory } from '../../model/drift.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { HookResult } from '../../model/sync.ts'
import type { RepositoryRef, Revision } from '../../model/repository.ts'

type ConditionType = 'Ready' | 'Synced' | 'Healthy' | 'Drifted'

export interface Condition {
  readonly type: ConditionType
  readonly status: 'True' | 'False' | 'Unknown'
  /** CamelCase, e.g. `SyncSucceeded`, `RolledBack`, `DriftDetected`. */
  readonly reason: string
  readonly message: string
}

export interface ManagedStatus {
  /** Revision, changeDigest and time (RFC 3339) of the last successful sync. */
  readonly revision: Revision | null
  readonly digest: string | null
  readonly syncedAt: string | null
  /** Everything the application owns on this cluster. */
  readonly inventory: readonly ObjectId[]
  /** A revision that failed and is not tried again by itself. */
  readonly failedRevision: Revision | null
  /** What a person rolled back from: it is not brought again by itself. Null when nothing is held back. */
  readonly heldBack: HeldBack | null
  /** Objects that another application takes over, but has not yet. */
  readonly moving: readonly Moving[]
  /** What self-heal has put back. */
  readonly heals: HealHistory
  readonly conditions: readonly Condition[]
}

/** An object on its way from one application to another. */
export interface Moving {
  readonly id: ObjectId
  /** Name of the application that renders it now. */
  readonly to: string
}

/** A set that somebody rolled back from. It stays away until Git says something else, or a person asks for it. */
export interface HeldBack {
  /** Null for a plain directory. */
  readonly revision: Revision | null
  /** {@link setDigest} of the set; null when it was cancelled before it was rendered. */
  readonly digest: string | null
}

/** An application as its `applications.plumbline.dev` object keeps it. */
export interface ManagedApplication {
  readonly application: Application
  /** Null when it is synced from a laptop's directory. */
  readonly repository: RepositoryRef | null
  readonly status: ManagedStatus
  /** When somebody confirmed deletes, by Argo CD's annotation on the object (RFC 3339). Missing when nobody has. */
  readonly deletionApprovedAt?: string
}

/** Written before a sync's first write, removed after its end. What a restart needs to finish or undo. */
export interface Journal {
  /** Id of the sync command. */
  readonly id: string
  readonly application: Application
  readonly repository: RepositoryRef | null
  readonly revision: Revision | null
  /** The application left Git: the sync ends with forgetting it. */
  readonly removed: boolean
  /** `digest` of the plan being carried out. */
  readonly digest: string
  readonly startedAt: string
  readonly phase: 'applying' | 'rolling-back'
  /** Why the sync is being rolled back; null while applying. Redacted. */
  readonly failure: { readonly code: string; readonly message: string } | null
  /** The set being applied, settled (namespaces, labels, Secrets folded). */
  readonly desired: readonly KubernetesObject[]
  /** The set of the last successful sync; empty for a first sync. */
  readonly previous: readonly KubernetesObject[]
  /** Live objects before the first write, for everything that the sync changes or deletes. A rollback prefers `previous`. */
  readonly before: readonly KubernetesObject[]
  /** Objects that did not exist before: deleted by a rollback. */
  readonly creates: readonly ObjectId[]
  readonly deletes: readonly ObjectId[]
  /** Settled hooks of the sync; those of the last sync when the application goes. Missing in journals of older versions. */
  readonly hooks?: readonly KubernetesObject[]
  /** Those that have ended, so that none is run twice. */
  readonly hooksRun?: readonly HookResult[]
  readonly previousInventory: readonly ObjectId[]
  /** What the status said before; a rollback restores it. */
  readonly previousStatus: Pick<ManagedStatus, 'revision' | 'digest' | 'syncedAt'>
  /** Who or what set it off, for people. Missing in journals of older versions. */
  readonly trigger?: string | null
  /** Set when the sync is a rollback that a person asked for. Missing in journals of older versions. */
  readonly rollback?: JournalledRollback | null
  /** Objects that it takes over from other applications, with whose they are. */
  readonly takes?: Readonly<Record<ObjectId, string>>
  /** Objects that it leaves to other applications. */
  readonly moving?: readonly Moving[]
}

export interface JournalledRollback {
  /** Number of the entry in the history that is brought back. */
  readonly to: number
  /** What is not to come again by itself; null when the rollback brings back just that. */
  readonly holdBack: HeldBack | null
}

/** What a rollback can go back to. */
interface KeptRevision {
  /** Null for a plain directory. */
  readonly revision: Revision | null
  readonly objects: readonly KubernetesObject[]
  /** How many revisions of the application are kept, this one included. */
  readonly limit: number
  /** Who or what set the sync off, for people, e.g. `rollback to 3 by alice`. */
  readonly trigger?: string | null
  /** Number of the entry that a rollback has brought back with this one. */
  readonly rolledBackTo?: number | null
}

/** One entry of an application's history. */
export interface RevisionEntry {
  /** Counts up with every sync that changed something or came with another commit. */
  readonly number: number
  /** Null for a plain directory. */
  readonly revision: Revision | null
  /** RFC 3339; null when nobody knows. */
  readonly syncedAt: string | null
  readonly trigger: string | null
  /** Number of the earlier entry that this one brought back; null when it came from Git. */
  readonly rolledBackTo: number | null
  /** How many objects the set has; null when it was kept by a version that did not count. */
  readonly objects: number | null
  /** Equal for equal sets. */
  readonly digest: string
}

/**
 * The agent's memory, kept in its cluster: Application objects, rendered revisions and journals (compressed in Secrets,
 * split over 1 MiB), and the key that redaction digests are made with. Rejects with ClusterError.
 */
export interface State {
  /** Makes sure that the namespace and the CustomResourceDefinitions are there and established. */
  prepare(signal: AbortSignal): Promise<void>
  list(signal: AbortSignal): Promise<readonly ManagedApplication[]>
  get(name: string, signal: AbortSignal): Promise<ManagedApplication | null>
  /** Creates the Application object or updates its spec. */
  assign(application: Application, repository: RepositoryRef | null, signal: AbortSignal): Promise<void>
  /** Merges into the status; conditions are merged by type, lastTransitionTime moves only with the status. */
  saveStatus(name: string, change: Partial<ManagedStatus>, signal: AbortSignal): Promise<void>
  /** Removes the Application object with its revisions. */
  forget(name: string, signal: AbortSignal): Promise<void>
  /**
   * Keeps a successful revision's settled set as the newest; drops those beyond the limit, oldest first. The newest is kept
   * whatever the limit. The same as the newest again writes nothing.
   */
  saveRevision(name: string, kept: KeptRevision, signal: AbortSignal): Promise<void>
  /** What is kept, newest first: the first is what was last synced. */
  history(name: string, signal: AbortSignal): Promise<readonly RevisionEntry[]>
  /**
   * The set of the newest kept revision, or of the one named by commit or number; null when there is none. Rejects with
   * ClusterError `invalid` when a part of it is damaged or gone.
   */
  loadRevision(
    name: string,
    revision: Revision | 'latest' | number,
    signal: AbortSignal,
  ): Promise<readonly KubernetesObject[] | null>
  /** Keeps the hooks of the newest set, for when the application is removed. The same again writes nothing. */
  saveHooks(name: string, hooks: readonly KubernetesObject[], signal: AbortSignal): Promise<void>
  loadHooks(name: string, signal: AbortSignal): Promise<readonly KubernetesObject[]>
  writeJournal(journal: Journal, signal: AbortSignal): Promise<void>
  readJournal(name: string, signal: AbortSignal): Promise<Journal | null>
  journals(signal: AbortSignal): Promise<readonly string[]>
  clearJournal(name: string, signal: AbortSignal): Promise<void>
  /** 32 random bytes that never leave the cluster; created once. */
  redactionKey(signal: AbortSignal): Promise<Uint8Array>
}
