import { type Kysely, sql } from 'kysely'

export async function goodCitizen(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('repositories')
    // The forge's own id: a repository is renamed and transferred, and stays the one it was.
    .addColumn('forge_id', 'text')
    .addColumn('default_branch', 'text')
    .addColumn('access', 'text', it => it.notNull().defaultTo('full'))
    .execute()
  await sql`create unique index repositories_by_forge_id on repositories (forge, host, forge_id) where forge_id is not null`.execute(
    db,
  )
  await db.schema
    .createTable('former_names')
    .addColumn('key', 'text', it => it.primaryKey())
    .addColumn('repository', 'text', it => it.notNull())
    .execute()

  await db.schema
    .createTable('sent_comments')
    .addColumn('pull_request', 'integer', it =>
      it.notNull().references('pull_requests.id').onDelete('cascade'),
    )
    .addColumn('kind', 'text', it => it.notNull())
    // Null while nobody knows whether it was created.
    .addColumn('forge_id', 'text')
    .addColumn('content_hash', 'text')
    .addColumn('edited_at', 'timestamptz')
    .addPrimaryKeyConstraint('one_comment_of_a_kind', ['pull_request', 'kind'])
    .execute()
  await db.schema
    .alterTable('checks')
    .addColumn('is_completed', 'boolean')
    .addColumn('annotations_hash', 'text')
    .addColumn('edited_at', 'timestamptz')
    .execute()
  await db.schema.alterTable('plans').addColumn('report_asked_at', 'timestamptz').execute()

  await db.schema
    .createTable('redeliveries')
    .addColumn('id', 'text', it => it.primaryKey())
    .addColumn('attempts', 'integer', it => it.notNull().defaultTo(0))
    .addColumn('asked_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addColumn('arrived', 'boolean', it => it.notNull().defaultTo(false))
    .execute()
  await db.schema
    .createTable('notices')
    .addColumn('key', 'text', it => it.primaryKey())
    .addColumn('told_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .execute()
}
