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
    async forgetOlderThan(days) {
      await db
        .deleteFrom('deliveries')
        .where('received_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
        .execute()
    },
  }
}
