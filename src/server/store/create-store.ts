import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Database, Sql } from './database.ts'
import { migrate } from './migrate.ts'
import { type Notifications, notificationsOnPglite, notificationsOnPostgres } from './notifications.ts'
import { pgliteDialect } from './pglite/dialect.ts'
import { jobsOnPglite } from './pglite/jobs-adapter.ts'
import { openPglite } from './pglite/open-pglite.ts'
import { createTurns } from './pglite/turns.ts'
import { answeredCommentsIn } from './records/answered-comments.ts'
import { applicationsIn } from './records/applications.ts'
import { approvalsIn } from './records/approvals.ts'
import { branchesIn } from './records/branches.ts'
import { checksIn } from './records/checks.ts'
import { clustersIn } from './records/clusters.ts'
import { commandsIn } from './records/commands.ts'
import { followedBasesIn } from './records/followed-bases.ts'
import { deliveriesIn } from './records/deliveries.ts'
import { issuesIn } from './records/issues.ts'
import { planPagesIn } from './records/plan-pages.ts'
import { noticesIn } from './records/notices.ts'
import { overlapsIn } from './records/overlaps.ts'
import { planReportsIn } from './records/plan-reports.ts'
import { plansIn } from './records/plans.ts'
import { pullRequestsIn } from './records/pull-requests.ts'
import { pushersIn } from './records/pushers.ts'
import { redeliveriesIn } from './records/redeliveries.ts'
import { repositoriesIn } from './records/repositories.ts'
import { retentionIn } from './records/retention.ts'
import { sessionsIn } from './records/sessions.ts'
import { sentCommentsIn } from './records/sent-comments.ts'
import { syncOriginsIn } from './records/sync-origins.ts'
import { syncsIn } from './records/syncs.ts'
import type { Records, Store } from './store.ts'

/**
 * Opens the database and brings it to this version. A PostgreSQL when `databaseUrl` is given; else the embedded one, in `folder`
 * or (null) in memory.
 */
export async function createStore(options: {
  readonly databaseUrl: string | null
  readonly folder: string | null
}): Promise<Store> {
  return options.databaseUrl === null ? embeddedStore(options.folder) : postgresStore(options.databaseUrl)
}

async function embeddedStore(folder: string | null): Promise<Store> {
  const { pglite, close } = await openPglite(folder)
  const turns = createTurns()
  const db = new Kysely<Database>({ dialect: pgliteDialect(pglite, turns) })
  return openStore(db, {
    notifications: notificationsOnPglite(pglite, turns),
    queueOptions: { db: jobsOnPglite(pglite, turns), backend: 'pglite' },
    shared: false,
    close,
  })
}

async function postgresStore(databaseUrl: string): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'plumbline',
    max: 10,
    connectionTimeoutMillis: 10_000,
  })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  return openStore(db, {
    notifications: await notificationsOnPostgres(databaseUrl),
    queueOptions: { connectionString: databaseUrl, application_name: 'plumbline-jobs', max: 5 },
    shared: true,
    close: async () => {},
  })
}

async function openStore(
  db: Kysely<Database>,
  parts: Pick<Store, 'queueOptions' | 'shared' | 'close'> & { readonly notifications: Notifications },
): Promise<Store> {
  const close = async (): Promise<void> => {
    await parts.notifications.close()
    await db.destroy()
    await parts.close()
  }
  try {
    await migrate(db)
  } catch (cause) {
    await close()
    throw cause
  }
  return {
    ...recordsIn(db),
    transaction: work => db.transaction().execute(transaction => work(recordsIn(transaction))),
    listen: heard => parts.notifications.listen(heard),
    check: async () => {
      await sql`select 1`.execute(db)
    },
    queueOptions: parts.queueOptions,
    shared: parts.shared,
    close,
  }
}

function recordsIn(db: Sql): Records {
  return {
    deliveries: deliveriesIn(db),
    clusters: clustersIn(db),
    commands: commandsIn(db),
    repositories: repositoriesIn(db),
    pullRequests: pullRequestsIn(db),
    pushers: pushersIn(db),
    plans: plansIn(db),
    planPages: planPagesIn(db),
    branches: branchesIn(db),
    followedBases: followedBasesIn(db),
    applications: applicationsIn(db),
    syncs: syncsIn(db),
    syncOrigins: syncOriginsIn(db),
    checks: checksIn(db),
    sentComments: sentCommentsIn(db),
    answeredComments: answeredCommentsIn(db),
    planReports: planReportsIn(db),
    redeliveries: redeliveriesIn(db),
    notices: noticesIn(db),
    retention: retentionIn(db),
    issues: issuesIn(db),
    approvals: approvalsIn(db),
    overlaps: overlapsIn(db),
    sessions: sessionsIn(db),
    sql: db,
  }
}
