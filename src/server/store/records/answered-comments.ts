import { sql } from 'kysely'
import type { Sql } from '../database.ts'

/** How a command went: done, under way (somebody else says how it ended), or a sentence that says why not. */
export type Outcome =
  /** `say`: what to reply with, Markdown. */
  | { readonly kind: 'done'; readonly say?: string }
  | { readonly kind: 'under-way' }
  | { readonly kind: 'no'; readonly why: string }

/**
 * Comments with a command that was carried out or refused, by the key of their repository and the forge's id: one comment is one command at
 * most, however often we hear of it, and an answer that failed on its way is given again.
 */
export interface AnsweredComments {
  /** Null when it was not answered yet, or too long ago. */
  of(
    repository: string,
    commentId: string,
  ): Promise<{ readonly outcome: Outcome; readonly isTold: boolean } | null>
  /** Once it is carried out or refused. Does nothing where an outcome is kept. */
  keep(repository: string, commentId: string, outcome: Outcome): Promise<void>
  /** Whoever asked was told. */
  told(repository: string, commentId: string): Promise<void>
  forgetOlderThan(days: number): Promise<void>
}

export function answeredCommentsIn(db: Sql): AnsweredComments {
  return {
    async of(repository, commentId) {
      const row = await db
        .selectFrom('answered_comments')
        .select(['outcome', 'is_told'])
        .where('repository', '=', repository)
        .where('comment_id', '=', commentId)
        .executeTakeFirst()
      return row ? { outcome: row.outcome as Outcome, isTold: row.is_told } : null
    },
    async keep(repository, commentId, outcome) {
      await db
        .insertInto('answered_comments')
        .values({ repository, comment_id: commentId, outcome: JSON.stringify(outcome) })
        .onConflict(it => it.columns(['repository', 'comment_id']).doNothing())
        .execute()
    },
    async told(repository, commentId) {
      await db
        .updateTable('answered_comments')
        .set({ is_told: true })
        .where('repository', '=', repository)
        .where('comment_id', '=', commentId)
        .execute()
    },
    async forgetOlderThan(days) {
      await db
        .deleteFrom('answered_comments')
        .where('answered_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
        .execute()
    },
  }
}
