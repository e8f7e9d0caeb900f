import { type Selectable, sql } from 'kysely'
import type { RepositoryFacts } from '../../../forge/forge.ts'
import { type ForgeKind, type RepositoryRef, repositoryKey } from '../../../model/repository.ts'
import type { Database, Sql } from '../database.ts'
import { renameRepository } from './rename-repository.ts'

export interface RepositoryRecord {
  readonly key: string
  readonly ref: RepositoryRef
  /** Null when only its name was heard of. */
  readonly forgeId: string | null
  readonly defaultBranch: string | null
  /** `read-only`: archived. `none`: we were uninstalled, suspended, or it is gone. */
  readonly access: 'full' | 'read-only' | 'none'
}

/** Repositories that something was heard of. The forge's id is what a repository is; its name may change. */
export interface Repositories {
  /** Returns its key. */
  save(ref: RepositoryRef): Promise<string>
  /**
   * Keeps what the forge says; under another name than before, everything that is known of it moves along. What was `told` by a webhook
   * may be late, and is not believed when it has a former name; what was `read` is true now. In a transaction.
   */
  note(facts: RepositoryFacts, source: 'told' | 'read'): Promise<{ readonly renamedFrom: string | null }>
  /** Whatever we know of it is kept. */
  setAccess(key: string, access: RepositoryRecord['access']): Promise<void>
  /** By its name, or by one that it had. */
  current(ref: RepositoryRef): Promise<RepositoryRecord | null>
  byKey(key: string): Promise<RepositoryRef | null>
  all(): Promise<readonly RepositoryRecord[]>
}

/** Of PostgreSQL's advisory locks: any number that nobody else takes. */
const renameLock = 700_001

export function repositoriesIn(db: Sql): Repositories {
  const rowOf = (key: string) =>
    db.selectFrom('repositories').selectAll().where('key', '=', key).executeTakeFirst()

  async function formerly(key: string): Promise<string | null> {
    const row = await db
      .selectFrom('former_names')
      .select('repository')
      .where('key', '=', key)
      .executeTakeFirst()
    return row?.repository ?? null
  }

  async function withId({ ref, id }: RepositoryFacts) {
    return db
      .selectFrom('repositories')
      .selectAll()
      .where('forge', '=', ref.forge)
      .where('host', '=', ref.host)
      .where('forge_id', '=', id)
      .executeTakeFirst()
  }

  async function keep({ ref, id, defaultBranch, access }: RepositoryFacts): Promise<void> {
    const key = repositoryKey(ref)
    await db.deleteFrom('former_names').where('key', '=', key).execute()
    const news = { clone_url: ref.cloneUrl, forge_id: id, default_branch: defaultBranch, access }
    await db
      .insertInto('repositories')
      .values({ key, forge: ref.forge, host: ref.host, full_name: ref.fullName, ...news })
      .onConflict(it => it.column('key').doUpdateSet(news))
      .execute()
  }

  /** Names move one at a time: two webhooks that tell of one rename come at the same moment. */
  async function moveNames(
    facts: RepositoryFacts,
    source: 'told' | 'read',
  ): Promise<{ readonly renamedFrom: string | null }> {
    await sql`select pg_advisory_xact_lock(${renameLock})`.execute(db)
    const key = repositoryKey(facts.ref)
    const known = await withId(facts)
    const isRenamed = known !== undefined && known.key !== key
    if (isRenamed && source === 'told' && (await formerly(key)) === known.key) return { renamedFrom: null }
    const holder = await rowOf(key)
    // Another one had this name before: it was deleted, or has a new name that we are still to hear of.
    if (holder?.forge_id && holder.forge_id !== facts.id) {
      const retired = { ...refFrom(holder), fullName: `${holder.full_name}#${holder.forge_id}` }
      await renameRepository(db, holder.key, retired)
      await db
        .updateTable('repositories')
        .set({ access: 'none' })
        .where('key', '=', repositoryKey(retired))
        .execute()
    }
    if (isRenamed) await renameRepository(db, known.key, facts.ref)
    await keep(facts)
    return { renamedFrom: isRenamed ? known.full_name : null }
  }

  return {
    async save(ref) {
      const key = repositoryKey(ref)
      const current = await formerly(key)
      // Whoever was at work while it was renamed goes on under its new name.
      if (current !== null) return current
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
    async note(facts, source) {
      const key = repositoryKey(facts.ref)
      const seen = await withId(facts)
      const holder = await rowOf(key)
      const isQuiet = (!seen || seen.key === key) && (!holder?.forge_id || holder.forge_id === facts.id)
      if (!isQuiet) return await moveNames(facts, source)
      await keep(facts)
      return { renamedFrom: null }
    },
    async setAccess(key, access) {
      await db.updateTable('repositories').set({ access }).where('key', '=', key).execute()
    },
    async current(ref) {
      const key = repositoryKey(ref)
      const row = (await rowOf(key)) ?? (await rowOf((await formerly(key)) ?? key))
      if (!row) return null
      const former = await db
        .selectFrom('former_names')
        .select('key')
        .where('repository', '=', row.key)
        .orderBy('key')
        .execute()
      const record = recordFrom(row)
      if (former.length === 0) return record
      return { ...record, ref: { ...record.ref, formerUrls: former.map(it => urlOf(it.key, row)) } }
    },
    async byKey(key) {
      const row = await rowOf(key)
      return row ? refFrom(row) : null
    },
    async all() {
      const rows = await db.selectFrom('repositories').selectAll().orderBy('key').execute()
      return rows.map(recordFrom)
    },
  }
}

/** Where it was cloned from under a former name. */
function urlOf(
  key: string,
  { forge, host, full_name, clone_url }: Selectable<Database['repositories']>,
): string {
  const name = key.slice(`${forge}:${host}/`.length)
  return clone_url.replace(full_name, () => name)
}

function recordFrom(row: Selectable<Database['repositories']>): RepositoryRecord {
  return {
    key: row.key,
    ref: refFrom(row),
    forgeId: row.forge_id,
    defaultBranch: row.default_branch,
    access: row.access,
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
