import { sql } from 'kysely'
import type { Sql } from '../database.ts'

export interface Delivery {
  /** The forge's id, kept on redelivery. */
  readonly id: string
  /** `pull_request.opened`. */
  readonly event: string
  readonly traceId: string
}

/** Webhooks that were taken in. */
export interface Deliveries {
  /** False when this id was taken in before. */
  remember(delivery: Delivery): Promise<boolean>
  /** Which of these were taken in. */
  among(ids: readonly string[]): Promise<ReadonlySet<string>>
  forgetOlderThan(days: number): Promise<void>
}

export function deliveriesIn(db: Sql): Deliveries {
  return {
    async remember({ id, event, traceId }) {
      const added = await db
        .insertInto('deliveries')
        .values({ id, event, trace_id: traceId })
        .onConflict(it => it.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      return added !== undefined
    },
    async among(ids) {
      if (ids.length === 0) return new Set()
      const rows = await db
        .selectFrom('deliveries')
        .select('id')
        .where('id', 'in', [...ids])
        .execute()
      return new Set(rows.map(it => it.id))
    },
    async forgetOlderThan(days) {
      await db
        .deleteFrom('deliveries')
        .where('received_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
        .execute()
    },
  }
}
