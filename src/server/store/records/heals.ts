import { sql } from 'kysely'
import type { HealHistory, HealRecord } from '../../../model/drift.ts'
import type { Sql } from '../database.ts'
import type { ApplicationName } from './applications.ts'

/** Of one application. */
const mostKept = 200

/**
 * Counts and keeps them, once each. Those before the oldest of a full list are taken for counted: they were told before, and
 * dropped since.
 */
export async function noteHeals(
  db: Sql,
  { name, cluster }: ApplicationName,
  healed: readonly HealRecord[],
): Promise<void> {
  if (healed.length === 0) return
  const told = healed.map(it => sql`(${it.id}::text, ${it.at}::timestamptz, ${JSON.stringify(it)}::json)`)
  await sql`
    with oldest as (
      select healed_at, object from heals where application = ${name} and cluster = ${cluster}
      order by healed_at desc, object offset ${sql.lit(mostKept - 1)} limit 1
    ), told (object, healed_at, record) as (
      values ${sql.join(told)}
    ), added as (
      insert into heals (application, cluster, object, healed_at, record)
      select ${name}::text, ${cluster}::text, object, healed_at, record from told
      where not exists (
        select from oldest where told.healed_at < oldest.healed_at
        or (told.healed_at = oldest.healed_at and told.object > oldest.object)
      )
      on conflict do nothing returning object
    )
    update applications set heals_total = heals_total + (select count(*) from added)
    where name = ${name} and cluster = ${cluster}
  `.execute(db)
  await sql`
    delete from heals where application = ${name} and cluster = ${cluster} and (healed_at, object) in (
      select healed_at, object from heals where application = ${name} and cluster = ${cluster}
      order by healed_at desc, object offset ${sql.lit(mostKept)}
    )
  `.execute(db)
}

export async function healsOf(
  db: Sql,
  { name, cluster }: ApplicationName,
  limit: number,
): Promise<HealHistory> {
  const known = await db
    .selectFrom('applications')
    .select('heals_total')
    .where('name', '=', name)
    .where('cluster', '=', cluster)
    .executeTakeFirst()
  const rows = await db
    .selectFrom('heals')
    .select('record')
    .where('application', '=', name)
    .where('cluster', '=', cluster)
    .orderBy('healed_at', 'desc')
    .orderBy('object')
    .limit(limit)
    .execute()
  return { total: known?.heals_total ?? 0, recent: rows.map(it => it.record as HealRecord) }
}
