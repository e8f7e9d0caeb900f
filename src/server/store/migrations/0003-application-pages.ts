import { type Kysely, sql } from 'kysely'

export async function applicationPages(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('applications')
    .addColumn('page', 'text', it => it.notNull().defaultTo(sql`gen_random_uuid()::text`))
    .addColumn('heals_total', 'integer', it => it.notNull().defaultTo(0))
    .execute()
  await db.schema.createIndex('applications_by_page').on('applications').column('page').unique().execute()
  await db.schema
    .createTable('heals')
    .addColumn('application', 'text', it => it.notNull())
    .addColumn('cluster', 'text', it => it.notNull())
    .addColumn('object', 'text', it => it.notNull())
    .addColumn('healed_at', 'timestamptz', it => it.notNull())
    .addColumn('record', 'json', it => it.notNull())
    .addPrimaryKeyConstraint('one_row_per_heal', ['application', 'cluster', 'healed_at', 'object'])
    .addForeignKeyConstraint(
      'heals_of_an_application',
      ['application', 'cluster'],
      'applications',
      ['name', 'cluster'],
      it => it.onDelete('cascade'),
    )
    .execute()
}
