import { type Selectable, sql } from 'kysely'
import type { Application } from '../../../model/application.ts'
import type { Revision } from '../../../model/repository.ts'
import type { SyncResult } from '../../../model/sync.ts'
import type { Database, Sql } from '../database.ts'
import type { ApplicationName } from './applications.ts'

export interface NewSync {
  /** Key of the repository. */
  readonly repository: string
  readonly application: Application
  readonly branch: string
  readonly revision: Revision
  readonly removed: boolean
  readonly reviewedDigest: string | null
  readonly requireReviewed: boolean
  /** Number of the merged pull request; null after a direct push. */
  readonly pullRequest: number | null
  /** How many people have to approve it before it begins. Default 0. */
  readonly approvalsWanted?: number
  /** `waiting` is for these approvals. Default false. */
  readonly awaitsApproval?: boolean
  /** `waiting`: for approvals or `/plumbline sync`. `pending`: a command is on its way or will be. */
  readonly status: 'waiting' | 'pending'
}

export interface SyncRecord extends Required<Omit<NewSync, 'status'>> {
  readonly id: number
  readonly status: 'waiting' | 'pending' | 'finished' | 'superseded'
  readonly commandId: string | null
  readonly result: SyncResult | null
  readonly issue: { readonly number: number; readonly url: string } | null
  /** When its commit was read, and when its newest command was added; RFC 3339. */
  readonly createdAt: string
  readonly startedAt: string | null
}

/** One application, by the key of the repository that defines it. */
export interface ApplicationOf extends ApplicationName {
  readonly repository: string
}

export function applicationOf({ repository, application }: SyncRecord): ApplicationOf {
  return { repository, name: application.name, cluster: application.destination.cluster }
}

/** Ways of one application to one revision. One row per application, cluster and revision. */
export interface Syncs {
  /** Adds it, or returns the one that is there. */
  add(sync: NewSync): Promise<SyncRecord>
  byId(id: number): Promise<SyncRecord | null>
  /** Those that one push set off, in the order of names. */
  ofRevision(repository: string, revision: Revision): Promise<readonly SyncRecord[]>
  /** Those that merging one pull request set off. */
  ofPullRequest(repository: string, number: number): Promise<readonly SyncRecord[]>
  /** Those of a revision that belong to no pull request yet, and of which no origins are kept, belong to this one. Returns them. */
  attribute(repository: string, revision: Revision, number: number): Promise<readonly SyncRecord[]>
  /** As one repository defines it: another's of the same name was refused. Newest first. */
  ofApplication(of: ApplicationOf, limit: number): Promise<readonly SyncRecord[]>
  /** Applications whose newest sync was read before that moment, does not wait for a person, and has not brought them to its revision. */
  unsyncedBefore(at: string): Promise<readonly ApplicationName[]>
  /** Older ones of the same application that have not ended. */
  unfinishedBefore(sync: SyncRecord): Promise<readonly SyncRecord[]>
  /** A newer revision came first: it will not be done. */
  supersede(id: number): Promise<void>
  /** A command carries it now. */
  start(id: number, commandId: string): Promise<void>
  finish(id: number, result: SyncResult): Promise<void>
  /** Enough people approved what has this digest; null: it was never planned. It waits for a command or a window now. */
  approve(
    id: number,
    approved: { readonly reviewedDigest: string | null; readonly status: NewSync['status'] },
  ): Promise<void>
  /** The plan that reviewers saw, found only later. */
  setReviewed(id: number, digest: string): Promise<void>
  setIssue(id: number, issue: { readonly number: number; readonly url: string }): Promise<void>
}

export function syncsIn(db: Sql): Syncs {
  const base = () => db.selectFrom('syncs').selectAll()
  return {
    async add(sync) {
      const row = await db
        .insertInto('syncs')
        .values({
          repository: sync.repository,
          application: sync.application.name,
          cluster: sync.application.destination.cluster,
          branch: sync.branch,
          revision: sync.revision,
          definition: JSON.stringify(sync.application),
          removed: sync.removed,
          reviewed_digest: sync.reviewedDigest,
          require_reviewed: sync.requireReviewed,
          pull_request: sync.pullRequest,
          status: sync.status,
          approvals_wanted: sync.approvalsWanted ?? 0,
          awaits_approval: sync.awaitsApproval ?? false,
        })
        .onConflict(it =>
          // A no-op that lets `returning` see the row that is there.
          it.columns(['application', 'cluster', 'revision']).doUpdateSet({ revision: sync.revision }),
        )
        .returningAll()
        .executeTakeFirstOrThrow()
      return recordFrom(row)
    },
    async byId(id) {
      const row = await base().where('id', '=', id).executeTakeFirst()
      return row ? recordFrom(row) : null
    },
    async ofRevision(repository, revision) {
      const rows = await base()
        .where('repository', '=', repository)
        .where('revision', '=', revision)
        .orderBy('application')
        .orderBy('cluster')
        .execute()
      return rows.map(recordFrom)
    },
    async ofPullRequest(repository, number) {
      const rows = await base()
        .where('repository', '=', repository)
        .where('pull_request', '=', number)
        .orderBy('application')
        .orderBy('cluster')
        .execute()
      return rows.map(recordFrom)
    },
    async attribute(repository, revision, number) {
      const rows = await db
        .updateTable('syncs')
        .set({ pull_request: number })
        .where('repository', '=', repository)
        .where('revision', '=', revision)
        .where('pull_request', 'is', null)
        .where(({ exists, not, selectFrom }) =>
          not(
            exists(selectFrom('sync_origins').select('sync').whereRef('sync_origins.sync', '=', 'syncs.id')),
          ),
        )
        .returningAll()
        .execute()
      return rows.map(recordFrom)
    },
    async ofApplication({ repository, name, cluster }, limit) {
      const rows = await base()
        .where('repository', '=', repository)
        .where('application', '=', name)
        .where('cluster', '=', cluster)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(recordFrom)
    },
    async unsyncedBefore(at) {
      const { rows } = await sql<ApplicationName>`
        select application as name, cluster from (
          select distinct on (repository, application, cluster) application, cluster, status, created_at, result
          from syncs order by repository, application, cluster, id desc
        ) as newest
        where created_at < ${new Date(at)} and (
          status = 'pending' or status = 'finished' and result ->> 'outcome' in ('failed', 'rolled-back', 'refused')
        )
        order by application, cluster
      `.execute(db)
      return rows
    },
    async supersede(id) {
      await db.updateTable('syncs').set({ status: 'superseded' }).where('id', '=', id).execute()
    },
    async unfinishedBefore(sync) {
      const rows = await base()
        .where('application', '=', sync.application.name)
        .where('cluster', '=', sync.application.destination.cluster)
        .where('id', '<', sync.id)
        .where('status', 'in', ['waiting', 'pending'])
        .orderBy('id')
        .execute()
      return rows.map(recordFrom)
    },
    async start(id, commandId) {
      await db
        .updateTable('syncs')
        .set({ status: 'pending', command: commandId, result: null, started_at: new Date() })
        .where('id', '=', id)
        .execute()
    },
    async finish(id, result) {
      await db
        .updateTable('syncs')
        .set({ status: 'finished', result: JSON.stringify(result) })
        .where('id', '=', id)
        .execute()
    },
    async approve(id, { reviewedDigest, status }) {
      await db
        .updateTable('syncs')
        .set({ awaits_approval: false, reviewed_digest: reviewedDigest, status, command: null, result: null })
        .where('id', '=', id)
        .execute()
    },
    async setReviewed(id, digest) {
      await db.updateTable('syncs').set({ reviewed_digest: digest }).where('id', '=', id).execute()
    },
    async setIssue(id, issue) {
      await db
        .updateTable('syncs')
        .set({ issue_number: issue.number, issue_url: issue.url })
        .where('id', '=', id)
        .execute()
    },
  }
}

function recordFrom(row: Selectable<Database['syncs']>): SyncRecord {
  return {
    id: row.id,
    repository: row.repository,
    application: row.definition as Application,
    branch: row.branch,
    revision: row.revision,
    removed: row.removed,
    reviewedDigest: row.reviewed_digest,
    requireReviewed: row.require_reviewed,
    pullRequest: row.pull_request,
    approvalsWanted: row.approvals_wanted,
    awaitsApproval: row.awaits_approval,
    status: row.status,
    commandId: row.command,
    result: row.result as SyncResult | null,
    issue:
      row.issue_number === null || row.issue_url === null
        ? null
        : { number: row.issue_number, url: row.issue_url },
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
  }
}
