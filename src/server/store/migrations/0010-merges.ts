import type { Kysely } from 'kysely'

export async function merges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sync_origins')
    .addColumn('sync', 'integer', it => it.notNull().references('syncs.id').onDelete('cascade'))
    // Which of the push it was: the oldest is 0.
    .addColumn('position', 'integer', it => it.notNull())
    .addColumn('revision', 'text', it => it.notNull())
    .addColumn('pull_request', 'integer')
    .addPrimaryKeyConstraint('one_row_per_origin', ['sync', 'position'])
    .execute()
  await db.schema.createIndex('sync_origins_by_revision').on('sync_origins').column('revision').execute()
  await db.schema
    .createIndex('sync_origins_by_pull_request')
    .on('sync_origins')
    .column('pull_request')
    .execute()
}
