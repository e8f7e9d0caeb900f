import { randomBytes } from 'node:crypto'
import { Client, DatabaseError } from 'pg'
import { sql } from 'kysely'
import { inject } from 'vitest'
import { createStore } from '../../src/server/store/create-store.ts'
import type { Store } from '../../src/server/store/store.ts'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const deadlockDetected = '40P01'

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
  const truncate = sql`truncate ${sql.raw(tables.join(', '))} restart identity cascade`
  // A server that is at work locks tables in another order.
  for (let left = 5; ; left--) {
    try {
      await truncate.execute(store.sql)
      return
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== deadlockDetected || left === 0) throw error
    }
  }
}

/** A store on a database of its own, of this run's PostgreSQL: there in a tenth of a second, where PGlite takes several. */
export async function openStore(): Promise<Store> {
  return createStore({ databaseUrl: await emptyDatabase(), folder: null })
}

/** Every database that the store supports, for `describe.each`. */
export function databases(): readonly TestDatabase[] {
  return [
    { name: 'PGlite', open: () => createStore({ databaseUrl: null, folder: null }) },
    { name: 'PostgreSQL', open: openStore },
  ]
}

async function emptyDatabase(): Promise<string> {
  const answer = await fetch(`${inject('services')}/postgres`)
  const serverUrl = await answer.text()
  if (!answer.ok) throw new Error(`PostgreSQL did not start: ${serverUrl}`)
  const name = `t${randomBytes(6).toString('hex')}`
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
