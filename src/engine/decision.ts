import type { ObjectId } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Action, Origin } from '../model/plan.ts'
import type { Problem, SourceLocation } from '../model/problem.ts'
import type { FieldDifference } from './diff-fields.ts'
import type { DesiredObject, PlanInput } from './plan-input.ts'

/** What happens to one object, with everything that a change is told from. Holds Secret content: redact before it leaves. */
export interface Decision {
  readonly id: ObjectId
  readonly action: Action
  readonly origin: Origin
  /** Null when the head does not render it. */
  readonly desired: DesiredObject | null
  /** As read, managedFields included; null when absent. */
  readonly live: KubernetesObject | null
  /** Both normalised, as they are to be shown; null when there is nothing on that side. */
  readonly before: KubernetesObject | null
  readonly after: KubernetesObject | null
  readonly differences: readonly (FieldDifference & { readonly origin: Origin })[]
  readonly source: SourceLocation | null
  readonly error: Problem | null
  readonly note: string | null
}

/** A plan's input, indexed. */
export interface PlanContext {
  readonly input: PlanInput
  /** What the base renders; when there is no base, what was last synced. */
  readonly base: ReadonlyMap<ObjectId, KubernetesObject>
  readonly hasBase: boolean
  readonly lastSynced: ReadonlyMap<ObjectId, KubernetesObject>
  /** Whether we already keep this object, as opposed to taking it over. */
  isOurs(id: ObjectId, live: KubernetesObject): boolean
}
