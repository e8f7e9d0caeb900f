import type { Change, Plan } from '../../../model/plan.ts'
import { lineOf, type ObjectLine, outlineOf, pageOrder } from '../../report/outline.ts'
import type { Sql } from '../database.ts'

/** One object of a plan, in its place on the page. */
export interface PlannedObject {
  readonly application: string
  readonly cluster: string
  /** Counts from 0 in each application. */
  readonly position: number
  readonly line: ObjectLine
}

/** Which application of which plan. */
export interface PlannedPlace {
  readonly plan: number
  readonly application: string
  readonly cluster: string
}

const rowsPerStatement = 500

type Cursor = Pick<PlannedObject, 'application' | 'cluster' | 'position'>

/** Keeps a plan a second time, taken apart for its page. May be done again. */
export async function keepObjects(db: Sql, place: PlannedPlace, plan: Plan): Promise<void> {
  const changes = pageOrder(plan.changes)
  for (let from = 0; from < changes.length; from += rowsPerStatement) {
    const rows = changes.slice(from, from + rowsPerStatement).map((change, index) => {
      const text = JSON.stringify(change)
      const line = JSON.stringify(lineOf(change, text.length))
      return { ...place, position: from + index, line, change: text }
    })
    await db
      .insertInto('planned_objects')
      .values(rows)
      .onConflict(it => it.doNothing())
      .execute()
  }
  await db
    .updateTable('planned_applications')
    .set({ outline: JSON.stringify(outlineOf(plan)) })
    .where('plan', '=', place.plan)
    .where('application', '=', place.application)
    .where('cluster', '=', place.cluster)
    .execute()
}

/** All objects of a plan in the order of its page, some hundreds at a time; `withChanges` with all that is known of each. */
export async function* objectsOf<With extends boolean>(
  db: Sql,
  plan: number,
  withChanges: With,
): AsyncGenerator<readonly (PlannedObject & { readonly change: With extends true ? Change : null })[]> {
  // Ids in place of an offset: the database finds the next rows by its index.
  let after: Cursor | null = null
  while (true) {
    const rows = await rowsAfter(db, { plan, after, withChanges })
    if (rows.length === 0) return
    yield rows.map(({ application, cluster, position, line, change }) => ({
      application,
      cluster,
      position,
      line: line as ObjectLine,
      change: (withChanges ? change : null) as With extends true ? Change : null,
    }))
    after = rows.at(-1)!
  }
}

function rowsAfter(
  db: Sql,
  it: { readonly plan: number; readonly after: Cursor | null; readonly withChanges: boolean },
) {
  const { plan, after, withChanges } = it
  return db
    .selectFrom('planned_objects')
    .select(['application', 'cluster', 'position', 'line'])
    .$if(withChanges, query => query.select('change'))
    .where('plan', '=', plan)
    .$if(after !== null, query =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('application', 'cluster', 'position'),
          '>',
          tuple(after?.application ?? '', after?.cluster ?? '', after?.position ?? 0),
        ),
      ),
    )
    .orderBy('application')
    .orderBy('cluster')
    .orderBy('position')
    .limit(withChanges ? 100 : rowsPerStatement)
    .execute()
}

/** What becomes of these objects of one application, in their order; those that there are not are left out. */
export async function changesAt(
  db: Sql,
  place: PlannedPlace,
  positions: readonly number[],
): Promise<readonly { readonly position: number; readonly change: Change }[]> {
  if (positions.length === 0) return []
  const rows = await db
    .selectFrom('planned_objects')
    .select(['position', 'change'])
    .where('plan', '=', place.plan)
    .where('application', '=', place.application)
    .where('cluster', '=', place.cluster)
    .where('position', 'in', [...positions])
    .orderBy('position')
    .execute()
  return rows.map(({ position, change }) => ({ position, change: change as Change }))
}
