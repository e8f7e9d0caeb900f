import type { Selectable } from 'kysely'
import type { PullRequest } from '../../../forge/forge.ts'
import type { Revision } from '../../../model/repository.ts'
import type { Database, Sql } from '../database.ts'

export interface PullRequestRecord extends Omit<PullRequest, 'draft'> {
  readonly id: number
  /** Key of its repository. */
  readonly repository: string
  /** The forge's id of the comment that shows the plan. */
  readonly commentId: string | null
  /** The forge's id of the comment that shows what the merge did. */
  readonly resultCommentId: string | null
  /** The head of a fork that a maintainer asked to plan. */
  readonly permittedHead: Revision | null
}

/** Pull requests as last read from their forge. */
export interface PullRequests {
  save(repository: string, pullRequest: PullRequest): Promise<PullRequestRecord>
  numbered(repository: string, number: number): Promise<PullRequestRecord | null>
  byId(id: number): Promise<PullRequestRecord | null>
  mergedAs(repository: string, revision: Revision): Promise<PullRequestRecord | null>
  /** Whether any pull request goes into this branch. */
  anyInto(repository: string, branch: string): Promise<boolean>
  setCommentId(id: number, commentId: string): Promise<void>
  setResultCommentId(id: number, commentId: string): Promise<void>
  permitHead(id: number, head: Revision): Promise<void>
}

export function pullRequestsIn(db: Sql): PullRequests {
  const set = async (
    id: number,
    change: Partial<Pick<Row, 'comment_id' | 'result_comment_id' | 'permitted_head'>>,
  ) => {
    await db.updateTable('pull_requests').set(change).where('id', '=', id).execute()
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
        .onConflict(conflict => conflict.columns(['repository', 'number']).doUpdateSet(facts))
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
    async mergedAs(repository, revision) {
      const row = await db
        .selectFrom('pull_requests')
        .selectAll()
        .where('repository', '=', repository)
        .where('merge_revision', '=', revision)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row ? recordFrom(row) : null
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
  }
}
