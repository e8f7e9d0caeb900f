import { sql } from 'kysely'
import type { Application } from '../../../model/application.ts'
import type { Change, Plan } from '../../../model/plan.ts'
import type { Problem } from '../../../model/problem.ts'
import type { Outline } from '../../report/outline.ts'
import type { Sql } from '../database.ts'
import {
  changesAt,
  keepObjects,
  objectsOf,
  type PlannedObject,
  type PlannedPlace,
} from './planned-objects.ts'
import { planFrom, type PlannedApplication, type PlanRecord } from './plans.ts'

/** A plan without what becomes of each object. */
export interface OutlinedPlan {
  /** Its plans have no `changes`. */
  readonly plan: PlanRecord
  /** By the order of the plan's applications; null where nothing is planned. */
  readonly outlines: readonly (Outline | null)[]
  /** Whether a newer plan of the same pull request took its place. */
  readonly isOutdated: boolean
}

/** Plans as their pages read them: however many objects change, a few hundred are in memory at a time. */
export interface PlanPages {
  /** The newest plan of the pull request whose page this is, or the one plan whose page it is. */
  at(page: string): Promise<OutlinedPlan | null>
  objects(plan: number): AsyncIterable<readonly PlannedObject[]>
  /** The same with all that is known of each object. */
  objectsInFull(plan: number): AsyncIterable<readonly (PlannedObject & { readonly change: Change })[]>
  changesAt(
    place: PlannedPlace,
    positions: readonly number[],
  ): Promise<readonly { readonly position: number; readonly change: Change }[]>
}

export function planPagesIn(db: Sql): PlanPages {
  return {
    async at(page) {
      const row = await db
        .selectFrom('plans')
        .innerJoin('pull_requests', 'pull_requests.id', 'plans.pull_request')
        .selectAll('plans')
        .select(({ selectFrom }) =>
          selectFrom('plans as newest')
            .whereRef('newest.pull_request', '=', 'plans.pull_request')
            .select(({ fn }) => fn.max('newest.id').as('id'))
            .as('newest'),
        )
        .where(({ or, eb }) => or([eb('pull_requests.page', '=', page), eb('plans.page', '=', page)]))
        .orderBy('plans.id', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (!row) return null
      const applications = await outlinedApplications(db, row.id)
      return {
        plan: planFrom(
          row,
          applications.map(it => it.application),
        ),
        outlines: applications.map(it => it.outline),
        isOutdated: row.newest !== row.id,
      }
    },
    objects: plan => objectsOf(db, plan, false),
    objectsInFull: plan => objectsOf(db, plan, true),
    changesAt: (place, positions) => changesAt(db, place, positions),
  }
}

interface Outlined {
  readonly application: PlannedApplication
  readonly outline: Outline | null
}

async function outlinedApplications(db: Sql, plan: number): Promise<readonly Outlined[]> {
  await takeApart(db, plan)
  const rows = await db
    .selectFrom('planned_applications')
    // All but the plan itself, which may have megabytes.
    .select(['definition', 'removed', 'command', 'status', 'problems', 'outline'])
    .where('plan', '=', plan)
    .orderBy('application')
    .orderBy('cluster')
    .execute()
  return rows.map(row => {
    const outline = row.outline as Outline | null
    const about = {
      application: row.definition as Application,
      removed: row.removed,
      commandId: row.command,
    }
    const application = (status: PlannedApplication['status']): Outlined => ({
      application: { ...about, status },
      outline: status.kind === 'planned' ? outline : null,
    })
    if (row.status === 'failed') {
      return application({ kind: 'failed', problems: row.problems as readonly Problem[] })
    }
    if (row.status === 'planned' && outline) return application({ kind: 'planned', plan: outline.plan })
    return application({ kind: row.status === 'planned' ? 'pending' : row.status })
  })
}

/** Plans of an earlier version are whole. */
async function takeApart(db: Sql, plan: number): Promise<void> {
  const whole = await db
    .selectFrom('planned_applications')
    .select(['application', 'cluster', 'result'])
    .where('plan', '=', plan)
    .where('status', '=', 'planned')
    .where('outline', 'is', sql<null>`null`)
    .execute()
  for (const { application, cluster, result } of whole) {
    await keepObjects(db, { plan, application, cluster }, result as Plan)
  }
}
