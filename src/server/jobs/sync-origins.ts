import type { ForgeRepository } from '../../forge/forge.ts'
import { applicationKey } from '../../model/application.ts'
import type { Plan } from '../../model/plan.ts'
import type { Revision } from '../../model/repository.ts'
import type { Affected } from '../../repository/affected-applications.ts'
import type { ApprovalRecord } from '../store/records/approvals.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { Records } from '../store/store.ts'
import type { JobDeps } from './deps.ts'
import type { MergeStep } from './merge-steps.ts'

/** A merged pull request, and what was said of it. */
export interface Origin {
  readonly pullRequest: PullRequestRecord
  /** What its reviewers saw last; null when it was never planned. */
  readonly plan: PlanRecord | null
  readonly approvals: readonly ApprovalRecord[]
}

/** Where a push comes from. */
export interface Origins {
  /** Of its last commit. */
  readonly last: Origin | null
  /** Its merges, oldest first; empty when it is one. */
  readonly steps: readonly (MergeStep & { readonly origin: Origin | null })[]
}

/** The merged pull request that brought the last commit of a push. */
export async function lastPullRequest(
  deps: JobDeps,
  { forge, key, after }: { readonly forge: ForgeRepository; readonly key: string; readonly after: Revision },
  signal: AbortSignal,
): Promise<PullRequestRecord | null> {
  const merged = await forge.pullRequestsOf(after, signal)
  const found = merged.find(it => it.mergeRevision === after) ?? merged[0]
  if (found) return deps.store.pullRequests.save(key, found)
  return (await deps.store.pullRequests.mergedAmong(key, [after])).at(-1) ?? null
}

/** What is known of a push before anybody is held up by it. */
export interface Pushed {
  /** Of its last commit. */
  readonly last: PullRequestRecord | null
  readonly steps: readonly MergeStep[]
  /** What reviewers saw last, by the pull requests' ids. */
  readonly plans: ReadonlyMap<number, PlanRecord>
}

export async function readPlans(
  { store }: JobDeps,
  of: Omit<Pushed, 'plans'>,
): Promise<ReadonlyMap<number, PlanRecord>> {
  const plans = new Map<number, PlanRecord>()
  for (const { id, head } of pullRequestsOf(of)) {
    const plan = await store.plans.latest(id)
    if (plan?.head === head) plans.set(id, plan)
  }
  return plans
}

/** Each once, and in one order: two who hold several do not wait for each other. */
function pullRequestsOf({ last, steps }: Omit<Pushed, 'plans'>): readonly PullRequestRecord[] {
  const all = [last, ...steps.map(it => it.pullRequest)].filter(it => it !== null)
  return [...new Map(all.map(it => [it.id, it])).values()].toSorted((a, b) => a.id - b.id)
}

/** Nobody approves meanwhile: whoever does next finds what waits. */
export async function readOrigins(records: Records, of: Pushed): Promise<Origins> {
  const origins = new Map<number, Origin>()
  for (const pullRequest of pullRequestsOf(of)) {
    const { id } = pullRequest
    await records.pullRequests.hold(id)
    const approvals = await records.approvals.of(id)
    origins.set(id, { pullRequest, plan: of.plans.get(id) ?? null, approvals })
  }
  const origin = (it: PullRequestRecord | null) => (it && origins.get(it.id)) ?? null
  return {
    last: origin(of.last),
    steps: of.steps.map(it => ({ ...it, origin: origin(it.pullRequest) })),
  }
}

/** The merges that touched an application. */
export function stepsOf({ steps }: Origins, { application }: Affected): Origins['steps'] {
  const key = applicationKey(application)
  return steps.filter(it => it.touched.has(key))
}

/** The pull request that touched an application last: what it becomes is its sync. */
export function originOf(origins: Origins, affected: Affected): Origin | null {
  const steps = stepsOf(origins, affected)
  return steps.length === 0 ? origins.last : (steps.findLast(it => it.origin)?.origin ?? null)
}

export function reviewedPlan(origin: Origin | null, { application }: Affected): Plan | null {
  const key = applicationKey(application)
  const planned = origin?.plan?.applications.find(it => applicationKey(it.application) === key)
  return planned?.status.kind === 'planned' ? planned.status.plan : null
}
