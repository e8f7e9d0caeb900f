import { sql } from 'kysely'
import type { Sql } from '../database.ts'
import { isSuperseded } from './superseded.ts'

/** How long is kept what nobody waits for any more; days. */
export interface RetentionDays {
  /** Plans in whose place a newer one of the same pull request came. */
  readonly supersededPlans: number
  /** The last plans of pull requests that are over. */
  readonly plansOfEnded: number
  /** Commands that were answered, withdrawn or given up on. */
  readonly commands: number
  /** Who pushed a commit that is no pull request's head. */
  readonly pushers: number
}

export interface Retention {
  /** Deletes what is older. Never the newest plan of an open pull request, a command that an agent may still take, nor who pushed a pull request's head. */
  forget(days: RetentionDays): Promise<void>
}

export function retentionIn(db: Sql): Retention {
  const daysAgo = (days: number) => sql<Date>`now() - make_interval(days => ${days})`
  return {
    async forget({ supersededPlans, plansOfEnded, commands, pushers }) {
      await db
        .deleteFrom('plans')
        .where('created_at', '<', daysAgo(supersededPlans))
        .where(isSuperseded())
        .execute()
      await db
        .deleteFrom('plans')
        .where('created_at', '<', daysAgo(plansOfEnded))
        .where('pull_request', 'in', ({ selectFrom }) =>
          selectFrom('pull_requests').select('id').where('state', '!=', 'open'),
        )
        .execute()
      await db
        .deleteFrom('commands')
        .where('created_at', '<', daysAgo(commands))
        .where('state', 'in', ['answered', 'withdrawn', 'expired'])
        .execute()
      await db
        .deleteFrom('pushers')
        .where('told_at', '<', daysAgo(pushers))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('pull_requests')
                .select('pull_requests.id')
                .whereRef('pull_requests.repository', '=', 'pushers.repository')
                .whereRef('pull_requests.head', '=', 'pushers.head'),
            ),
          ),
        )
        .execute()
    },
  }
}
