import { type Expression, expressionBuilder, type SqlBool } from 'kysely'
import type { Database } from '../database.ts'

/** Of a row of `plans`: a newer plan of the same pull request took its place. */
export function isSuperseded(): Expression<SqlBool> {
  const { exists, selectFrom } = expressionBuilder<Database, 'plans'>()
  return exists(
    selectFrom('plans as newer')
      .select('newer.id')
      .whereRef('newer.pull_request', '=', 'plans.pull_request')
      .whereRef('newer.id', '>', 'plans.id'),
  )
}
