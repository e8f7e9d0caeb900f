import type { AdoptCommand, AdoptResult } from './adoption.ts'
import type { Application } from './application.ts'
import type { ObjectId } from './identity.ts'
import type { PlanOutcome } from './plan.ts'
import type { RepositoryRef, Revision } from './repository.ts'
import type { SyncResult } from './sync.ts'
import type { Observed, WatchCommand, WatchResult } from './watch.ts'

/** An application that changes with the same commits, on the same cluster: objects may move between the two. */
export interface Neighbour {
  /** As defined at the head. */
  readonly application: Application
  readonly removed: boolean
}

/** Plan one application: what merging `head` onto `base` does to the cluster. */
export interface PlanCommand {
  readonly kind: 'plan'
  /** As defined on the head; null when the pull request removes it (everything it owns goes, if prune is on). */
  readonly application: Application
  readonly removed: boolean
  /** As defined on the base, when it differs; its render gives the origins. Null when it is new. */
  readonly baseApplication: Application | null
  readonly repository: RepositoryRef
  readonly base: Revision
  /** The head is merged onto base by the agent, as the forge would merge it. */
  readonly head: Revision
  /** Missing in commands of older servers. */
  readonly neighbours?: readonly Neighbour[]
}

/** Bring one application to a revision, all or nothing. */
export interface SyncCommand {
  readonly kind: 'sync'
  readonly application: Application
  /** The application left Git: prune what it owns (if its policy prunes) and forget it. */
  readonly removed: boolean
  readonly repository: RepositoryRef
  readonly revision: Revision
  /** `changeDigest` of the plan that people reviewed; null when there was none. */
  readonly reviewedDigest: string | null
  /** Refuse when the digest differs from the reviewed one. */
  readonly requireReviewedPlan: boolean
  /** A person wants gone what says `Prune=confirm` or `Delete=confirm`. Missing means no. */
  readonly confirmPrune?: boolean
  /** A person asked for it: what was rolled back from may come again. Missing means no. */
  readonly asked?: boolean
  /** Missing in commands of older servers. */
  readonly neighbours?: readonly Neighbour[]
  /** Who or what set it off, for people: `merge of #12`. Missing in commands of older servers. */
  readonly trigger?: string | null
}

/** Bring one application back to an earlier set; a sync of it that is under way is cancelled and put back. */
export interface RollbackCommand {
  readonly kind: 'rollback'
  readonly application: string
  /** A commit or its beginning, or a number of the history; null for the set before the current one. */
  readonly to: string | null
  /** Who asked. */
  readonly by: string | null
}

/** Put drifted objects back to what was last synced. */
export interface RevertCommand {
  readonly kind: 'revert'
  readonly application: string
  /** Empty: all that drifted. */
  readonly objects: readonly ObjectId[]
}

export type AgentCommand =
  | PlanCommand
  | SyncCommand
  | RevertCommand
  | RollbackCommand
  | AdoptCommand
  | WatchCommand

/** A command on its way: at least once, so handlers are idempotent by `id`. */
export interface CommandEnvelope {
  readonly id: string
  readonly traceId: string
  /** RFC 3339. After it the server has given up waiting; a sync that has begun is still finished and reported. */
  readonly deadline: string
  readonly command: AgentCommand
}

export type CommandResult =
  /** `observed`: what it depends on in the cluster; missing in answers of older agents. */
  | { readonly kind: 'plan'; readonly outcome: PlanOutcome; readonly observed?: readonly Observed[] }
  | { readonly kind: 'sync'; readonly result: SyncResult }
  | { readonly kind: 'revert'; readonly result: SyncResult }
  | { readonly kind: 'rollback'; readonly result: SyncResult }
  | { readonly kind: 'adopt'; readonly result: AdoptResult }
  | { readonly kind: 'watch'; readonly result: WatchResult }

/** What an agent says of itself when it connects. */
export interface AgentHello {
  readonly version: string
  readonly kubernetesVersion: string
  /** Names of the applications it holds. */
  readonly applications: readonly string[]
}
