import type { Change } from '../../model/plan.ts'
import type { Outline } from '../report/outline.ts'
import type { PullRequestView } from '../report/view.ts'
import type { DiffStyle } from './diff-view.ts'
import type { Filter } from './filter.ts'
import type { ListedObject, ObjectPlace } from './objects.ts'

/** A plan as it is shown under its unguessable address. */
export interface PlanPage {
  /** Unguessable id of this one plan, also where the page was that of a pull request. */
  readonly id: string
  /** Its plans have no `changes`. */
  readonly view: PullRequestView
  /** By the order of the view's applications; null where nothing is planned. */
  readonly outlines: readonly (Outline | null)[]
  /** What the page leads back to; null for a plan without pull request. */
  readonly pullRequest: {
    readonly title: string
    readonly url: string
    /** Of its newest plan. */
    readonly page: string
  } | null
  /** A newer plan took its place. */
  readonly isOutdated: boolean
  /** All objects in the order of the applications, some hundreds at a time. */
  objects(): AsyncIterable<readonly ListedObject[]>
  /** The same with all that is known of each. */
  objectsInFull(): AsyncIterable<readonly (ListedObject & { readonly change: Change })[]>
  /** Those of one application that there are. */
  changes(
    application: number,
    positions: readonly number[],
  ): Promise<readonly (ObjectPlace & { readonly change: Change })[]>
}

export interface PlanOptions {
  readonly style: DiffStyle
  readonly filter: Filter
}

/** Up to as many, objects come unfolded; more are a list of which the reader unfolds some. */
export const mostUnfolded = 60

export function objectsIn({ outlines }: PlanPage): number {
  return outlines.reduce((sum, it) => sum + (it?.objects ?? 0), 0)
}
