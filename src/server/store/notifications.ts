import type { PGlite } from '@electric-sql/pglite'
import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import type { Database } from './database.ts'
import type { Turns } from './pglite/turns.ts'

/**
 * Hints between everybody on this database, this process included. Lost when the connection is: a listener also looks by
 * itself every few seconds.
 */
export interface Notifications {
  /** Calls `heard` with each payload until the returned function is called. */
  listen(heard: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

const channel = 'plumbline'

/** Sends a hint when the surrounding transaction commits, at once when there is none. */
export async function notify(db: Kysely<Database>, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db)
}

export function notificationsOnPglite(pglite: PGlite, turns: Turns): Notifications {
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const giveBack = await turns.take()
    try {
      return await work()
    } finally {
      giveBack()
    }
  }
  return {
    async listen(heard) {
      const unlisten = await inTurn(() => pglite.listen(channel, heard))
      return () => inTurn(() => unlisten())
    },
    close: async () => {},
  }
}

const reconnectAfterMs = 1000

/** One connection of its own, made again whenever it breaks. */
export async function notificationsOnPostgres(databaseUrl: string): Promise<Notifications> {
  const listeners = new Set<(payload: string) => void>()
  let client: pg.Client | null = null
  let retry: NodeJS.Timeout | null = null
  let closed = false

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'plumbline-notifications',
      keepAlive: true,
    })
    client = fresh
    fresh.on('error', () => reconnectLater(fresh))
    fresh.on('end', () => reconnectLater(fresh))
    fresh.on('notification', message => {
      for (const heard of listeners) heard(message.payload ?? '')
    })
    await fresh.connect()
    await fresh.query(`listen ${channel}`)
  }

  function reconnectLater(broken: pg.Client): void {
    if (closed || client !== broken) return
    client = null
    retry = setTimeout(() => {
      connect().catch(() => {
        const failed = client
        if (failed) reconnectLater(failed)
      })
    }, reconnectAfterMs)
  }

  await connect()
  return {
    async listen(heard) {
      listeners.add(heard)
      return async () => {
        listeners.delete(heard)
      }
    },
    async close() {
      closed = true
      if (retry) clearTimeout(retry)
      await client?.end()
    },
  }
}
