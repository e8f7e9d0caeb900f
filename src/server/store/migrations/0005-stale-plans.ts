import type { Kysely } from 'kysely'

export async function stalePlans(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('plans')
    .addColumn('base_ref', 'text')
    .addColumn('because', 'text')
    .addColumn('outdated', 'text')
    .addColumn('shaken', 'integer', it => it.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createTable('followed_bases')
    .addColumn('repository', 'text', it => it.notNull().references('repositories.key'))
    .addColumn('branch', 'text', it => it.notNull())
    .addColumn('revision', 'text', it => it.notNull())
    .addPrimaryKeyConstraint('one_row_per_followed_base', ['repository', 'branch'])
    .execute()
  await db.schema
    .createIndex('pull_requests_by_head')
    .on('pull_requests')
    .columns(['repository', 'head'])
    .execute()
}
