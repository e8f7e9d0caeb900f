import { type Selectable, sql } from 'kysely'
import type { AgentCommand, CommandResult } from '../../../model/command.ts'
import type { Database, Sql } from '../database.ts'
import { notify } from '../notifications.ts'

/** What a command's answer is for. */
export type CommandPurpose =
  | { readonly kind: 'plan'; readonly plan: number; readonly repository: string; readonly number: number }
  /** `command` is the one whose plan depends on what is watched. */
  | {
      readonly kind: 'watch'
      readonly plan: number
      readonly command: string
      readonly repository: string
      readonly number: number
    }
  | { readonly kind: 'sync'; readonly sync: number }
  | {
      readonly kind: 'revert'
      readonly repository: string
      /** The issue or pull request on which it was asked for, and the comment that asked. */
      readonly number: number
      readonly commentId: string
    }
  | {
      readonly kind: 'adopt'
      readonly repository: string
      readonly number: number
      readonly commentId: string
      /** That the pull request is to be merged into. */
      readonly branch: string
    }
  | {
      readonly kind: 'rollback'
      readonly repository: string
      readonly number: number
      readonly commentId: string
      /** Missing in records of versions that did not say. */
      readonly onPullRequest?: boolean
      /** Ids of all commands that the comment stands for: they are answered in one reply. */
      readonly together: readonly string[]
    }

export interface NewCommand {
  readonly id: string
  readonly cluster: string
  readonly application: string
  readonly command: AgentCommand
  /** RFC 3339. */
  readonly deadline: string
  readonly traceId: string
  readonly purpose: CommandPurpose
}

export interface CommandRecord extends NewCommand {
  readonly state: 'pending' | 'sent' | 'answered' | 'expired' | 'withdrawn'
  readonly result: CommandResult | null
  /** RFC 3339. */
  readonly createdAt: string
}

/** What agents are asked to do. A row outlives every connection. */
export interface Commands {
  /** Wakes the replica that holds the cluster's stream, once committed. */
  add(command: NewCommand): Promise<void>
  byId(id: string): Promise<CommandRecord | null>
  /** To be delivered to a cluster, oldest first: neither answered nor withdrawn nor past the deadline. */
  unanswered(cluster: string): Promise<readonly CommandRecord[]>
  /** The same, without what they say: a large pull request asks a thousand things at once. */
  waiting(cluster: string): Promise<readonly Pick<Selectable<Database['commands']>, 'id' | 'kind'>[]>
  markSent(id: string): Promise<void>
  /** False, and nothing changes, when it was answered before or is not wanted any more. An expired one is still taken. */
  answer(id: string, result: CommandResult): Promise<boolean>
  /** Those not answered yet are delivered no more, nor their watches; an answer that still comes is dropped. */
  withdraw(ids: readonly string[]): Promise<void>
  /** Plans of a repository that nobody can be told of any more. */
  withdrawPlansOf(repository: string): Promise<void>
  /** The same for one that was never sent. False when an agent may have it, and nothing changes. */
  withdrawUnsent(id: string): Promise<boolean>
  /** Those not answered yet were waited for in vain. Returns how many. */
  expire(ids: readonly string[]): Promise<number>
}

/** Open plans have a watch for each application. */
const mostAtOnce = 10_000

/** Id of the watch of what a plan command's answer depends on. */
export function watchIdOf(planCommand: string): string {
  return `watch-${planCommand}`
}

export const commandsHint = (cluster: string): string => `commands/${cluster}`

export function commandsIn(db: Sql): Commands {
  const end = async (ids: readonly string[], state: 'withdrawn' | 'expired'): Promise<number> => {
    if (ids.length === 0) return 0
    const { numUpdatedRows } = await db
      .updateTable('commands')
      .set({ state })
      .where('id', 'in', [...ids])
      .where('state', 'in', ['pending', 'sent'])
      .executeTakeFirst()
    return Number(numUpdatedRows)
  }
  const waiting = (cluster: string) =>
    db
      .selectFrom('commands')
      .where('cluster', '=', cluster)
      .where('state', 'in', ['pending', 'sent'])
      .where('deadline', '>', new Date())
      // Watches stay unanswered for long, and must not keep back what is waited for; nor may the plans of a large pull request.
      .orderBy(it => it('kind', '=', 'watch'))
      .orderBy(it => it('kind', '=', 'plan'))
      .orderBy('position')
      .limit(mostAtOnce)
  return {
    async add(command) {
      await db
        .insertInto('commands')
        .values({
          id: command.id,
          cluster: command.cluster,
          application: command.application,
          kind: command.command.kind,
          payload: JSON.stringify(command.command),
          deadline: command.deadline,
          state: 'pending',
          trace_id: command.traceId,
          purpose: JSON.stringify(command.purpose),
        })
        .onConflict(it => it.column('id').doNothing())
        .execute()
      await notify(db, commandsHint(command.cluster))
    },
    async byId(id) {
      const row = await db.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordFrom(row) : null
    },
    async unanswered(cluster) {
      return (await waiting(cluster).selectAll().execute()).map(recordFrom)
    },
    waiting: cluster => waiting(cluster).select(['id', 'kind']).execute(),
    async markSent(id) {
      await db
        .updateTable('commands')
        .set({ state: 'sent' })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .execute()
    },
    async answer(id, result) {
      const { numUpdatedRows } = await db
        .updateTable('commands')
        .set({ state: 'answered', result: JSON.stringify(result), answered_at: new Date() })
        .where('id', '=', id)
        .where('state', 'in', ['pending', 'sent', 'expired'])
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    withdraw: async ids => {
      await end([...ids, ...ids.map(watchIdOf)], 'withdrawn')
    },
    async withdrawPlansOf(repository) {
      await db
        .updateTable('commands')
        .set({ state: 'withdrawn' })
        .where('kind', '=', 'plan')
        .where('state', 'in', ['pending', 'sent'])
        .where(sql<string>`purpose->>'repository'`, '=', repository)
        .execute()
    },
    async withdrawUnsent(id) {
      const { numUpdatedRows } = await db
        .updateTable('commands')
        .set({ state: 'withdrawn' })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    expire: ids => end(ids, 'expired'),
  }
}

function recordFrom(row: Selectable<Database['commands']>): CommandRecord {
  return {
    id: row.id,
    cluster: row.cluster,
    application: row.application,
    command: row.payload as AgentCommand,
    deadline: row.deadline.toISOString(),
    traceId: row.trace_id,
    purpose: row.purpose as CommandPurpose,
    state: row.state,
    result: row.result as CommandResult | null,
    createdAt: row.created_at.toISOString(),
  }
}
