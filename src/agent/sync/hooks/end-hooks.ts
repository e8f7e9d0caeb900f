import { hookDeletePolicies, hookOwnerOf, type HookTask, isOfTask } from '../../../engine/hooks.ts'
import { cleansItselfUp, hookVerdict } from '../../../engine/hook-verdict.ts'
import { hookLabel } from '../../../model/fields.ts'
import { objectIdOf, parseIdentity } from '../../../model/identity.ts'
import type { KubernetesObject } from '../../../model/object.ts'
import type { HookPhase, HookResult } from '../../../model/sync.ts'
import type { Journal } from '../../state/state.ts'
import { nameOf } from '../apply-object.ts'
import type { SyncContext } from '../context.ts'
import { persistently } from '../outage.ts'
import { readLive } from '../read-live.ts'
import { release } from './release.ts'
import { resultFor, tasksOf } from './run-hooks.ts'
import { deleteHook } from './start-hook.ts'

/**
 * Deletes the objects of hooks that have ended as their delete policies say, and lets go of those that clean themselves up. Idempotent.
 * One that cannot be deleted is told to the log, and fails nothing: rejects never, but does nothing once `limit` has aborted.
 */
export async function cleanUpHooks(
  context: SyncContext,
  { journal, results }: { readonly journal: Journal; readonly results: readonly HookResult[] },
  limit: AbortSignal,
): Promise<void> {
  const ended = tasksOf(journal).flatMap(task => {
    const result = resultFor(results, task)
    if (!result) return []
    const policy = result.outcome === 'succeeded' ? 'HookSucceeded' : 'HookFailed'
    const goes = hookDeletePolicies(task.object).has(policy)
    return goes || cleansItselfUp(task.object) ? [{ task, goes }] : []
  })
  await eachOf(context, ended, limit, async ({ task, goes }, live) => {
    if (!isOfTask(live, task)) return
    if (goes && !live.metadata.deletionTimestamp) await deleteHook(context.cluster, live, limit)
    else await release(context.cluster, live, limit)
  })
}

/**
 * Stops hooks of a failed sync that are still at work: they would go on beside the rollback, or after its end. Idempotent, and
 * rejects never.
 */
export async function stopHooks(
  context: SyncContext,
  { journal, phases }: { readonly journal: Journal; readonly phases: readonly HookPhase[] },
  limit: AbortSignal,
): Promise<void> {
  const tasks = tasksOf(journal).flatMap(task => (phases.includes(task.phase) ? [{ task }] : []))
  await eachOf(context, tasks, limit, async ({ task }, live) => {
    if (!isOfTask(live, task) || hookVerdict(live).kind !== 'running') return
    await deleteHook(context.cluster, live, limit)
  })
}

/** Deletes hooks that took the place of what a rollback is to put back. */
export async function clearTheWay(context: SyncContext, journal: Journal, limit: AbortSignal): Promise<void> {
  const wanted = new Set([...journal.previous, ...journal.before].map(objectIdOf))
  const inTheWay = tasksOf(journal).flatMap(task => (wanted.has(task.id) ? [{ task }] : []))
  await eachOf(context, inTheWay, limit, async ({ task }, live) => {
    if (isOfTask(live, task)) await deleteHook(context.cluster, live, limit)
  })
}

/** What hooks of earlier syncs have left of an application that goes; what this one runs is not theirs. */
export async function deleteLeftHooks(
  { cluster, logger }: SyncContext,
  journal: Journal,
  limit: AbortSignal,
): Promise<void> {
  const { name } = journal.application
  const own = tasksOf(journal)
  const discovery = await cluster.discover(limit)
  const places = Map.groupBy(
    journal.hooks ?? [],
    it => `${it.apiVersion} ${it.kind} ${it.metadata.namespace ?? ''}`,
  )
  for (const [first] of places.values()) {
    const resource = first && discovery.find(first.apiVersion, first.kind)
    if (!first || !resource) continue
    const { namespace } = first.metadata
    const where = { labelSelector: `${hookLabel}=${name}`, ...(namespace ? { namespace } : {}) }
    try {
      for (const live of await cluster.list(resource, where, limit)) {
        const isOwn = own.some(task => isOfTask(live, task))
        if (!isOwn && hookOwnerOf(live) === name) await deleteHook(cluster, live, limit)
      }
    } catch (error) {
      limit.throwIfAborted()
      logger.warn({ err: error, application: name, kind: first.kind }, 'old hooks could not be deleted')
    }
  }
}

async function eachOf<T extends { readonly task: HookTask }>(
  { cluster, logger }: SyncContext,
  items: readonly T[],
  limit: AbortSignal,
  work: (item: T, live: KubernetesObject) => Promise<void>,
): Promise<void> {
  for (const item of items) {
    if (limit.aborted) return
    const { id } = item.task
    try {
      await persistently(async () => {
        const live = await readLive(cluster, parseIdentity(id), limit)
        if (live) await work(item, live)
      }, limit)
    } catch (error) {
      logger.warn({ err: error, hook: nameOf(id) }, 'a hook could not be cleaned up')
    }
  }
}
