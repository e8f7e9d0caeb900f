import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import type { Database } from './database.ts'

/** In order of their names. A migration that was released is never edited. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-first-light': { up: firstLight },
  '0002-drift-issues': { up: driftIssues },
  '0003-application-pages': { up: applicationPages },
}

/** Brings the schema to what this version needs. Safe with several servers starting at once. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed = results?.find(it => it.status === 'Error')?.migrationName ?? 'the first one'
  throw new Error(`could not bring the database to this version: migration ${failed} failed`, {
    cause: error,
  })
}

async function firstLight(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'text', it => it.primaryKey())
    .addColumn('event', 'text', it => it.notNull())
    .addColumn('trace_id', 'text', it => it.notNull())
    .addColumn('received_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .execute()
  await db.schema.createIndex('deliveries_by_age').on('deliveries').column('received_at').execute()

  await db.schema
    .createTable('clusters')
    .addColumn('name', 'text', it => it.primaryKey())
    .addColumn('token_hash', 'text', it => it.notNull().unique())
    .addColumn('session_id', 'text')
    .addColumn('agent_version', 'text')
    .addColumn('kubernetes_version', 'text')
    .addColumn('last_seen_at', 'timestamptz')
    .addColumn('created_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addColumn('revoked_at', 'timestamptz')
    .execute()

  await db.schema
    .createTable('commands')
    .addColumn('id', 'text', it => it.primaryKey())
    .addColumn('position', 'integer', it => it.notNull().generatedAlwaysAsIdentity())
    .addColumn('cluster', 'text', it => it.notNull())
    .addColumn('application', 'text', it => it.notNull())
    .addColumn('kind', 'text', it => it.notNull())
    .addColumn('payload', 'json', it => it.notNull())
    .addColumn('deadline', 'timestamptz', it => it.notNull())
    .addColumn('state', 'text', it => it.notNull())
    .addColumn('result', 'json')
    .addColumn('trace_id', 'text', it => it.notNull())
    .addColumn('purpose', 'json', it => it.notNull())
    .addColumn('created_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addColumn('answered_at', 'timestamptz')
    .execute()
  await sql`create index commands_unanswered on commands (cluster, position) where state in ('pending', 'sent')`.execute(
    db,
  )

  await db.schema
    .createTable('repositories')
    .addColumn('key', 'text', it => it.primaryKey())
    .addColumn('forge', 'text', it => it.notNull())
    .addColumn('host', 'text', it => it.notNull())
    .addColumn('full_name', 'text', it => it.notNull())
    .addColumn('clone_url', 'text', it => it.notNull())
    .execute()

  await db.schema
    .createTable('pull_requests')
    .addColumn('id', 'integer', it => it.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('repository', 'text', it => it.notNull().references('repositories.key'))
    .addColumn('number', 'integer', it => it.notNull())
    .addColumn('title', 'text', it => it.notNull())
    .addColumn('author', 'text', it => it.notNull())
    .addColumn('state', 'text', it => it.notNull())
    .addColumn('head', 'text', it => it.notNull())
    .addColumn('base_ref', 'text', it => it.notNull())
    .addColumn('base', 'text', it => it.notNull())
    .addColumn('from_fork', 'boolean', it => it.notNull())
    .addColumn('merge_revision', 'text')
    .addColumn('url', 'text', it => it.notNull())
    .addColumn('comment_id', 'text')
    .addColumn('result_comment_id', 'text')
    .addColumn('permitted_head', 'text')
    .addUniqueConstraint('one_row_per_pull_request', ['repository', 'number'])
    .execute()

  await db.schema
    .createTable('branches')
    .addColumn('repository', 'text', it => it.notNull().references('repositories.key'))
    .addColumn('name', 'text', it => it.notNull())
    .addColumn('revision', 'text', it => it.notNull())
    .addPrimaryKeyConstraint('one_row_per_branch', ['repository', 'name'])
    .execute()

  await db.schema
    .createTable('plans')
    .addColumn('id', 'integer', it => it.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('page', 'text', it => it.notNull().unique())
    .addColumn('pull_request', 'integer', it =>
      it.notNull().references('pull_requests.id').onDelete('cascade'),
    )
    .addColumn('head', 'text', it => it.notNull())
    .addColumn('base', 'text', it => it.notNull())
    .addColumn('problems', 'json', it => it.notNull())
    .addColumn('settings', 'json', it => it.notNull())
    .addColumn('awaits_maintainer', 'boolean', it => it.notNull())
    .addColumn('deadline', 'timestamptz', it => it.notNull())
    .addColumn('created_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .execute()
  await db.schema.createIndex('plans_of_pull_request').on('plans').columns(['pull_request', 'id']).execute()

  await db.schema
    .createTable('planned_applications')
    .addColumn('plan', 'integer', it => it.notNull().references('plans.id').onDelete('cascade'))
    .addColumn('application', 'text', it => it.notNull())
    .addColumn('cluster', 'text', it => it.notNull())
    .addColumn('defined_in', 'text')
    .addColumn('definition', 'json', it => it.notNull())
    .addColumn('removed', 'boolean', it => it.notNull())
    .addColumn('command', 'text')
    .addColumn('status', 'text', it => it.notNull())
    .addColumn('result', 'json')
    .addColumn('problems', 'json')
    .addPrimaryKeyConstraint('one_row_per_planned_application', ['plan', 'application', 'cluster'])
    .execute()

  await db.schema
    .createTable('applications')
    .addColumn('name', 'text', it => it.notNull())
    .addColumn('cluster', 'text', it => it.notNull())
    .addColumn('repository', 'text', it => it.notNull().references('repositories.key'))
    .addColumn('definition', 'json', it => it.notNull())
    .addColumn('settings', 'json', it => it.notNull())
    .addColumn('branch', 'text', it => it.notNull())
    .addColumn('revision', 'text')
    .addColumn('outcome', 'text')
    .addColumn('synced_at', 'timestamptz')
    .addColumn('drift', 'json')
    .addColumn('drift_since', 'timestamptz')
    .addPrimaryKeyConstraint('one_row_per_application', ['name', 'cluster'])
    .execute()

  await db.schema
    .createTable('syncs')
    .addColumn('id', 'integer', it => it.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('repository', 'text', it => it.notNull().references('repositories.key'))
    .addColumn('application', 'text', it => it.notNull())
    .addColumn('cluster', 'text', it => it.notNull())
    .addColumn('branch', 'text', it => it.notNull())
    .addColumn('revision', 'text', it => it.notNull())
    .addColumn('definition', 'json', it => it.notNull())
    .addColumn('removed', 'boolean', it => it.notNull())
    .addColumn('reviewed_digest', 'text')
    .addColumn('require_reviewed', 'boolean', it => it.notNull())
    .addColumn('pull_request', 'integer')
    .addColumn('command', 'text')
    .addColumn('status', 'text', it => it.notNull())
    .addColumn('result', 'json')
    .addColumn('issue_number', 'integer')
    .addColumn('issue_url', 'text')
    .addColumn('created_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addUniqueConstraint('one_sync_per_revision', ['application', 'cluster', 'revision'])
    .execute()

  await db.schema
    .createTable('checks')
    .addColumn('repository', 'text', it => it.notNull())
    .addColumn('revision', 'text', it => it.notNull())
    .addColumn('name', 'text', it => it.notNull())
    .addColumn('forge_id', 'text', it => it.notNull())
    .addColumn('content_hash', 'text', it => it.notNull())
    .addPrimaryKeyConstraint('one_check_per_name', ['repository', 'revision', 'name'])
    .execute()

  await db.schema
    .createTable('issues')
    .addColumn('key', 'text', it => it.primaryKey())
    .addColumn('kind', 'text', it => it.notNull())
    .addColumn('repository', 'text', it => it.notNull())
    .addColumn('application', 'text', it => it.notNull())
    .addColumn('cluster', 'text', it => it.notNull())
    .addColumn('number', 'integer')
    .addColumn('url', 'text')
    .addColumn('state', 'text', it => it.notNull())
    .addColumn('body_hash', 'text')
    .addColumn('opened_at', 'timestamptz', it => it.notNull())
    .addColumn('closed_at', 'timestamptz')
    .execute()
  await db.schema.createIndex('issues_by_number').on('issues').columns(['repository', 'number']).execute()
}

async function driftIssues(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('issues').addColumn('memory', 'json').execute()
  await db.schema.alterTable('applications').addColumn('drift_due', 'timestamptz').execute()
  await db.schema.alterTable('syncs').addColumn('started_at', 'timestamptz').execute()
  await sql`create index applications_drift_due on applications (drift_due) where drift_due is not null`.execute(
    db,
  )
}

async function applicationPages(db: Kysely<unknown>): Promise<void> {
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
