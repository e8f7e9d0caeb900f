import { type Kysely, sql } from 'kysely'

export async function pushers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pushers')
    .addColumn('repository', 'text', it => it.notNull().references('repositories.key'))
    .addColumn('head', 'text', it => it.notNull())
    .addColumn('person', 'text', it => it.notNull())
    .addColumn('told_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint('one_row_per_pusher', ['repository', 'head', 'person'])
    .execute()
  await sql`
    insert into pushers (repository, head, person)
    select distinct repository, pushed_head, pushed_by from pull_requests
    where pushed_head is not null and pushed_by is not null
  `.execute(db)
  await db.schema.alterTable('pull_requests').dropColumn('pushed_head').dropColumn('pushed_by').execute()
}
