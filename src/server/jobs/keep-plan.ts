import { randomBytes, randomUUID } from 'node:crypto'
import { applicationKey } from '../../model/application.ts'
import type { PlanCommand } from '../../model/command.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { Affected } from '../../repository/affected-applications.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { Records } from '../store/store.ts'
import { inSeconds, type JobDeps } from './deps.ts'
import type { PlanDraft } from './draft-plan.ts'
import { neighboursAmong } from './neighbours.ts'
import { type KnownWorld, obstaclesOf } from './obstacles.ts'

interface Keeping {
  readonly draft: PlanDraft
  readonly world: KnownWorld
  readonly record: PullRequestRecord
  readonly ref: RepositoryRef
  readonly superseded: PlanRecord | null
  readonly because: string | null
  readonly shaken: number
  readonly traceId: string
}

/** The plan, its commands, the end of the commands before and the reports to come are kept together. */
export async function keepPlan(deps: JobDeps, records: Records, keeping: Keeping): Promise<void> {
  const { draft, world, record, ref, superseded, traceId } = keeping
  const stale = superseded?.applications.flatMap(it => it.commandId ?? []) ?? []
  await records.commands.withdraw(stale)
  const plan = await records.plans.add({
    pullRequest: record.id,
    head: record.head,
    base: record.base,
    baseRef: record.baseRef,
    because: keeping.because,
    shaken: keeping.shaken,
    problems: draft.problems,
    settings: draft.settings,
    awaitsMaintainer: draft.awaitsMaintainer,
    deadline: inSeconds(deps.clock, deps.patience.takePlan),
    page: randomBytes(24).toString('base64url'),
  })
  const asked = draft.affected.map(affected => {
    const problems = obstaclesOf(affected.application, world)
    return { affected, problems, commandId: problems.length === 0 ? randomUUID() : null }
  })
  await records.plans.addApplications(
    plan,
    asked.map(({ affected, problems, commandId }) => ({
      application: affected.application,
      removed: affected.removed,
      commandId,
      problems,
    })),
  )
  for (const { affected, commandId } of asked) {
    if (commandId === null) continue
    await records.commands.add({
      id: commandId,
      cluster: affected.application.destination.cluster,
      application: affected.application.name,
      command: planCommand(
        affected,
        asked.map(it => it.affected),
        ref,
        record,
      ),
      deadline: inSeconds(deps.clock, deps.patience.answerPlan),
      traceId,
      purpose: { kind: 'plan', plan, repository: record.repository, number: record.number },
    })
  }
  deps.logger.info(
    {
      traceId,
      pullRequest: record.number,
      head: record.head,
      applications: asked.map(it => applicationKey(it.affected.application)),
    },
    'a pull request is planned',
  )
  const isPending = asked.some(it => it.commandId !== null)
  await enqueueReport(deps, records, { ref, number: record.number, plan, traceId, isPending })
}

function planCommand(
  affected: Affected,
  all: readonly Affected[],
  repository: RepositoryRef,
  record: PullRequestRecord,
): PlanCommand {
  return {
    kind: 'plan',
    application: affected.application,
    removed: affected.removed,
    baseApplication: affected.baseApplication,
    repository,
    base: record.base,
    head: record.head,
    neighbours: neighboursAmong(all, affected.application),
  }
}

/** Has a plan told: now or when most agents will have answered, and once the time for that is over. */
export async function enqueueReport(
  deps: JobDeps,
  records: Records,
  about: {
    readonly ref: RepositoryRef
    readonly number: number
    readonly plan: number
    readonly traceId: string
    /** Agents were asked: mostly they answer before it is worth saying so. */
    readonly isPending?: boolean
  },
): Promise<void> {
  const { ref: repository, number, plan, traceId } = about
  const job = { kind: 'plan-progressed', repository, number, plan } as const
  const { quickPlan } = deps.patience
  const soon = about.isPending && quickPlan > 0 ? { afterSeconds: quickPlan } : {}
  await deps.queue.enqueue(records, { traceId, job: { ...job, isDue: false } }, soon)
  const afterSeconds = deps.patience.takePlan
  await deps.queue.enqueue(records, { traceId, job: { ...job, isDue: true } }, { afterSeconds })
}
