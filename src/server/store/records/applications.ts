import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Application } from '../../../model/application.ts'
import type { DriftReport, HealHistory, HealRecord } from '../../../model/drift.ts'
import type { Revision } from '../../../model/repository.ts'
import type { Settings } from '../../../model/settings.ts'
import type { SyncStatus } from '../../../model/sync.ts'
import type { Database, Sql } from '../database.ts'
import { healsOf, noteHeals } from './heals.ts'

/** What a branch says should run, and how far that has come. */
export interface ApplicationRecord {
  /** Key of the repository that holds its document. */
  readonly repository: string
  readonly application: Application
  readonly settings: Settings
  readonly branch: string
  /** Of the last sync that ended; null before the first. */
  readonly revision: Revision | null
  readonly outcome: SyncStatus | null
  /** RFC 3339. */
  readonly syncedAt: string | null
  /** The newest observation; null before the first. */
  readonly drift: DriftReport | null
  /** RFC 3339; null while it does not drift. */
  readonly driftSince: string | null
  /** When its drift issue is to be looked at again, whatever is heard until then; RFC 3339, null when it need not be. */
  readonly driftDue: string | null
  /** Unguessable part of its page's address. */
  readonly page: string
}

export interface ApplicationName {
  readonly name: string
  readonly cluster: string
}

export interface Applications {
  /**
   * Adds it or replaces its definition; what is known of its syncs and its drift stays. When it comes from another repository, its
   * page gets another address, without the drift and the heals so far: whoever knows the old one reads the old repository.
   */
  define(
    definition: Pick<ApplicationRecord, 'repository' | 'application' | 'settings' | 'branch'>,
  ): Promise<void>
  remove(name: ApplicationName): Promise<void>
  named(name: ApplicationName): Promise<ApplicationRecord | null>
  byPage(page: string): Promise<ApplicationRecord | null>
  ofRepository(repository: string): Promise<readonly ApplicationRecord[]>
  onCluster(cluster: string): Promise<readonly ApplicationRecord[]>
  all(): Promise<readonly ApplicationRecord[]>
  noteSync(
    name: ApplicationName,
    sync: { readonly revision: Revision; readonly outcome: SyncStatus; readonly at: string },
  ): Promise<void>
  /** `since` null when it has converged. */
  noteDrift(name: ApplicationName, report: DriftReport, since: string | null): Promise<void>
  /** What self-heal has put back; the same again adds nothing. All are counted, the newest 200 are kept. */
  noteHeals(name: ApplicationName, healed: readonly HealRecord[]): Promise<void>
  /** With the last `limit` of them. */
  heals(name: ApplicationName, limit: number): Promise<HealHistory>
  setDriftDue(name: ApplicationName, at: string | null): Promise<void>
  /** Those whose drift issue should have been looked at before. */
  driftDueBefore(at: string): Promise<readonly ApplicationName[]>
}

export function applicationsIn(db: Sql): Applications {
  const list = async (column?: 'repository' | 'cluster', value?: string) => {
    let query = db.selectFrom('applications').selectAll().orderBy('name').orderBy('cluster')
    if (column !== undefined && value !== undefined) query = query.where(column, '=', value)
    return (await query.execute()).map(recordFrom)
  }
  return {
    async define({ repository, application, settings, branch }) {
      const definition = {
        repository,
        definition: JSON.stringify(application),
        settings: JSON.stringify(settings),
        branch,
      }
      const name = application.name
      const { cluster } = application.destination
      await db
        .with('forgotten', it =>
          it
            .deleteFrom('heals')
            .where('application', '=', name)
            .where('cluster', '=', cluster)
            .where(row =>
              row.exists(
                row
                  .selectFrom('applications')
                  .select('name')
                  .where('name', '=', name)
                  .where('cluster', '=', cluster)
                  .where('repository', '!=', repository),
              ),
            ),
        )
        .insertInto('applications')
        .values({ name, cluster, ...definition })
        .onConflict(it =>
          it.columns(['name', 'cluster']).doUpdateSet({
            ...definition,
            page: unlessMoved('page', sql`excluded.page`),
            heals_total: unlessMoved('heals_total', sql`0`),
            drift: unlessMoved('drift', sql`null`),
            drift_since: unlessMoved('drift_since', sql`null`),
          }),
        )
        .execute()
    },
    async remove({ name, cluster }) {
      await db.deleteFrom('applications').where('name', '=', name).where('cluster', '=', cluster).execute()
    },
    async named({ name, cluster }) {
      const row = await db
        .selectFrom('applications')
        .selectAll()
        .where('name', '=', name)
        .where('cluster', '=', cluster)
        .executeTakeFirst()
      return row ? recordFrom(row) : null
    },
    async byPage(page) {
      const row = await db.selectFrom('applications').selectAll().where('page', '=', page).executeTakeFirst()
      return row ? recordFrom(row) : null
    },
    ofRepository: repository => list('repository', repository),
    onCluster: cluster => list('cluster', cluster),
    all: () => list(),
    async noteSync({ name, cluster }, { revision, outcome, at }) {
      await db
        .updateTable('applications')
        .set({ revision, outcome, synced_at: at })
        .where('name', '=', name)
        .where('cluster', '=', cluster)
        .execute()
    },
    async noteDrift({ name, cluster }, report, since) {
      await db
        .updateTable('applications')
        .set({ drift: JSON.stringify(report), drift_since: since })
        .where('name', '=', name)
        .where('cluster', '=', cluster)
        .execute()
    },
    noteHeals: (name, healed) => noteHeals(db, name, healed),
    heals: (name, limit) => healsOf(db, name, limit),
    async setDriftDue({ name, cluster }, at) {
      await db
        .updateTable('applications')
        .set({ drift_due: at })
        .where('name', '=', name)
        .where('cluster', '=', cluster)
        .execute()
    },
    driftDueBefore: at =>
      db
        .selectFrom('applications')
        .select(['name', 'cluster'])
        .where('drift_due', '<', new Date(at))
        .orderBy('drift_due')
        .execute(),
  }
}

/** In an update of a definition: what a column keeps while the repository stays the same, and else becomes. */
function unlessMoved(
  column: 'page' | 'heals_total' | 'drift' | 'drift_since',
  otherwise: RawBuilder<unknown>,
) {
  const kept = sql.ref(`applications.${column}`)
  return sql<never>`case when applications.repository = excluded.repository then ${kept} else ${otherwise} end`
}

function recordFrom(row: Selectable<Database['applications']>): ApplicationRecord {
  return {
    repository: row.repository,
    application: row.definition as Application,
    settings: row.settings as Settings,
    branch: row.branch,
    revision: row.revision,
    outcome: row.outcome as SyncStatus | null,
    syncedAt: row.synced_at?.toISOString() ?? null,
    drift: row.drift as DriftReport | null,
    driftSince: row.drift_since?.toISOString() ?? null,
    driftDue: row.drift_due?.toISOString() ?? null,
    page: row.page,
  }
}
