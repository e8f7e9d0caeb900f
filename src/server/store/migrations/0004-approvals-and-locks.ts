import { type Kysely, sql } from 'kysely'

export async function approvalsAndLocks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('syncs')
    .addColumn('approvals_wanted', 'integer', it => it.notNull().defaultTo(0))
    .addColumn('awaits_approval', 'boolean', it => it.notNull().defaultTo(false))
    .execute()
  await db.schema
    .alterTable('planned_applications')
    .addColumn('changes', 'boolean', it => it.notNull().defaultTo(false))
    .execute()
  await db.schema
    .alterTable('pull_requests')
    .addColumn('head_seen_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addColumn('pushed_head', 'text')
    .addColumn('pushed_by', 'text')
    .execute()

  await db.schema
    .createTable('approvals')
    .addColumn('pull_request', 'integer', it =>
      it.notNull().references('pull_requests.id').onDelete('cascade'),
    )
    .addColumn('application', 'text', it => it.notNull())
    .addColumn('cluster', 'text', it => it.notNull())
    .addColumn('person', 'text', it => it.notNull())
    .addColumn('digest', 'text', it => it.notNull())
    .addColumn('approved_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addColumn('dropped_at', 'timestamptz')
    .addPrimaryKeyConstraint('one_approval_per_person', ['pull_request', 'application', 'cluster', 'person'])
    .execute()

  await db.schema
    .createTable('overlaps')
    .addColumn('pull_request', 'integer', it =>
      it.notNull().references('pull_requests.id').onDelete('cascade'),
    )
    .addColumn('other', 'integer', it => it.notNull().references('pull_requests.id').onDelete('cascade'))
    .addColumn('application', 'text', it => it.notNull())
    .addColumn('cluster', 'text', it => it.notNull())
    .addPrimaryKeyConstraint('one_row_per_overlap', ['pull_request', 'other', 'application', 'cluster'])
    .execute()
  await db.schema.createIndex('overlaps_by_other').on('overlaps').column('other').execute()

  await db.schema
    .createTable('unlocks')
    .addColumn('pull_request', 'integer', it =>
      it.notNull().references('pull_requests.id').onDelete('cascade'),
    )
    .addColumn('holder', 'integer', it => it.notNull().references('pull_requests.id').onDelete('cascade'))
    .addColumn('person', 'text', it => it.notNull())
    .addColumn('unlocked_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint('one_row_per_unlock', ['pull_request', 'holder'])
    .execute()
}
