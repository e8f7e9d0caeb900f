import type { PGlite } from '@electric-sql/pglite'
import type { Db } from 'pg-boss'
import type { Turns } from './turns.ts'

/**
 * How pg-boss uses the shared connection. Its own adapter for PGlite ends a failed statement with a ROLLBACK of its own, a
 * moment later: by then the connection may be inside another caller's transaction. Here a statement and its cleaning up are one turn.
 */
export function jobsOnPglite(pglite: PGlite, turns: Turns): Db {
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const giveBack = await turns.take('may-wait')
    try {
      return await work()
    } finally {
      giveBack()
    }
  }
  const run = async (text: string, values: unknown[]): Promise<{ rows: unknown[] }> => {
    if (values.length > 0) return pglite.query(text, values)
    // Without values it may be several statements, which only the simple protocol takes; their rows are read as one list.
    const results = await pglite.exec(text)
    return { rows: results.flatMap(it => it.rows) }
  }
  return {
    executeSql: (text, values = []) =>
      inTurn(async () => {
        try {
          return await run(text, values)
        } catch (cause) {
          // Outside of a transaction it is a warning only.
          await pglite.exec('rollback')
          throw cause
        }
      }),
    listen: async (channel, onNotification, onReconnect) => {
      const unlisten = await inTurn(() => pglite.listen(channel, onNotification))
      onReconnect()
      return { close: () => inTurn(() => unlisten()) }
    },
  }
}
