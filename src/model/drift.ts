import type { ObjectId } from './identity.ts'
import type { Change } from './plan.ts'

/** One self-heal that succeeded or was tried. */
export interface Heal {
  readonly id: ObjectId
  readonly at: string
  /** What was put back: the same shape as in a plan. */
  readonly change: Change
}

/** What an application was healed of on its cluster. */
export interface HealHistory {
  /** How many objects were put back, all in all. */
  readonly total: number
  /** The last ones, newest first. */
  readonly recent: readonly HealRecord[]
}

export interface HealRecord {
  readonly id: ObjectId
  /** RFC 3339. */
  readonly at: string
  /** What was put back; empty: the whole object, which had been deleted. Values are redacted, and shortened. */
  readonly fields: readonly HealedField[]
  /** Who deleted it, where that is known. */
  readonly deletedBy: string | null
}

export interface HealedField {
  /** JSON pointer. */
  readonly path: string
  readonly from: string
  readonly to: string
  readonly manager: string | null
  readonly user: string | null
}

/** What an agent says when an application's divergence from its last sync changes, or ends. */
export interface DriftReport {
  readonly application: string
  readonly cluster: string
  readonly namespace: string
  /** The revision that the cluster was last synced to. */
  readonly revision: string | null
  /** Empty when the application has converged. */
  readonly drifted: readonly Change[]
  readonly healed: readonly Heal[]
  /** When set, self-heal has given up on these because another manager keeps writing. */
  readonly fight: { readonly id: ObjectId; readonly manager: string; readonly path: string } | null
  readonly observedAt: string
}
