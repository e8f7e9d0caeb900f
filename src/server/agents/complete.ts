import { Code, ConnectError } from '@connectrpc/connect'
import type { AgentCommand, CommandResult } from '../../model/command.ts'
import type { Queue } from '../queue/queue.ts'
import { notify } from '../store/notifications.ts'
import { type CommandRecord, commandsHint } from '../store/records/commands.ts'
import type { Records, Store } from '../store/store.ts'
import { tellOfChange, watchPlan } from './watch-plan.ts'

/**
 * Keeps an agent's answer, together with the job that reads it. A second answer, or one that nobody wants any more, changes nothing.
 * Rejects with ConnectError when the answer does not belong to the command.
 */
export async function complete(
  deps: { readonly store: Store; readonly queue: Queue },
  record: CommandRecord,
  result: CommandResult,
): Promise<void> {
  checkBelongs(record, result)
  await deps.store.transaction(async records => {
    if (!(await records.commands.answer(record.id, result))) return
    await keep(records, record, result)
    // There is room for one more.
    if (result.kind === 'plan') await notify(records.sql, commandsHint(record.cluster))
    if (result.kind === 'watch') return tellOfChange(deps.queue, records, { record, result: result.result })
    if (result.kind === 'plan') await watchPlan(records, record, result)
    const job = await jobFor(records, record)
    if (job && (await isWorthTelling(records, record)))
      await deps.queue.enqueue(records, { traceId: record.traceId, job })
  })
}

/** An agent speaks for its own cluster, and about what it was asked. */
function checkBelongs({ command, cluster, application }: CommandRecord, result: CommandResult): void {
  const said = subjectOf(result)
  if (
    result.kind !== command.kind ||
    (said !== null && (said.cluster !== cluster || said.application !== nameIn(command, application)))
  ) {
    throw new ConnectError('the answer is about something else than the command', Code.InvalidArgument)
  }
}

function subjectOf(result: CommandResult): { readonly application: string; readonly cluster: string } | null {
  if (result.kind !== 'plan') return result.result
  return result.outcome.kind === 'planned' ? result.outcome.plan : null
}

function nameIn(command: AgentCommand, application: string): string {
  return command.kind === 'revert' || command.kind === 'rollback' ? application : command.application.name
}

async function keep(records: Records, { id, purpose }: CommandRecord, result: CommandResult): Promise<void> {
  if (purpose.kind === 'plan' && result.kind === 'plan') {
    await records.plans.settle(purpose.plan, id, result.outcome)
  }
  if (purpose.kind === 'sync' && result.kind === 'sync') {
    await records.syncs.finish(purpose.sync, result.result)
  }
}

/** Of a plan's answers the first is told, and the last; what comes in between is told together. */
async function isWorthTelling({ planReports }: Records, { purpose }: CommandRecord): Promise<boolean> {
  if (purpose.kind !== 'plan' || (await planReports.pending(purpose.plan)) === 0) return true
  return planReports.ask(purpose.plan, new Date().toISOString())
}

async function jobFor(records: Records, { id, purpose }: CommandRecord) {
  switch (purpose.kind) {
    case 'plan': {
      const repository = await records.repositories.byKey(purpose.repository)
      if (!repository) return null
      const { number, plan } = purpose
      return { kind: 'plan-progressed', repository, number, plan, isDue: false } as const
    }
    case 'watch':
      return null
    case 'sync': {
      const sync = await records.syncs.byId(purpose.sync)
      const repository = sync && (await records.repositories.byKey(sync.repository))
      if (!sync || !repository) return null
      return { kind: 'sync-progressed', repository, number: sync.pullRequest, sync: sync.id } as const
    }
    case 'revert': {
      const repository = await records.repositories.byKey(purpose.repository)
      if (!repository) return null
      return { kind: 'reverted', repository, number: purpose.number, command: id } as const
    }
    case 'adopt': {
      const repository = await records.repositories.byKey(purpose.repository)
      if (!repository) return null
      return { kind: 'adopted', repository, number: purpose.number, command: id } as const
    }
    case 'rollback': {
      const repository = await records.repositories.byKey(purpose.repository)
      if (!repository) return null
      return { kind: 'rolled-back', repository, number: purpose.number, command: id } as const
    }
  }
}
