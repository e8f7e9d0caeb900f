import { type Kysely, sql } from 'kysely'

/** An address for each pull request, plans that are read object by object, and people who are signed in. */
export async function planPages(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('pull_requests')
    .addColumn('page', 'text', it => it.notNull().defaultTo(sql`gen_random_uuid()::text`))
    .execute()
  await db.schema.createIndex('pull_requests_by_page').on('pull_requests').column('page').unique().execute()
  // Null in plans that are older than this: they are taken apart when somebody looks at them.
  await db.schema.alterTable('planned_applications').addColumn('outline', 'json').execute()
  await db.schema
    .createTable('planned_objects')
    .addColumn('plan', 'integer', it => it.notNull())
    .addColumn('application', 'text', it => it.notNull())
    .addColumn('cluster', 'text', it => it.notNull())
    .addColumn('position', 'integer', it => it.notNull())
    .addColumn('line', 'json', it => it.notNull())
    .addColumn('change', 'json', it => it.notNull())
    .addPrimaryKeyConstraint('one_row_per_planned_object', ['plan', 'application', 'cluster', 'position'])
    .addForeignKeyConstraint(
      'objects_of_a_planned_application',
      ['plan', 'application', 'cluster'],
      'planned_applications',
      ['plan', 'application', 'cluster'],
      it => it.onDelete('cascade'),
    )
    .execute()
  await db.schema
    .createTable('sessions')
    .addColumn('token_hash', 'text', it => it.primaryKey())
    .addColumn('forge', 'text', it => it.notNull())
    .addColumn('host', 'text', it => it.notNull())
    .addColumn('person', 'text', it => it.notNull())
    .addColumn('login', 'text', it => it.notNull())
    .addColumn('created_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addColumn('expires_at', 'timestamptz', it => it.notNull())
    .execute()
  await db.schema.createIndex('sessions_by_expiry').on('sessions').column('expires_at').execute()
}
