import type { RepositoryRef } from '../../model/repository.ts'
import type { OverlapView } from '../report/view.ts'
import type { Overlap, OverlapKey, Touch, TouchedHow } from '../store/records/overlaps.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { Records } from '../store/store.ts'
import type { JobDeps } from './deps.ts'

/**
 * What two pull requests change both. While one of them is planned again nobody knows, and what was told stays: a line that came and
 * went with each plan would be noise.
 */
export function overlapsAmong(touches: readonly Touch[], told: readonly OverlapKey[]): readonly Overlap[] {
  const before = new Set(told.map(keyOf))
  return touches.filter(touch => {
    const both = [changes(touch.mine), changes(touch.theirs)]
    return both.includes(false) ? false : both.includes(null) ? before.has(keyOf(touch)) : true
  })
}

/** Null: not known now. */
function changes({ status, changes: does }: TouchedHow): boolean | null {
  return status === 'planned' ? does : null
}

function keyOf({ other, application, cluster }: OverlapKey): string {
  return JSON.stringify([other, application, cluster])
}

/** The other pull requests whose comments say something else now. */
function affectedBy(before: readonly OverlapKey[], after: readonly OverlapKey[]): readonly number[] {
  const [old, current] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))]
  const moved = [...before.filter(it => !current.has(keyOf(it))), ...after.filter(it => !old.has(keyOf(it)))]
  return [...new Set(moved.map(it => it.other))]
}

/** With a hard lock the pull request with the lower number goes first. */
export function overlapViews(
  overlaps: readonly Overlap[],
  it: { readonly number: number; readonly isHard: boolean; readonly unlocked: readonly number[] },
): readonly OverlapView[] {
  return [...Map.groupBy(overlaps, ({ other }) => other)].flatMap(([other, shared]) => {
    const [first] = shared
    if (!first) return []
    const { number, title } = first
    const blocks = it.isHard && number < it.number && !it.unlocked.includes(other)
    const applications = shared.map(({ application, cluster }) => ({ application, cluster }))
    return [{ number, title, applications, blocks }]
  })
}

interface Subject {
  readonly plan: PlanRecord
  readonly pullRequest: PullRequestRecord
  readonly ref: RepositoryRef
  readonly traceId: string
}

/** Keeps what a pull request has in common with others, and has the others told whose comments say something else now. */
export async function keepOverlaps(
  deps: JobDeps,
  records: Records,
  { plan, pullRequest, ref, traceId }: Subject,
): Promise<readonly Overlap[]> {
  const told = await records.overlaps.of(pullRequest.id)
  const touches = await records.overlaps.touches({ pullRequest: pullRequest.id, plan: plan.id })
  const overlaps = overlapsAmong(touches, told)
  const others = affectedBy(told, overlaps)
  if (others.length > 0) {
    await records.overlaps.keep(pullRequest.id, overlaps)
    await tellAgain(deps, records, { others, ref, traceId })
  }
  return overlaps
}

/** A pull request has ended: the others need not mind it any more. Those of a merge are planned again, onto what it brought. */
export async function endOverlaps(
  deps: JobDeps,
  records: Records,
  { pullRequest, ref, traceId }: Omit<Subject, 'plan'>,
): Promise<void> {
  const others = [...new Set((await records.overlaps.of(pullRequest.id)).map(it => it.other))]
  await records.overlaps.end(pullRequest.id)
  if (pullRequest.state !== 'merged') return tellAgain(deps, records, { others, ref, traceId })
  for (const id of others) {
    const other = await records.pullRequests.byId(id)
    if (other?.state !== 'open') continue
    const job = { kind: 'pull-request-changed', repository: ref, number: other.number } as const
    await deps.queue.enqueue(records, { traceId, job })
  }
}

/** Has the newest plans of these pull requests shown once more; what is shown already is not sent. */
export async function tellAgain(
  deps: JobDeps,
  records: Records,
  it: { readonly others: readonly number[]; readonly ref: RepositoryRef; readonly traceId: string },
): Promise<void> {
  const { ref: repository, traceId } = it
  for (const other of it.others) {
    const pullRequest = await records.pullRequests.byId(other)
    const plan = pullRequest && (await records.plans.latest(other))
    if (!plan || pullRequest.state !== 'open') continue
    const { number } = pullRequest
    const job = { kind: 'plan-progressed', repository, number, plan: plan.id, isDue: false } as const
    await deps.queue.enqueue(records, { traceId, job })
  }
}
