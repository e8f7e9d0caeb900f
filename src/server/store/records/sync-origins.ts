import { sql } from 'kysely'
import type { Revision } from '../../../model/repository.ts'
import type { Sql } from '../database.ts'

/** A merge, or a commit that was pushed without one, that changed a sync's application. */
export interface SyncOrigin {
  /** Which of its push's it was: greater is later. */
  readonly position: number
  /** The last commit of it. */
  readonly revision: Revision
  /** Null as long as nobody knows of one. */
  readonly pullRequest: number | null
}

/** Where syncs come from whose push brought several merges. Of a push of one merge there are none: see {@link NewSync.pullRequest}. */
export interface SyncOrigins {
  /** Adds them, unless the sync has some. */
  add(sync: number, origins: readonly SyncOrigin[]): Promise<void>
  /** By the ids of the syncs that one push set off, in order. */
  ofRevision(repository: string, revision: Revision): Promise<ReadonlyMap<number, readonly SyncOrigin[]>>
  /** Whether nobody knows yet what some commits of the push came from that brought this one. */
  anyUnknown(repository: string, revision: Revision): Promise<boolean>
  /**
   * The pull request that put these commits on their branch is known now: what came with one of them came from it, and what nobody later
   * than it changed is its sync. Returns the syncs that it changed, by id.
   */
  attribute(repository: string, revisions: readonly Revision[], number: number): Promise<readonly number[]>
  /** A pull request that is credited with the sync of something that this one had changed before; null when there is none. */
  laterThan(repository: string, number: number): Promise<number | null>
}

export function syncOriginsIn(db: Sql): SyncOrigins {
  return {
    async add(sync, origins) {
      if (origins.length === 0) return
      await db
        .insertInto('sync_origins')
        .values(
          origins.map(({ position, revision, pullRequest }) => ({
            sync,
            position,
            revision,
            pull_request: pullRequest,
          })),
        )
        .onConflict(it => it.doNothing())
        .execute()
    },
    async ofRevision(repository, revision) {
      const rows = await db
        .selectFrom('sync_origins')
        .innerJoin('syncs', 'syncs.id', 'sync_origins.sync')
        .selectAll('sync_origins')
        .where('syncs.repository', '=', repository)
        .where('syncs.revision', '=', revision)
        .orderBy('sync')
        .orderBy('position')
        .execute()
      const origins = new Map<number, SyncOrigin[]>()
      for (const { sync, position, revision: of, pull_request: pullRequest } of rows) {
        const known = origins.get(sync) ?? []
        origins.set(sync, [...known, { position, revision: of, pullRequest }])
      }
      return origins
    },
    async anyUnknown(repository, revision) {
      const { rows } = await sql`
        select 1 from sync_origins as unknown join syncs on syncs.id = unknown.sync
        where syncs.repository = ${repository} and unknown.pull_request is null and syncs.revision in (
          select it.revision from syncs as it join sync_origins as origin on origin.sync = it.id
          where it.repository = ${repository} and (origin.revision = ${revision} or it.revision = ${revision})
        )
        limit 1
      `.execute(db)
      return rows.length > 0
    },
    async attribute(repository, revisions, number) {
      const { rows } = await sql<{ sync: number }>`
        update sync_origins as origin set pull_request = ${number} from syncs
        where syncs.id = origin.sync and syncs.repository = ${repository}
        and origin.revision in (${sql.join(revisions)}) and origin.pull_request is null
        returning origin.sync
      `.execute(db)
      const changed = [...new Set(rows.map(it => it.sync))]
      if (changed.length === 0) return []
      await sql`
        update syncs set pull_request = (
          select pull_request from sync_origins where sync = syncs.id and pull_request is not null
          order by position desc limit 1
        ) where id in (${sql.join(changed)})
      `.execute(db)
      return changed
    },
    async laterThan(repository, number) {
      const row = await db
        .selectFrom('sync_origins')
        .innerJoin('syncs', 'syncs.id', 'sync_origins.sync')
        .select('syncs.pull_request')
        .where('syncs.repository', '=', repository)
        .where('sync_origins.pull_request', '=', number)
        .where('syncs.pull_request', '!=', number)
        .orderBy('sync_origins.sync', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.pull_request ?? null
    },
  }
}
