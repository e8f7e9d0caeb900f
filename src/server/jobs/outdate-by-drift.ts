import type { DriftReport } from '../../model/drift.ts'
import { describeIdentity, type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { JobContext } from '../queue/queue.ts'
import type { ApplicationName } from '../store/records/applications.ts'
import type { JobDeps } from './deps.ts'
import { changedInCluster, restOf } from './rest-of-plan.ts'

/**
 * Has open plans of an application made again when its drift is not what it was: they show it, also of objects that they would leave
 * alone otherwise. Plans that looked at the cluster after that know it.
 */
export async function outdateByDrift(
  deps: JobDeps,
  it: {
    readonly name: ApplicationName
    readonly before: DriftReport | null
    readonly report: DriftReport
  },
  { traceId }: JobContext,
): Promise<void> {
  const { store, queue, clock } = deps
  const { name, before, report } = it
  const changed = changedBetween(before, report)
  if (changed.length === 0) return
  const why = changedInCluster(changed.map(id => describeIdentity(parseIdentity(id))))
  for (const { id, command } of await store.plans.openWith(name.name, name.cluster)) {
    const plan = await store.plans.byId(id)
    const shown = plan?.applications.find(of => of.commandId === command)?.status
    if (!plan || shown?.kind !== 'planned' || shown.plan.liveAt >= report.observedAt) continue
    const pullRequest = await store.pullRequests.byId(plan.pullRequest)
    const repository = pullRequest && (await store.repositories.byKey(pullRequest.repository))
    if (!pullRequest || !repository) continue
    const job = { kind: 'plan-outdated', repository, number: pullRequest.number, plan: id, why } as const
    await queue.enqueue(store, { traceId, job }, { afterSeconds: restOf(plan, clock()) })
  }
}

/** Objects whose drift began, ended or became another. */
export function changedBetween(before: DriftReport | null, after: DriftReport): readonly ObjectId[] {
  const old = drifts(before)
  const now = drifts(after)
  const ids = new Set([...now.keys(), ...old.keys()])
  return [...ids].filter(id => old.get(id) !== now.get(id))
}

function drifts(report: DriftReport | null): ReadonlyMap<ObjectId, string> {
  const entries = (report?.drifted ?? []).map(({ id, action, fields }) => {
    const values = fields.map(({ path, before, after }) => [path, before, after])
    return [id, JSON.stringify([action, values])] as const
  })
  return new Map(entries)
}
