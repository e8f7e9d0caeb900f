import { type Kysely, sql } from 'kysely'

export async function driftIssues(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('issues').addColumn('memory', 'json').execute()
  await db.schema.alterTable('applications').addColumn('drift_due', 'timestamptz').execute()
  await db.schema.alterTable('syncs').addColumn('started_at', 'timestamptz').execute()
  await sql`create index applications_drift_due on applications (drift_due) where drift_due is not null`.execute(
    db,
  )
}
