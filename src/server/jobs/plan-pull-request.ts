import { randomBytes, randomUUID } from 'node:crypto'
import type { ForgeEvent, ForgeRepository, PullRequest } from '../../forge/forge.ts'
import { applicationKey } from '../../model/application.ts'
import type { PlanCommand } from '../../model/command.ts'
import type { Problem } from '../../model/problem.ts'
import { shortRevision } from '../../model/phrase.ts'
import type { RepositoryRef, Revision } from '../../model/repository.ts'
import type { Affected } from '../../repository/affected-applications.ts'
import { readSettings } from '../../repository/settings.ts'
import { neighboursAmong } from './neighbours.ts'
import { numberOfGroup } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { Records } from '../store/store.ts'
import { inSeconds, type JobDeps } from './deps.ts'
import { endChecks } from './end-checks.ts'
import { readKnownWorld } from './known-world.ts'
import { type KnownWorld, obstaclesOf } from './obstacles.ts'
import { type ChangeReading, readChange } from './read-change.ts'

export interface PlanRequest {
  readonly repository: RepositoryRef
  readonly number: number
  /** Plan again what is planned already. */
  readonly again: boolean
  /** Why again, for people: Markdown, of code spans only. Missing: the plan before says what outdated it. */
  readonly because?: string
  /** Something happened in a cluster; see {@link PlanRecord.shaken}. */
  readonly isShaken?: boolean
}

/** Finds what a pull request's head touches and asks the agents for plans. The reports follow as jobs of their own. */
export async function planPullRequest(
  deps: JobDeps,
  request: PlanRequest,
  context: JobContext,
): Promise<void> {
  const { repository: ref, number, again } = request
  const forge = deps.forges.repository(ref)
  const pullRequest = await forge.pullRequest(number, context.signal)
  const key = await deps.store.repositories.save(ref)
  const record = await deps.store.pullRequests.save(key, pullRequest)
  if (pullRequest.state !== 'open') return
  const latest = await deps.store.plans.latest(record.id)
  if (!again && latest && isCurrent(latest, record)) {
    return enqueueReport(deps, deps.store, { ref, number, plan: latest.id, traceId: context.traceId })
  }
  if (latest && latest.head !== record.head) {
    await endChecks(deps, { plan: latest, pullRequest: record, ref, ended: 'pushed' }, context.signal)
  }
  const because = request.because ?? (latest && whyAgain(latest, record))
  const shaken = request.isShaken ? (latest?.shaken ?? 0) + 1 : 0
  await draftAndKeep(deps, { forge, pullRequest, record, latest, because, shaken }, context)
}

/** What is planned, and in the place of which plan. */
interface Planning extends Subject {
  readonly latest: PlanRecord | null
  readonly because: string | null
  readonly shaken: number
}

async function draftAndKeep(deps: JobDeps, planning: Planning, context: JobContext): Promise<void> {
  const { forge, record, latest: superseded, because, shaken } = planning
  const draft = await draftPlan(deps, planning, context.signal)
  await deps.store.transaction(async records => {
    const world = await readKnownWorld(records, record.repository)
    const { traceId } = context
    const about = { record, ref: forge.ref, superseded, because, shaken, traceId }
    await keepPlan(deps, records, { draft, world, ...about })
    // What came to the base while this was read was looked at without this plan.
    const { repository, baseRef: branch, base, number } = record
    const followed = await records.followedBases.followed(repository, branch)
    if (record.state !== 'open' || followed === null || followed === base) return
    const job = { kind: 'base-moved', repository: forge.ref, branch, number } as const
    const afterSeconds = deps.patience.baseMoves
    await deps.queue.enqueue(records, { traceId, job }, { afterSeconds })
  })
}

/** Plans the commit that a merge queue makes of the pull requests that it is about to merge. */
export async function planMergeGroup(
  deps: JobDeps,
  group: Extract<ForgeEvent, { readonly kind: 'merge-group' }>,
  context: JobContext,
): Promise<void> {
  const { repository: ref, head, headRef, base, baseRef } = group
  const forge = deps.forges.repository(ref)
  const key = await deps.store.repositories.save(ref)
  const facts = { number: numberOfGroup(head), title: headRef, author: '', url: '', mergeRevision: null }
  // Whoever put a fork's pull request into the queue is a maintainer.
  const subject = { ...facts, head, base, baseRef, fromFork: false, draft: false }
  const known = await deps.store.pullRequests.numbered(key, facts.number)
  if (known && known.state !== 'queued') return
  const record = await deps.store.pullRequests.save(key, { ...subject, state: 'queued' })
  const latest = await deps.store.plans.latest(record.id)
  if (latest) {
    const about = { ref, number: record.number, plan: latest.id, traceId: context.traceId }
    return enqueueReport(deps, deps.store, about)
  }
  const planning = { forge, pullRequest: subject, record, latest, because: null, shaken: 0 }
  await draftAndKeep(deps, planning, context)
}

function whyAgain(plan: PlanRecord, { head, base, baseRef }: PullRequestRecord): string | null {
  if (plan.head !== head) return null
  if (plan.baseRef !== null && plan.baseRef !== baseRef) return `it goes into ${codeSpan(baseRef)} now`
  if (plan.base !== base) return movedTo(baseRef, base)
  return plan.outdated
}

export function movedTo(branch: string, revision: Revision): string {
  return `${codeSpan(branch)} moved to ${shortRevision(revision)}`
}

function codeSpan(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}

function isCurrent(plan: PlanRecord, { head, base, baseRef, permittedHead }: PullRequestRecord): boolean {
  return (
    plan.outdated === null &&
    plan.head === head &&
    plan.base === base &&
    (plan.baseRef === null || plan.baseRef === baseRef) &&
    !(plan.awaitsMaintainer && permittedHead === head) &&
    plan.applications.every(it => it.status.kind !== 'offline')
  )
}

type PlanDraft = Pick<ChangeReading, 'affected' | 'problems'> &
  Pick<PlanRecord, 'settings' | 'awaitsMaintainer'>

interface Subject {
  readonly forge: ForgeRepository
  readonly pullRequest: Pick<PullRequest, 'head' | 'base' | 'baseRef' | 'fromFork'>
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
  readonly because: string | null
  readonly shaken: number
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

async function enqueueReport(
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
