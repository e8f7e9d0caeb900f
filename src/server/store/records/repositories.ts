import type { Selectable } from 'kysely'
import { type ForgeKind, type RepositoryRef, repositoryKey } from '../../../model/repository.ts'
import type { Database, Sql } from '../database.ts'

/** Repositories that something was heard of. */
export interface Repositories {
  /** Returns its key. */
  save(ref: RepositoryRef): Promise<string>
  byKey(key: string): Promise<RepositoryRef | null>
  all(): Promise<readonly RepositoryRef[]>
}

export function repositoriesIn(db: Sql): Repositories {
  return {
    async save(ref) {
      const key = repositoryKey(ref)
      await db
        .insertInto('repositories')
        .values({
          key,
          forge: ref.forge,
          host: ref.host,
          full_name: ref.fullName,
          clone_url: ref.cloneUrl,
        })
        .onConflict(it => it.column('key').doUpdateSet({ clone_url: ref.cloneUrl }))
        .execute()
      return key
    },
    async byKey(key) {
      const row = await db.selectFrom('repositories').selectAll().where('key', '=', key).executeTakeFirst()
      return row ? refFrom(row) : null
    },
    async all() {
      const rows = await db.selectFrom('repositories').selectAll().orderBy('key').execute()
      return rows.map(refFrom)
    },
  }
}

function refFrom(row: Selectable<Database['repositories']>): RepositoryRef {
  return {
    forge: row.forge as ForgeKind,
    host: row.host,
    fullName: row.full_name,
    cloneUrl: row.clone_url,
  }
}
