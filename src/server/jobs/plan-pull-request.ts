import { randomBytes, randomUUID } from 'node:crypto'
import type { ForgeRepository, PullRequest } from '../../forge/forge.ts'
import { applicationKey } from '../../model/application.ts'
import type { PlanCommand } from '../../model/command.ts'
import type { Problem } from '../../model/problem.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { Affected } from '../../repository/affected-applications.ts'
import { readSettings } from '../../repository/settings.ts'
import { neighboursAmong } from './neighbours.ts'
import type { JobContext } from '../queue/queue.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { Records } from '../store/store.ts'
import { inSeconds, type JobDeps } from './deps.ts'
import { readKnownWorld } from './known-world.ts'
import { type KnownWorld, obstaclesOf } from './obstacles.ts'
import { type ChangeReading, readChange } from './read-change.ts'

export interface PlanRequest {
  readonly repository: RepositoryRef
  readonly number: number
  /** Plan again what is planned already. */
  readonly again: boolean
}

/** Finds what a pull request's head touches and asks the agents for plans. The reports follow as jobs of their own. */
export async function planPullRequest(
  deps: JobDeps,
  { repository: ref, number, again }: PlanRequest,
  context: JobContext,
): Promise<void> {
  const forge = deps.forges.repository(ref)
  const pullRequest = await forge.pullRequest(number, context.signal)
  const key = await deps.store.repositories.save(ref)
  const record = await deps.store.pullRequests.save(key, pullRequest)
  if (pullRequest.state !== 'open') return
  const latest = await deps.store.plans.latest(record.id)
  if (!again && latest && isCurrent(latest, record)) {
    return enqueueReport(deps, deps.store, { ref, number, plan: latest.id, traceId: context.traceId })
  }
  const draft = await draftPlan(deps, { forge, pullRequest, record }, context.signal)
  await deps.store.transaction(async records => {
    const world = await readKnownWorld(records, key)
    await keepPlan(deps, records, { draft, world, record, ref, superseded: latest, traceId: context.traceId })
  })
}

function isCurrent(plan: PlanRecord, { head, base, permittedHead }: PullRequestRecord): boolean {
  return (
    plan.head === head &&
    plan.base === base &&
    !(plan.awaitsMaintainer && permittedHead === head) &&
    plan.applications.every(it => it.status.kind !== 'offline')
  )
}

type PlanDraft = Pick<ChangeReading, 'affected' | 'problems'> &
  Pick<PlanRecord, 'settings' | 'awaitsMaintainer'>

interface Subject {
  readonly forge: ForgeRepository
  readonly pullRequest: PullRequest
  readonly record: PullRequestRecord
}

async function draftPlan(
  deps: JobDeps,
  { forge, pullRequest, record }: Subject,
  signal: AbortSignal,
): Promise<PlanDraft> {
  const { base, head, baseRef } = pullRequest
  const git = await deps.git.open(forge.ref.cloneUrl)
  await git.fetch([base, head], await forge.gitCredential(signal), signal)
  const { settings } = await readSettings(git, base, signal)
  const nothing = { settings, affected: [], problems: [], awaitsMaintainer: false }
  if (pullRequest.fromFork && settings.plan.forks === 'never') {
    return { ...nothing, problems: [forksAreNotPlanned] }
  }
  const merged = await git.merge(base, head, signal)
  if (merged.kind === 'conflict') return { ...nothing, problems: [conflict(baseRef, merged.files)] }
  const branch = { name: baseRef, isDefault: (await forge.defaultBranch(signal)) === baseRef }
  const reading = await readChange(
    { git, ref: forge.ref, before: base, after: merged.tree, branch },
    signal,
    deps.readings,
  )
  const draft = {
    settings: reading.settingsInForce,
    affected: reading.affected,
    problems: reading.problems,
    awaitsMaintainer: false,
  }
  const waits = pullRequest.fromFork && record.permittedHead !== head && reading.affected.length > 0
  return waits ? { ...draft, affected: [], awaitsMaintainer: true } : draft
}

const forksAreNotPlanned: Problem = {
  code: 'fork-not-planned',
  message: 'pull requests from forks are not planned in this repository',
  location: null,
  hint: 'push the branch to this repository to have it planned',
}

function conflict(baseRef: string, files: readonly string[]): Problem {
  const [first] = files
  const named = files.slice(0, 10).join(', ')
  return {
    code: 'merge-conflict',
    message: `this branch conflicts with ${baseRef}${named ? ` in ${named}` : ''}, so there is no merge result to plan`,
    location: first === undefined ? null : { file: first, line: null },
    hint: `merge or rebase onto ${baseRef}`,
  }
}

interface Keeping {
  readonly draft: PlanDraft
  readonly world: KnownWorld
  readonly record: PullRequestRecord
  readonly ref: RepositoryRef
  readonly superseded: PlanRecord | null
  readonly traceId: string
}

/** The plan, its commands, the end of the commands before and the reports to come are kept together. */
async function keepPlan(deps: JobDeps, records: Records, keeping: Keeping): Promise<void> {
  const { draft, world, record, ref, superseded, traceId } = keeping
  const stale = superseded?.applications.flatMap(it => it.commandId ?? []) ?? []
  await records.commands.withdraw(stale)
  const plan = await records.plans.add({
    pullRequest: record.id,
    head: record.head,
    base: record.base,
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
  await enqueueReport(deps, records, { ref, number: record.number, plan, traceId })
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

async function enqueueReport(
  deps: JobDeps,
  records: Records,
  about: {
    readonly ref: RepositoryRef
    readonly number: number
    readonly plan: number
    readonly traceId: string
  },
): Promise<void> {
  const { ref: repository, number, plan, traceId } = about
  const job = { kind: 'plan-progressed', repository, number, plan } as const
  await deps.queue.enqueue(records, { traceId, job: { ...job, isDue: false } })
  const afterSeconds = deps.patience.takePlan
  await deps.queue.enqueue(records, { traceId, job: { ...job, isDue: true } }, { afterSeconds })
}
