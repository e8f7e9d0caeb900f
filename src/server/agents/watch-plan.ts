import type { CommandResult, PlanCommand } from '../../model/command.ts'
import { describeIdentity, parseIdentity } from '../../model/identity.ts'
import type { WatchResult } from '../../model/watch.ts'
import { changedInCluster, restOf } from '../jobs/rest-of-plan.ts'
import type { Queue } from '../queue/queue.ts'
import { type CommandRecord, watchIdOf } from '../store/records/commands.ts'
import type { Records } from '../store/store.ts'

/** For so long an agent watches the objects of one plan. Whoever comes back to a pull request after that has it planned again. */
const watchDays = 30

/** Has the agent that made a plan tell when what it depends on is something else. Merge groups are too short-lived for it. */
export async function watchPlan(
  records: Records,
  record: CommandRecord,
  { observed = [] }: Extract<CommandResult, { readonly kind: 'plan' }>,
): Promise<void> {
  const { purpose, command } = record
  if (purpose.kind !== 'plan' || command.kind !== 'plan' || purpose.number < 0) return
  if (observed.length === 0 || !(await records.plans.standing(purpose.plan, record.id))) return
  const { application, repository }: PlanCommand = command
  await records.commands.add({
    id: watchIdOf(record.id),
    cluster: record.cluster,
    application: record.application,
    command: {
      kind: 'watch',
      application,
      repository,
      subject: `${purpose.repository}#${purpose.number}`,
      objects: observed,
    },
    deadline: new Date(Date.now() + watchDays * 24 * 3600 * 1000).toISOString(),
    traceId: record.traceId,
    purpose: { ...purpose, kind: 'watch', command: record.id },
  })
}

/** An object of an open plan changed: the plan is made again, soon or when the last one has had its time. */
export async function tellOfChange(
  queue: Queue,
  records: Records,
  { record, result }: { readonly record: CommandRecord; readonly result: WatchResult },
): Promise<void> {
  const { purpose, traceId } = record
  const [first] = result.changed
  if (purpose.kind !== 'watch' || !first) return
  const plan = await records.plans.standing(purpose.plan, purpose.command)
  const repository = await records.repositories.byKey(purpose.repository)
  if (!plan || !repository) return
  const { number } = purpose
  const names = result.changed.map(it => describeIdentity(parseIdentity(it.id)))
  const how = { changed: 'changed in', appeared: 'appeared in', went: 'went from' }[first.how]
  const why = changedInCluster(names, how)
  const job = { kind: 'plan-outdated', repository, number, plan: purpose.plan, why } as const
  await queue.enqueue(records, { traceId, job }, { afterSeconds: restOf(plan, new Date()) })
}
