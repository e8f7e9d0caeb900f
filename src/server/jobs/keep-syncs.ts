import { applicationKey } from '../../model/application.ts'
import type { Problem } from '../../model/problem.ts'
import { nothingSynced, type SyncResult } from '../../model/sync.ts'
import type { Affected } from '../../repository/affected-applications.ts'
import { changesSomething } from '../report/counts.ts'
import type { NewSync, SyncRecord } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'
import { approvalsFor, approversOf } from './approvals.ts'
import type { JobDeps } from './deps.ts'
import { type KnownWorld, obstaclesOf } from './obstacles.ts'
import { awaitWindow, windowOf } from './open-window.ts'
import type { ChangeReading } from './read-change.ts'
import { startSync, supersedeOlder } from './start-sync.ts'
import type { Push } from './sync-branch.ts'
import { originOf, type Origins, reviewedPlan, stepsOf } from './sync-origins.ts'
import { isAutomated } from './syncs-by-itself.ts'

export interface Keeping {
  readonly push: Push
  readonly key: string
  readonly reading: ChangeReading
  readonly world: KnownWorld
  readonly origins: Origins
  readonly traceId: string
}

/** Remembers what the branch defines now, and what of it is to be synced. */
export async function keepSyncs(deps: JobDeps, records: Records, keeping: Keeping): Promise<void> {
  const { push, key, reading, world, traceId } = keeping
  const settings = reading.settingsAfter
  for (const application of reading.applications) {
    if (obstaclesOf(application, world).length > 0) continue
    await records.applications.define({ repository: key, application, settings, branch: push.branch })
  }
  // All of them first: each command names what changes with it.
  for (const affected of reading.affected) {
    const { id } = await records.syncs.add(newSync({ ...keeping, affected }))
    const steps = stepsOf(keeping.origins, affected)
    const numbered = steps.map(it => ({ ...it, pullRequest: it.pullRequest?.number ?? null }))
    await records.syncOrigins.add(id, numbered)
  }
  const syncs: SyncRecord[] = []
  for (const affected of reading.affected) syncs.push(await keepSync(deps, records, { ...keeping, affected }))
  deps.logger.info(
    {
      traceId,
      repository: push.repository.fullName,
      branch: push.branch,
      revision: push.after,
      applications: reading.affected.map(it => applicationKey(it.application)),
      problems: reading.problems.length,
    },
    'a push was read',
  )
  const [first] = syncs
  if (!first) return
  const { id: sync, pullRequest: number } = first
  const job = { kind: 'sync-progressed', repository: push.repository, number, sync } as const
  await deps.queue.enqueue(records, { traceId, job })
  // Once more when an agent should have taken it: else people are told that it is offline.
  await deps.queue.enqueue(records, { traceId, job }, { afterSeconds: deps.patience.takePlan })
}

async function keepSync(
  deps: JobDeps,
  records: Records,
  keeping: Keeping & { readonly affected: Affected },
): Promise<SyncRecord> {
  const { push, world, traceId } = keeping
  const { application } = keeping.affected
  const wanted = newSync(keeping)
  const sync = await records.syncs.add(wanted)
  if (sync.status === 'finished' || sync.commandId !== null) return sync
  const [obstacle] = obstaclesOf(application, world)
  // One of another repository's name says nothing about that one's.
  if (obstacle?.code !== 'application-taken') await supersedeOlder(records, sync)
  if (obstacle) await records.syncs.finish(sync.id, impossible(deps, keeping, obstacle))
  else if (wanted.status === 'pending') {
    const about = { sync, ref: push.repository, traceId }
    const window = windowOf(deps, keeping.reading.settingsInForce, application)
    if (window.isOpen) await startSync(deps, records, about)
    else await awaitWindow(deps, records, { ...about, until: window.until })
  }
  return sync
}

function newSync({
  push,
  key,
  reading,
  origins,
  affected,
}: Keeping & { readonly affected: Affected }): NewSync {
  const { application, removed } = affected
  const { cluster } = application.destination
  const origin = originOf(origins, affected)
  // Each merge is held to what counted for it.
  const settings = [reading.settingsInForce, ...stepsOf(origins, affected).map(it => it.settings)]
  const approvalsWanted = Math.max(...settings.map(it => approvalsFor(cluster, it)))
  const reviewed = reviewedPlan(origin, affected)
  const digest = reviewed?.changeDigest ?? null
  const people =
    digest === null
      ? []
      : approversOf(origin?.approvals ?? [], { application: application.name, cluster, digest })
  // What changes nothing needs nobody, and is held to that.
  const changes = reviewed === null || changesSomething(reviewed)
  const awaitsApproval = changes && people.length < approvalsWanted
  return {
    repository: key,
    application,
    branch: push.branch,
    revision: push.after,
    removed,
    reviewedDigest: digest,
    requireReviewed: settings.some(it => it.plan.requireReviewedPlan) || approvalsWanted > 0,
    pullRequest: origin?.pullRequest.number ?? null,
    approvalsWanted,
    awaitsApproval,
    status: isAutomated(application) && !awaitsApproval ? 'pending' : 'waiting',
  }
}

function impossible(
  deps: JobDeps,
  { push, affected }: { readonly push: Push; readonly affected: Affected },
  obstacle: Problem,
): SyncResult {
  const now = deps.clock().toISOString()
  return nothingSynced({
    application: affected.application.name,
    cluster: affected.application.destination.cluster,
    outcome: 'refused',
    revision: push.after,
    error: { code: obstacle.code, message: obstacle.message },
    startedAt: now,
    finishedAt: now,
  })
}
