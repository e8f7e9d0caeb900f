import { randomUUID } from 'node:crypto'
import type { RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { PlannedApplication, PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import { inSeconds, type JobDeps } from './deps.ts'

export interface PlanAgain {
  readonly plan: PlanRecord
  /** Of that plan; the others keep theirs. */
  readonly applications: readonly PlannedApplication[]
  readonly pullRequest: PullRequestRecord
  readonly ref: RepositoryRef
}

/** Asks the agents once more about some applications of a plan. False, and nothing is done, when no agent was ever asked about one of them. */
export async function planAgain(
  { store, queue, clock, patience }: JobDeps,
  { plan, applications, pullRequest, ref }: PlanAgain,
  { traceId }: JobContext,
): Promise<boolean> {
  return store.transaction(async records => {
    const asked = await Promise.all(applications.map(it => records.commands.byId(it.commandId ?? '')))
    const commands = asked.flatMap(it => (it?.command.kind === 'plan' ? [it] : []))
    if (commands.length < applications.length) return false
    await records.commands.withdraw(commands.map(it => it.id))
    const deadline = inSeconds(clock, patience.takePlan)
    for (const { id: before, cluster, application, command, purpose } of commands) {
      const id = randomUUID()
      await records.plans.askAgain(plan.id, { before, commandId: id, deadline })
      const answerBy = inSeconds(clock, patience.answerPlan)
      await records.commands.add({ id, cluster, application, command, deadline: answerBy, traceId, purpose })
    }
    const { number } = pullRequest
    const job = { kind: 'plan-progressed', repository: ref, number, plan: plan.id } as const
    await queue.enqueue(records, { traceId, job: { ...job, isDue: false } })
    const afterSeconds = patience.takePlan
    await queue.enqueue(records, { traceId, job: { ...job, isDue: true } }, { afterSeconds })
    return true
  })
}
