import type { Selectable } from 'kysely'
import type { Database, Sql } from '../database.ts'

export interface IssueRecord {
  /**
   * `drift/guestbook@dev`, `sync-failed/guestbook@dev/<revision>`, `cluster-silent/<repository>/dev`: also the key of the marker in
   * its body. `revert/<repository>/<number>`, `adopt/guestbook@dev` and `ignore/guestbook@dev`: a pull request.
   */
  readonly key: string
  readonly kind: 'drift' | 'sync-failed' | 'revert' | 'cluster-silent' | 'adopt' | 'ignore'
  /** Key of the repository. */
  readonly repository: string
  /** Empty where it is about the whole cluster. */
  readonly application: string
  readonly cluster: string
  /** Null until the forge has it. */
  readonly number: number | null
  readonly url: string | null
  readonly state: 'open' | 'closed'
  /** SHA-256 of the body as last sent. */
  readonly bodyHash: string | null
  /** RFC 3339. */
  readonly openedAt: string
  readonly closedAt: string | null
  /** Of issues that tell a state that changes. */
  readonly memory?: IssueMemory
}

/** What an issue says, fact by fact, as digests: of a drifted field its place and its values. */
export type Facts = Readonly<Record<string, string>>

export interface IssueMemory {
  /** What it said when it was last written. */
  readonly shown: Facts
  /** What whoever closed it accepted; null when nobody did. */
  readonly accepted: Facts | null
  /** When its text was last sent; RFC 3339. */
  readonly sentAt: string
  /** Counts its openings and closings. */
  readonly turns: number
  /** Labels that we gave it after it was opened, and take off again. */
  readonly labels: readonly string[]
}

/** Issues that were opened by us, and how they were left. */
export interface Issues {
  withKey(key: string): Promise<IssueRecord | null>
  numbered(repository: string, number: number): Promise<IssueRecord | null>
  openOf(application: string, cluster: string): Promise<readonly IssueRecord[]>
  /** Of these kinds: what is open, and what somebody closed to accept what it says. */
  followed(kinds: readonly IssueRecord['kind'][]): Promise<readonly IssueRecord[]>
  save(issue: IssueRecord): Promise<void>
}

export function issuesIn(db: Sql): Issues {
  return {
    async withKey(key) {
      const row = await db.selectFrom('issues').selectAll().where('key', '=', key).executeTakeFirst()
      return row ? recordFrom(row) : null
    },
    async numbered(repository, number) {
      const row = await db
        .selectFrom('issues')
        .selectAll()
        .where('repository', '=', repository)
        .where('number', '=', number)
        .executeTakeFirst()
      return row ? recordFrom(row) : null
    },
    async openOf(application, cluster) {
      const rows = await db
        .selectFrom('issues')
        .selectAll()
        .where('application', '=', application)
        .where('cluster', '=', cluster)
        .where('state', '=', 'open')
        .orderBy('opened_at')
        .execute()
      return rows.map(recordFrom)
    },
    async followed(kinds) {
      const rows = await db
        .selectFrom('issues')
        .selectAll()
        .where('kind', 'in', [...kinds])
        .where(it => it.or([it('state', '=', 'open'), it('memory', 'is not', null)]))
        .orderBy('key')
        .execute()
      return rows.map(recordFrom).filter(it => it.state === 'open' || it.memory?.accepted)
    },
    async save(issue) {
      const facts = {
        kind: issue.kind,
        repository: issue.repository,
        application: issue.application,
        cluster: issue.cluster,
        number: issue.number,
        url: issue.url,
        state: issue.state,
        body_hash: issue.bodyHash,
        opened_at: issue.openedAt,
        closed_at: issue.closedAt,
        memory: issue.memory ? JSON.stringify(issue.memory) : null,
      }
      await db
        .insertInto('issues')
        .values({ key: issue.key, ...facts })
        .onConflict(it => it.column('key').doUpdateSet(facts))
        .execute()
    },
  }
}

function recordFrom(row: Selectable<Database['issues']>): IssueRecord {
  return {
    key: row.key,
    kind: row.kind,
    repository: row.repository,
    application: row.application,
    cluster: row.cluster,
    number: row.number,
    url: row.url,
    state: row.state,
    bodyHash: row.body_hash,
    openedAt: row.opened_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    ...(row.memory === null ? {} : { memory: row.memory as IssueMemory }),
  }
}
