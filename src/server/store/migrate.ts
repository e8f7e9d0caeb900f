import { type Kysely, type Migration, Migrator } from 'kysely'
import type { Database } from './database.ts'
import { firstLight } from './migrations/0001-first-light.ts'
import { driftIssues } from './migrations/0002-drift-issues.ts'
import { applicationPages } from './migrations/0003-application-pages.ts'

/** In order of their names. A migration that was released is never edited. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-first-light': { up: firstLight },
  '0002-drift-issues': { up: driftIssues },
  '0003-application-pages': { up: applicationPages },
}

/** Brings the schema to what this version needs. Safe with several servers starting at once. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed = results?.find(it => it.status === 'Error')?.migrationName ?? 'the first one'
  throw new Error(`could not bring the database to this version: migration ${failed} failed`, {
    cause: error,
  })
}
