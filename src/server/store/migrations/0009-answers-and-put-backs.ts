import { type Kysely, sql } from 'kysely'

export async function answersAndPutBacks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('answered_comments')
    .addColumn('repository', 'text', it => it.notNull().references('repositories.key'))
    // The forge's.
    .addColumn('comment_id', 'text', it => it.notNull())
    .addColumn('outcome', 'json', it => it.notNull())
    // Whoever asked was told.
    .addColumn('is_told', 'boolean', it => it.notNull().defaultTo(false))
    .addColumn('answered_at', 'timestamptz', it => it.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint('one_answer_of_a_comment', ['repository', 'comment_id'])
    .execute()
  await db.schema
    .alterTable('sent_comments')
    .addColumn('touched_at', 'timestamptz')
    .addColumn('touched_times', 'integer', it => it.notNull().defaultTo(0))
    .execute()
}
