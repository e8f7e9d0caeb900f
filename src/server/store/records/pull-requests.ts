import { type Selectable, sql } from 'kysely'
import type { PullRequest } from '../../../forge/forge.ts'
import type { Revision } from '../../../model/repository.ts'
import type { Database, Sql } from '../database.ts'

export interface PullRequestRecord extends Omit<PullRequest, 'draft' | 'state'> {
  readonly id: number
  /** `queued`: no pull request, but a group of them that the forge is about to merge as one. Its number is below zero. */
  readonly state: PullRequest['state'] | 'queued'
  /** Key of its repository. */
  readonly repository: string
  /** The forge's id of the comment that shows the plan. */
  readonly commentId: string | null
  /** The forge's id of the comment that shows what the merge did. */
  readonly resultCommentId: string | null
  /** The head of a fork that a maintainer asked to plan. */
  readonly permittedHead: Revision | null
  /** When we first knew of its head; RFC 3339. */
  readonly headSeenAt: string
  /** Unguessable part of the address of its newest plan. */
  readonly page: string
}

/** Pull requests as last read from their forge. */
export interface PullRequests {
  save(
    repository: string,
    pullRequest: Omit<PullRequest, 'state'> & Pick<PullRequestRecord, 'state'>,
  ): Promise<PullRequestRecord>
  numbered(repository: string, number: number): Promise<PullRequestRecord | null>
  byId(id: number): Promise<PullRequestRecord | null>
  /** Those whose merge made one of these commits. */
  mergedAmong(repository: string, revisions: readonly Revision[]): Promise<readonly PullRequestRecord[]>
  /** Open ones with this head, wherever they go. */
  openAt(repository: string, head: Revision): Promise<readonly PullRequestRecord[]>
  /** Merged ones with this head. */
  mergedAt(repository: string, head: Revision): Promise<readonly PullRequestRecord[]>
  /** Open ones that go into this branch. */
  openInto(repository: string, branch: string): Promise<readonly PullRequestRecord[]>
  /** Numbers of those that are open as far as we know. */
  openNumbers(repository: string): Promise<readonly number[]>
  /** Whether any pull request goes into this branch. */
  anyInto(repository: string, branch: string): Promise<boolean>
  setCommentId(id: number, commentId: string): Promise<void>
  setResultCommentId(id: number, commentId: string): Promise<void>
  permitHead(id: number, head: Revision): Promise<void>
  /** Until the transaction ends nobody else decides about it. */
  hold(id: number): Promise<void>
}

export function pullRequestsIn(db: Sql): PullRequests {
  const set = async (
    id: number,
    change: Partial<Pick<Row, 'comment_id' | 'result_comment_id' | 'permitted_head'>>,
  ) => {
    await db.updateTable('pull_requests').set(change).where('id', '=', id).execute()
  }
  const allWith = async (
    state: 'open' | 'merged',
    repository: string,
    column: 'head' | 'base_ref',
    value: string,
  ) => {
    const rows = await db
      .selectFrom('pull_requests')
      .selectAll()
      .where('repository', '=', repository)
      .where(column, '=', value)
      .where('state', '=', state)
      .orderBy('number')
      .execute()
    return rows.map(recordFrom)
  }
  return {
    async save(repository, it) {
      const facts = {
        title: it.title,
        author: it.author,
        state: it.state,
        head: it.head,
        base_ref: it.baseRef,
        base: it.base,
        from_fork: it.fromFork,
        merge_revision: it.mergeRevision,
        url: it.url,
      }
      const row = await db
        .insertInto('pull_requests')
        .values({ repository, number: it.number, ...facts })
        .onConflict(conflict =>
          conflict.columns(['repository', 'number']).doUpdateSet({
            ...facts,
            head_seen_at: sql`case when pull_requests.head = excluded.head then pull_requests.head_seen_at else now() end`,
            // Merged into another branch, the same head is another change.
            permitted_head: sql`case when pull_requests.base_ref = excluded.base_ref then pull_requests.permitted_head end`,
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow()
      return recordFrom(row)
    },
    async numbered(repository, number) {
      const row = await db
        .selectFrom('pull_requests')
        .selectAll()
        .where('repository', '=', repository)
        .where('number', '=', number)
        .executeTakeFirst()
      return row ? recordFrom(row) : null
    },
    async byId(id) {
      const row = await db.selectFrom('pull_requests').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordFrom(row) : null
    },
    async mergedAmong(repository, revisions) {
      if (revisions.length === 0) return []
      const rows = await db
        .selectFrom('pull_requests')
        .selectAll()
        .where('repository', '=', repository)
        .where('state', '=', 'merged')
        .where('merge_revision', 'in', revisions)
        .orderBy('number')
        .execute()
      return rows.map(recordFrom)
    },
    openAt: (repository, head) => allWith('open', repository, 'head', head),
    mergedAt: (repository, head) => allWith('merged', repository, 'head', head),
    openInto: (repository, branch) => allWith('open', repository, 'base_ref', branch),
    async openNumbers(repository) {
      const rows = await db
        .selectFrom('pull_requests')
        .select('number')
        .where('repository', '=', repository)
        .where('state', '=', 'open')
        .orderBy('number')
        .execute()
      return rows.map(it => it.number).filter(it => it > 0)
    },
    async anyInto(repository, branch) {
      const row = await db
        .selectFrom('pull_requests')
        .select('id')
        .where('repository', '=', repository)
        .where('base_ref', '=', branch)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    setCommentId: (id, commentId) => set(id, { comment_id: commentId }),
    setResultCommentId: (id, commentId) => set(id, { result_comment_id: commentId }),
    permitHead: (id, head) => set(id, { permitted_head: head }),
    async hold(id) {
      await db.selectFrom('pull_requests').select('id').where('id', '=', id).forUpdate().execute()
    },
  }
}

type Row = Selectable<Database['pull_requests']>

function recordFrom(row: Row): PullRequestRecord {
  return {
    id: row.id,
    repository: row.repository,
    number: row.number,
    title: row.title,
    author: row.author,
    state: row.state,
    head: row.head,
    baseRef: row.base_ref,
    base: row.base,
    fromFork: row.from_fork,
    mergeRevision: row.merge_revision,
    url: row.url,
    commentId: row.comment_id,
    resultCommentId: row.result_comment_id,
    permittedHead: row.permitted_head,
    headSeenAt: row.head_seen_at.toISOString(),
    page: row.page,
  }
}
