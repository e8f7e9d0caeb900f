import type { ObjectId } from '../../src/model/identity.ts'

/** What has to hold, and did not. */
export interface Mismatch {
  readonly law: Law
  readonly id: ObjectId | null
  readonly detail: string
}

export type Law =
  /** An object after the sync is what the plan's dry run said. */
  | 'predicted'
  /** Fields and diff of a change are what was there, and what came. */
  | 'told'
  /** What the plan does not list is left alone, to the last resourceVersion. */
  | 'unlisted'
  /** What the plan deletes is gone. */
  | 'deleted'
  /** A plan without an error leads to a sync, and a plan with one to a refusal that writes nothing. */
  | 'refused'
  /** Planning writes nothing. */
  | 'reads only'
  /** What was synced is synced: a second plan is empty... */
  | 'settled'
  /** ...and asks for no dry run. */
  | 'proved'
  /** Drift says of a cluster what a plan says of it. */
  | 'drift'
  /** What only Git changed is the pull request's, and what only hands changed is drift. */
  | 'origin'
