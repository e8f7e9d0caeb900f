import { sql } from 'kysely'
import { type RepositoryRef, repositoryKey } from '../../../model/repository.ts'
import type { Sql } from '../database.ts'

/**
 * Moves everything that is known of a repository to its new name: its pull requests, plans, approvals, applications, syncs, checks and
 * issues, and what agents are still asked about it. Every table names its repository in a column `repository`. In a transaction.
 */
export async function renameRepository(db: Sql, from: string, to: RepositoryRef): Promise<void> {
  const key = repositoryKey(to)
  await dropNamesake(db, key)
  await sql`
    insert into repositories (key, forge, host, full_name, clone_url, default_branch, access)
    select ${key}, forge, host, ${to.fullName}, ${to.cloneUrl}, default_branch, access from repositories where key = ${from}
  `.execute(db)
  for (const table of await tablesOfRepositories(db)) {
    await sql`update ${sql.table(table)} set repository = ${key} where repository = ${from}`.execute(db)
  }
  // An issue about a cluster has the repository in its key.
  await sql`update issues set key = replace(key, ${`/${from}/`}, ${`/${key}/`}) where repository = ${key}`.execute(
    db,
  )
  await sql`
    update commands set purpose = replace(purpose::text, ${JSON.stringify(from)}, ${JSON.stringify(key)})::json
    where state in ('pending', 'sent') and purpose->>'repository' = ${from}
  `.execute(db)
  const { rows } = await sql<{ forge_id: string | null }>`
    delete from repositories where key = ${from} returning forge_id
  `.execute(db)
  await sql`update repositories set forge_id = ${rows[0]?.forge_id ?? null} where key = ${key}`.execute(db)
  await sql`
    insert into former_names (key, repository) values (${from}, ${key})
    on conflict (key) do update set repository = excluded.repository
  `.execute(db)
}

/** A job that ran under the new name before anybody told us that it is one: what it found is found again. */
async function dropNamesake(db: Sql, key: string): Promise<void> {
  for (const table of await tablesOfRepositories(db)) {
    if (table === 'former_names') continue
    await sql`delete from ${sql.table(table)} where repository = ${key}`.execute(db)
  }
  await sql`delete from repositories where key = ${key}`.execute(db)
}

async function tablesOfRepositories(db: Sql): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    where table_schema = current_schema() and column_name = 'repository' and data_type = 'text'
    order by table_name
  `.execute(db)
  return rows.map(it => it.name)
}
