import type { PGlite } from '@electric-sql/pglite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { Turns } from './turns.ts'

/** Kysely on PGlite: PostgreSQL's SQL over one shared connection. Does not close `pglite`: its opener does. */
export function pgliteDialect(pglite: PGlite, turns: Turns): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createDriver: () => driver(pglite, turns),
  }
}

interface Connection extends DatabaseConnection {
  readonly giveBack: () => void
}

function driver(pglite: PGlite, turns: Turns): Driver {
  const say = async (connection: DatabaseConnection, sql: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(sql))
  }
  return {
    init: async () => {},
    acquireConnection: async (): Promise<Connection> => {
      const giveBack = await turns.take()
      return { executeQuery: query => execute(pglite, query), streamQuery: refuseToStream, giveBack }
    },
    releaseConnection: async connection => (connection as Connection).giveBack(),
    beginTransaction: (connection, settings) => {
      const level = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ''
      return say(connection, `begin${level}`)
    },
    commitTransaction: connection => say(connection, 'commit'),
    rollbackTransaction: connection => say(connection, 'rollback'),
    destroy: async () => {},
  }
}

async function execute<Row>(pglite: PGlite, query: CompiledQuery): Promise<QueryResult<Row>> {
  const result = await pglite.query<Row>(query.sql, [...query.parameters])
  const changed = result.affectedRows
  return { rows: result.rows, ...(changed === undefined ? {} : { numAffectedRows: BigInt(changed) }) }
}

function refuseToStream(): never {
  throw new Error('PGlite has one connection: read whole results instead of streaming them')
}
