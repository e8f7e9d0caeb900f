import type { PlannedStatus } from './plans.ts'
import type { Sql } from '../database.ts'

/** One application that another open pull request touches as well. */
export interface Overlap {
  /** Id of the other pull request's row, and what is told of it. */
  readonly other: number
  readonly number: number
  readonly title: string
  readonly application: string
  readonly cluster: string
}

/** What two newest plans say of an application that both touch. */
export interface Touch extends Overlap {
  readonly mine: TouchedHow
  readonly theirs: TouchedHow
}

export interface TouchedHow {
  readonly status: PlannedStatus['kind']
  /** Once planned: whether anything changes. */
  readonly changes: boolean
}

export type OverlapKey = Pick<Overlap, 'other' | 'application' | 'cluster'>

/** Which open pull requests get in each other's way, as far as their comments were told. */
export interface Overlaps {
  /** Applications of a plan that the newest plan of another open pull request of its repository touches. */
  touches(of: { readonly pullRequest: number; readonly plan: number }): Promise<readonly Touch[]>
  /** As it was kept last. */
  of(pullRequest: number): Promise<readonly OverlapKey[]>
  /** Replaces what is kept between this one and all others, for both sides. */
  keep(pullRequest: number, overlaps: readonly OverlapKey[]): Promise<void>
  /** Somebody says that one pull request need not wait for others. */
  unlock(of: {
    readonly pullRequest: number
    readonly holder: number
    readonly person: string
  }): Promise<void>
  /** Those that a pull request need not wait for. */
  unlocked(pullRequest: number): Promise<readonly number[]>
  /** A pull request has ended: nobody waits for it, and should it come back, it is waited for again. */
  end(pullRequest: number): Promise<void>
}

export function overlapsIn(db: Sql): Overlaps {
  const forget = (pullRequest: number) =>
    db
      .deleteFrom('overlaps')
      .where(it => it.or([it('pull_request', '=', pullRequest), it('other', '=', pullRequest)]))
      .execute()
  return {
    async touches({ pullRequest, plan }) {
      const rows = await db
        .selectFrom('planned_applications as mine')
        .innerJoin('planned_applications as theirs', it =>
          it
            .onRef('theirs.application', '=', 'mine.application')
            .onRef('theirs.cluster', '=', 'mine.cluster')
            .onRef('theirs.plan', '!=', 'mine.plan'),
        )
        .innerJoin('plans', 'plans.id', 'theirs.plan')
        .innerJoin('pull_requests as other', 'other.id', 'plans.pull_request')
        .innerJoin('pull_requests as self', it => it.on('self.id', '=', pullRequest))
        .where('mine.plan', '=', plan)
        .where('other.id', '!=', pullRequest)
        .whereRef('other.repository', '=', 'self.repository')
        .where('other.state', '=', 'open')
        .where(({ eb, selectFrom }) =>
          eb(
            'plans.id',
            '=',
            selectFrom('plans as newest')
              .select(it => it.fn.max('newest.id').as('id'))
              .whereRef('newest.pull_request', '=', 'other.id'),
          ),
        )
        .select([
          'other.id as other',
          'other.number',
          'other.title',
          'mine.application',
          'mine.cluster',
          'mine.status as mine_status',
          'mine.changes as mine_changes',
          'theirs.status as their_status',
          'theirs.changes as their_changes',
        ])
        .orderBy('other.number')
        .orderBy('mine.application')
        .orderBy('mine.cluster')
        .execute()
      return rows.map(({ other, number, title, application, cluster, ...how }) => ({
        other,
        number,
        title,
        application,
        cluster,
        mine: { status: how.mine_status, changes: how.mine_changes },
        theirs: { status: how.their_status, changes: how.their_changes },
      }))
    },
    async of(pullRequest) {
      return db
        .selectFrom('overlaps')
        .select(['other', 'application', 'cluster'])
        .where('pull_request', '=', pullRequest)
        .execute()
    },
    async keep(pullRequest, overlaps) {
      await forget(pullRequest)
      if (overlaps.length === 0) return
      const rows = overlaps.flatMap(({ other, application, cluster }) => [
        { pull_request: pullRequest, other, application, cluster },
        { pull_request: other, other: pullRequest, application, cluster },
      ])
      // The other side may be keeping the same at this moment.
      await db
        .insertInto('overlaps')
        .values(rows)
        .onConflict(it => it.doNothing())
        .execute()
    },
    async unlock({ pullRequest, holder, person }) {
      await db
        .insertInto('unlocks')
        .values({ pull_request: pullRequest, holder, person })
        .onConflict(it => it.doNothing())
        .execute()
    },
    async unlocked(pullRequest) {
      const rows = await db
        .selectFrom('unlocks')
        .select('holder')
        .where('pull_request', '=', pullRequest)
        .execute()
      return rows.map(it => it.holder)
    },
    async end(pullRequest) {
      await forget(pullRequest)
      await db
        .deleteFrom('unlocks')
        .where(it => it.or([it('pull_request', '=', pullRequest), it('holder', '=', pullRequest)]))
        .execute()
    },
  }
}
