import { hookDeletePolicies, hookOwnerOf, type HookTask, isHook, isOfTask } from '../../../engine/hooks.ts'
import { cleansItselfUp, runsToAnEnd } from '../../../engine/hook-verdict.ts'
import { applicationOf } from '../../../engine/ownership.ts'
import { hookFinalizer } from '../../../model/fields.ts'
import { describeIdentity, identityOf } from '../../../model/identity.ts'
import type { KubernetesObject } from '../../../model/object.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { awaitGone, deleteExactly } from '../delete-exactly.ts'
import { persistently } from '../outage.ts'
import { readLive } from '../read-live.ts'
import { SyncFailure } from '../sync-failure.ts'
import { release } from './release.ts'

export interface StartHook {
  readonly cluster: Cluster
  readonly application: string
  readonly task: HookTask
}

/**
 * Creates a hook's object, once in a sync: one that this sync has created before is found again, whatever became of the process
 * that did. What an earlier sync left is dealt with as the delete policy says. Rejects with SyncFailure or ClusterError.
 */
export async function startHook(request: StartHook, limit: AbortSignal): Promise<KubernetesObject> {
  const { cluster, task } = request
  const object = cleansItselfUp(task.object) ? held(task.object) : task.object
  return persistently(async () => {
    const live = await readLive(cluster, identityOf(object), limit)
    if (!live) return create(cluster, object, limit)
    if (isOfTask(live, task)) return live
    if (live.metadata.deletionTimestamp) {
      await release(cluster, live, limit)
      await awaitGone(cluster, live, limit)
      return create(cluster, object, limit)
    }
    refuseForeign(live, request)
    if (hookDeletePolicies(object).has('BeforeHookCreation')) {
      await deleteHook(cluster, live, limit)
      return create(cluster, object, limit)
    }
    if (runsToAnEnd(live)) throw leftOver(live)
    return cluster.apply(object, { dryRun: false }, writeSignal(limit))
  }, limit)
}

/** With all that it runs, so that two of them are never at work at once. */
export async function deleteHook(
  cluster: Cluster,
  live: KubernetesObject,
  limit: AbortSignal,
): Promise<void> {
  const freed = await release(cluster, live, limit)
  await deleteExactly(cluster, freed, limit, 'Foreground')
  await awaitGone(cluster, freed, limit)
}

/** So that it stays until it was seen how it ended. */
function held(object: KubernetesObject): KubernetesObject {
  const finalizers = [...(object.metadata.finalizers ?? []), hookFinalizer]
  return { ...object, metadata: { ...object.metadata, finalizers } }
}

function create(cluster: Cluster, object: KubernetesObject, limit: AbortSignal): Promise<KubernetesObject> {
  return cluster.create(object, writeSignal(limit))
}

/** A write that has been sent is not cut off with the sync: nobody would know whether the hook runs. */
function writeSignal(limit: AbortSignal): AbortSignal {
  limit.throwIfAborted()
  return AbortSignal.timeout(60_000)
}

/** Somebody may have made it between the plan and now. */
function refuseForeign(live: KubernetesObject, { application }: StartHook): void {
  const owner = hookOwnerOf(live) ?? applicationOf(live)
  if (owner === application || (owner === null && isHook(live))) return
  const whose = owner === null ? 'is no hook' : `belongs to the application ${owner}`
  const name = describeIdentity(identityOf(live))
  throw new SyncFailure('hook-name-taken', `${name} is in the way of the hook of its name: it ${whose}`)
}

function leftOver(live: KubernetesObject): SyncFailure {
  const name = describeIdentity(identityOf(live))
  return new SyncFailure(
    'hook-left-over',
    `${name} is still there from before, and its delete policy keeps it: delete it, or add BeforeHookCreation to argocd.argoproj.io/hook-delete-policy`,
  )
}
