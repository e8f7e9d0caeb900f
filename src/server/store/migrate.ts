import { type Kysely, type Migration, Migrator } from 'kysely'
import type { Database } from './database.ts'
import { firstLight } from './migrations/0001-first-light.ts'
import { driftIssues } from './migrations/0002-drift-issues.ts'
import { stalePlans } from './migrations/0005-stale-plans.ts'
import { applicationPages } from './migrations/0003-application-pages.ts'
import { approvalsAndLocks } from './migrations/0004-approvals-and-locks.ts'
import { answersAndPutBacks } from './migrations/0009-answers-and-put-backs.ts'
import { goodCitizen } from './migrations/0007-good-citizen.ts'
import { pushers } from './migrations/0008-pushers.ts'
import { merges } from './migrations/0010-merges.ts'
import { planPages } from './migrations/0006-plan-pages.ts'

/** In order of their names. A migration that was released is never edited. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-first-light': { up: firstLight },
  '0002-drift-issues': { up: driftIssues },
  '0003-application-pages': { up: applicationPages },
  '0004-approvals-and-locks': { up: approvalsAndLocks },
  '0005-stale-plans': { up: stalePlans },
  '0006-plan-pages': { up: planPages },
  '0007-good-citizen': { up: goodCitizen },
  '0008-pushers': { up: pushers },
  '0009-answers-and-put-backs': { up: answersAndPutBacks },
  '0010-merges': { up: merges },
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
