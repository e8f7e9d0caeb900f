import { sql } from 'kysely'
import type { Database, Sql } from '../database.ts'

export type SentCommentKind = Database['sent_comments']['kind']

/** A comment of ours on a pull request, as it was last sent. */
export interface SentComment {
  /** The forge's; null while nobody knows whether it was created: whoever began was not told. */
  readonly id: string | null
  /** SHA-256; null when it must be sent again whatever it says. */
  readonly contentHash: string | null
  /** RFC 3339; null before the first edit. Its creation is none. */
  readonly editedAt: string | null
}

/** Comments on pull requests as they were last sent, so that what is known is neither read nor sent again. */
export interface SentComments {
  /** Null when nobody ever began to create it. */
  of(pullRequest: number, kind: SentCommentKind): Promise<SentComment | null>
  /** Before it is created. False when somebody else began. */
  begin(pullRequest: number, kind: SentCommentKind): Promise<boolean>
  /** It never came to be: the forge refused it. */
  forget(pullRequest: number, kind: SentCommentKind): Promise<void>
  save(
    pullRequest: number,
    kind: SentCommentKind,
    sent: { readonly id: string; readonly contentHash: string; readonly editedAt: string | null },
  ): Promise<void>
  /**
   * Somebody else changed or deleted it. Returns the pull request that it is on, and for the how manieth time that is so, without an
   * hour of peace; null when it is none of ours, or was touched before and not put back yet.
   */
  touched(
    repository: string,
    id: string,
  ): Promise<{ readonly pullRequest: number; readonly times: number } | null>
}

const anHourAgo = sql<Date>`now() - interval '1 hour'`

export function sentCommentsIn(db: Sql): SentComments {
  return {
    async of(pullRequest, kind) {
      const row = await db
        .selectFrom('sent_comments')
        .selectAll()
        .where('pull_request', '=', pullRequest)
        .where('kind', '=', kind)
        .executeTakeFirst()
      if (!row) return null
      return {
        id: row.forge_id,
        contentHash: row.content_hash,
        editedAt: row.edited_at?.toISOString() ?? null,
      }
    },
    async begin(pullRequest, kind) {
      const added = await db
        .insertInto('sent_comments')
        .values({ pull_request: pullRequest, kind })
        .onConflict(it => it.columns(['pull_request', 'kind']).doNothing())
        .returning('kind')
        .executeTakeFirst()
      return added !== undefined
    },
    async forget(pullRequest, kind) {
      await db
        .deleteFrom('sent_comments')
        .where('pull_request', '=', pullRequest)
        .where('kind', '=', kind)
        .where('forge_id', 'is', null)
        .execute()
    },
    async save(pullRequest, kind, { id, contentHash, editedAt }) {
      const facts = { forge_id: id, content_hash: contentHash, edited_at: editedAt }
      await db
        .insertInto('sent_comments')
        .values({ pull_request: pullRequest, kind, ...facts })
        .onConflict(it => it.columns(['pull_request', 'kind']).doUpdateSet(facts))
        .execute()
    },
    async touched(repository, id) {
      const row = await db
        .updateTable('sent_comments')
        .set({
          content_hash: null,
          touched_times: sql<number>`case when touched_at > ${anHourAgo} then touched_times + 1 else 1 end`,
          touched_at: sql<Date>`now()`,
        })
        .where('forge_id', '=', id)
        .where(it =>
          it.or([
            it('content_hash', 'is not', null),
            it('touched_at', 'is', null),
            // Whoever was to put it back did not.
            it('touched_at', '<', anHourAgo),
          ]),
        )
        .where('pull_request', 'in', it =>
          it.selectFrom('pull_requests').select('id').where('repository', '=', repository),
        )
        .returning(['pull_request', 'touched_times'])
        .executeTakeFirst()
      return row ? { pullRequest: row.pull_request, times: row.touched_times } : null
    },
  }
}
