import type { ObjectId } from './identity.ts'
import type { HookPhase } from './sync.ts'
import type { Problem, SourceLocation } from './problem.ts'

export type Action =
  | 'create'
  | 'update'
  | 'replace'
  | 'delete'
  | 'adopt'
  | 'unchanged'
  | 'error'
  | 'leave-behind'

/** Why a field or object differs: the pull request changes it, the cluster had moved already, or both. */
export type Origin = 'pull-request' | 'drift' | 'both'

export type Severity = 'low' | 'medium' | 'high'

/** Something a reviewer should weigh. */
export interface Risk {
  /** Stable, kebab-case, e.g. `pods-restart`, `deletes-data`, `replaces-object`. */
  readonly code: string
  readonly severity: Severity
  readonly message: string
}

/** An entry of `jsonPointers` or `jqPathExpressions` in an Application's `ignoreDifferences`. */
export interface FieldIgnore {
  readonly kind: 'json-pointer' | 'jq-path'
  readonly expression: string
}

/** One changed field. Values are redacted where they come from a Secret. `undefined` never occurs: absent is null. */
export interface FieldChange {
  /** JSON pointer (RFC 6901) into the live or predicted object. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
  readonly origin: Origin
  /** The field manager that last wrote the live value when it is not ours, and when it did (RFC 3339). */
  readonly manager: string | null
  readonly managedAt: string | null
  /** How it was written: `Apply` or `Update`. Missing or null where nobody is on record. */
  readonly operation?: string | null
  /** Who the API server's audit log names for it; missing or null where there is no such log, or it does not tell. */
  readonly user?: string | null
  /** A reference that changes just because this object, with a hash of its content in its name, takes the place of another one. */
  readonly follows?: ObjectId | null
  /** Of drift: what would ignore just this field. Missing or null where nothing does, or nobody asked. */
  readonly ignore?: FieldIgnore | null
}

/** A field of one of our objects that others wrote and we do not: no drift. */
export interface UnmanagedField {
  /** JSON pointer into the live object. */
  readonly path: string
  /** Redacted where it comes from a Secret. */
  readonly value: unknown
  readonly manager: string
}

export interface Change {
  readonly id: ObjectId
  readonly action: Exclude<Action, 'unchanged'>
  readonly origin: Origin
  readonly fields: readonly FieldChange[]
  /** Unified diff of redacted YAML, three lines of context; empty when there is nothing to show. */
  readonly diff: string
  readonly risks: readonly Risk[]
  /** Where the object is written in Git; null when it is not in the head render. */
  readonly source: SourceLocation | null
  /** Why the object could not be planned; only with action `error`. */
  readonly error: Problem | null
  /** A remark that is no risk, e.g. "validated when its CustomResourceDefinition is established". */
  readonly note: string | null
  /** Of drift: who deleted the object, and when (RFC 3339), as the API server's audit log tells. */
  readonly deletedBy?: { readonly user: string; readonly at: string } | null
  /**
   * Of an object with a hash of its content in its name: the one that it takes the place of, or that takes its place. The new one's
   * fields and diff are against the old one, whose own are empty; both are counted as what happens to them.
   */
  readonly pairedWith?: ObjectId | null
}

/** A hook that a sync runs. Of one with generateName the id ends with that, for its name is made up then. */
export interface PlannedHook {
  readonly id: ObjectId
  readonly phase: HookPhase
}

export type PlanSummary = Readonly<Record<Exclude<Action, 'leave-behind'>, number>>

/** What a merge will do to one application on one cluster. Published as JSON; safe to leave the cluster: always redacted. */
export interface Plan {
  readonly application: string
  readonly cluster: string
  readonly namespace: string
  /** The head commit's SHA; null when planned from a plain directory. */
  readonly revision: string | null
  /** `sha256:` and 64 hex digits over the rendered head set, the identities and the changed objects' resourceVersions. */
  readonly digest: string
  /** Like digest, without resourceVersions: equal when the same fields change to the same values. */
  readonly changeDigest: string
  readonly summary: PlanSummary
  readonly changes: readonly Change[]
  /** When live was read, RFC 3339. */
  readonly liveAt: string
  /** Hooks that run when the plan is carried out, in order; missing when there are none, or nothing to carry out. */
  readonly hooks?: readonly PlannedHook[]
  /** Only when it was asked for: what others have put into the application's objects, by id. */
  readonly unmanaged?: readonly { readonly id: ObjectId; readonly fields: readonly UnmanagedField[] }[]
}

/** What an agent answers to a plan command. */
export type PlanOutcome =
  | { readonly kind: 'planned'; readonly plan: Plan }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }
