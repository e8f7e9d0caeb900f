import type { ForgeEvent } from '../../forge/forge.ts'
import { shortRevision } from '../../model/phrase.ts'
import type { RepositoryRef, Revision } from '../../model/repository.ts'
import { numberOfGroup } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { JobDeps } from './deps.ts'
import { draftPlan, type Subject } from './draft-plan.ts'
import { endChecks } from './end-checks.ts'
import { enqueueReport, keepPlan } from './keep-plan.ts'
import { readKnownWorld } from './known-world.ts'

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
  // A number is only the beginning of a head: another group may have had it.
  if (known?.head === head && known.state !== 'queued') return
  const record = await deps.store.pullRequests.save(key, { ...subject, state: 'queued' })
  const latest = await deps.store.plans.latest(record.id)
  if (latest?.head === head) {
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
