import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { sql } from 'kysely'
import { afterAll } from 'vitest'
import { createStore } from '../../src/server/store/create-store.ts'
import type { Store } from '../../src/server/store/store.ts'
import { type Postgres, startPostgres } from '../../tools/postgres.ts'

export interface TestDatabase {
  readonly name: string
  /** A store with nothing in it; closed by the test. Takes seconds on PGlite: see {@link emptied}. */
  open(): Promise<Store>
}

/** Takes everything out of a store, jobs included; sooner done than opening another. */
export async function emptied(store: Store): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname = 'public' and tablename not like 'kysely%' or schemaname = 'plumbline_jobs' and tablename = 'job'
  `.execute(store.sql)
  const tables = rows.map(it => it.name)
  await sql`truncate ${sql.raw(tables.join(', '))} restart identity cascade`.execute(store.sql)
}

/** Every database that the store supports, for `describe.each`. One PostgreSQL serves a whole test file. */
export function databases(): readonly TestDatabase[] {
  let postgres: Promise<Postgres> | null = null
  afterAll(async () => (await postgres)?.stop())
  return [
    { name: 'PGlite', open: () => createStore({ databaseUrl: null, folder: null }) },
    {
      name: 'PostgreSQL',
      async open() {
        postgres ??= startPostgres()
        return createStore({ databaseUrl: await emptyDatabase((await postgres).url), folder: null })
      },
    },
  ]
}

async function emptyDatabase(serverUrl: string): Promise<string> {
  const name = `t${randomBytes(6).toString('hex')}`
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
