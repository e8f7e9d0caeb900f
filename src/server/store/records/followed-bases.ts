import type { Revision } from '../../../model/repository.ts'
import type { Sql } from '../database.ts'

/** How far branches were looked at for what their commits mean to the plans of open pull requests. */
export interface FollowedBases {
  /** Null when that never happened. */
  followed(repository: string, branch: string): Promise<Revision | null>
  setFollowed(repository: string, branch: string, revision: Revision): Promise<void>
}

export function followedBasesIn(db: Sql): FollowedBases {
  return {
    async followed(repository, branch) {
      const row = await db
        .selectFrom('followed_bases')
        .select('revision')
        .where('repository', '=', repository)
        .where('branch', '=', branch)
        .executeTakeFirst()
      return row?.revision ?? null
    },
    async setFollowed(repository, branch, revision) {
      await db
        .insertInto('followed_bases')
        .values({ repository, branch, revision })
        .onConflict(it => it.columns(['repository', 'branch']).doUpdateSet({ revision }))
        .execute()
    },
  }
}
