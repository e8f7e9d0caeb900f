import { type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { SyncResult } from '../../model/sync.ts'
import { driftOf } from '../../engine/drift.ts'
import { applyOrder } from '../../engine/order.ts'
import { readLive } from '../plan/read-live.ts'
import { applyObject } from './apply-object.ts'
import type { SyncContext } from './context.ts'
import { inParallel } from './in-parallel.ts'
import { failureOf, SyncFailure, throwIfHandedOver } from './sync-failure.ts'
import { loggable, resultOf, type SyncRun } from './sync-run.ts'
import { within } from './time-limit.ts'
import { turnOf } from './turn.ts'

/**
 * Applies the last synced state of what drifted again: see Syncer.restore. In its turn: what another process is just syncing is not drift.
 * Rejects only with HandOver.
 */
export async function restore(
  context: SyncContext,
  { name, ids }: { readonly name: string; readonly ids: readonly ObjectId[] },
  asked: AbortSignal,
): Promise<SyncResult> {
  const { state } = context
  const turn = turnOf(context, name, asked)
  const { signal } = turn
  let run: SyncRun = {
    application: name,
    revision: null,
    startedAt: context.clock().toISOString(),
    plan: null,
    applied: [],
    pruned: [],
    left: [],
    hooks: [],
    secrets: [],
    onProgress: () => undefined,
  }
  try {
    await turn.take(holder =>
      context.logger.info({ application: name, holder }, 'waiting for whoever syncs the application'),
    )
    const managed = await state.get(name, signal)
    const lastSynced = await state.loadRevision(name, 'latest', signal)
    if (!managed || !lastSynced) {
      throw new SyncFailure('not-synced', `the application ${name} was never synced to this cluster`)
    }
    run = { ...run, revision: managed.status.revision, secrets: lastSynced }
    const { application } = managed
    const cluster = context.tenancy.clusterFor(context.home, managed)
    const wanted = lastSynced
      .map(object => ({ id: objectIdOf(object), object, source: null }))
      .filter(it => ids.length === 0 || ids.includes(it.id))
    const drift = driftOf({
      desired: wanted,
      live: await readLive(
        {
          cluster,
          application: name,
          wanted: new Map(wanted.map(it => [it.id, it.object.apiVersion])),
        },
        signal,
      ),
      application,
      redactionKey: await state.redactionKey(signal),
    })
    const drifted = new Set(drift.map(change => change.id))
    const seconds = application.syncPolicy.timeoutSeconds
    await within(seconds * 1000, signal, async limit => {
      for (const { objects } of applyOrder(wanted.filter(it => drifted.has(it.id)))) {
        // In order and one by one: there are few, and a Namespace comes before what is in it.
        await inParallel(objects, 1, async ({ id, object }) => {
          await applyObject(cluster, { object, application }, limit)
          run.applied.push(id)
        })
      }
    })
    return resultOf(context, run, { outcome: 'synced' })
  } catch (error) {
    throwIfHandedOver(asked)
    const failure = failureOf(error)
    context.logger.warn(
      { ...loggable(run, error), application: name },
      'drifted objects could not be put back',
    )
    return resultOf(context, run, { outcome: 'failed', error: failure })
  } finally {
    await turn.release()
  }
}
