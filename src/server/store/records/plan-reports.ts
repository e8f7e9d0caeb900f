import { sql } from 'kysely'
import type { Sql } from '../database.ts'

/** Reports to come. Many agents answer at once: one report tells of them all. */
export interface PlanReports {
  /** `due`: RFC 3339. False when one is to come already. */
  ask(plan: number, due: string): Promise<boolean>
  /** False when the report that was asked for that time is not the one to come any more. Null: whatever was asked. */
  begin(plan: number, due: string | null): Promise<boolean>
  /** Applications of the plan whose agents have not answered yet. */
  pending(plan: number): Promise<number>
}

/** A report that is overdue for so long is not waited for. */
const lostAfterSeconds = 60

export function planReportsIn(db: Sql): PlanReports {
  return {
    async ask(plan, due) {
      const lost = sql<Date>`now() - make_interval(secs => ${lostAfterSeconds})`
      const { numUpdatedRows } = await db
        .updateTable('plans')
        .set({ report_asked_at: due })
        .where('id', '=', plan)
        .where(it => it.or([it('report_asked_at', 'is', null), it('report_asked_at', '<', lost)]))
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async begin(plan, due) {
      let update = db.updateTable('plans').set({ report_asked_at: null }).where('id', '=', plan)
      if (due !== null) update = update.where('report_asked_at', '=', new Date(due))
      const { numUpdatedRows } = await update.executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async pending(plan) {
      const { count } = await db
        .selectFrom('planned_applications')
        .select(it => it.fn.countAll().as('count'))
        .where('plan', '=', plan)
        .where('status', '=', 'pending')
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}
