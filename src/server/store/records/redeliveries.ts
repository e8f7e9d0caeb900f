import { sql } from 'kysely'
import type { Sql } from '../database.ts'

/** Webhooks that the forge was asked to deliver once more. */
export interface Redeliveries {
  /** Of these ids, with how often and when (RFC 3339) each was asked for; those that arrived need nothing more. */
  of(
    ids: readonly string[],
  ): Promise<
    ReadonlyMap<string, { readonly attempts: number; readonly askedAt: string; readonly arrived: boolean }>
  >
  noteAsked(id: string): Promise<void>
  /** It came and was kept, or there was nothing to keep. Costs nothing when it was never asked for. */
  noteArrived(id: string): Promise<void>
  forgetOlderThan(days: number): Promise<void>
}

export function redeliveriesIn(db: Sql): Redeliveries {
  return {
    async of(ids) {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom('redeliveries')
        .selectAll()
        .where('id', 'in', [...ids])
        .execute()
      return new Map(
        rows.map(it => [
          it.id,
          { attempts: it.attempts, askedAt: it.asked_at.toISOString(), arrived: it.arrived },
        ]),
      )
    },
    async noteAsked(id) {
      await db
        .insertInto('redeliveries')
        .values({ id, attempts: 1 })
        .onConflict(it =>
          it
            .column('id')
            .doUpdateSet({ attempts: sql`redeliveries.attempts + 1`, asked_at: sql<Date>`now()` }),
        )
        .execute()
    },
    async noteArrived(id) {
      await db.updateTable('redeliveries').set({ arrived: true }).where('id', '=', id).execute()
    },
    async forgetOlderThan(days) {
      await db
        .deleteFrom('redeliveries')
        .where('asked_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
        .execute()
    },
  }
}
