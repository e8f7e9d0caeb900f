import { objectIdOf, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { SyncResult } from '../../model/sync.ts'
import { readLive } from '../plan/read-live.ts'
import type { Journal } from '../state/state.ts'
import type { SyncContext } from './context.ts'
import { finish } from './finish.ts'
import { changedIds } from './journal-entry.ts'
import { rollBack } from './roll-back.ts'
import { throwIfHandedOver } from './sync-failure.ts'
import type { SyncRun } from './sync-run.ts'

/**
 * Carries on with an interrupted sync: forward while it was applying (everything it does is idempotent, and its timeout goes
 * on from its beginning), back once it had begun to roll back. Rejects only with HandOver.
 */
export async function resume(
  context: SyncContext,
  journal: Journal,
  signal: AbortSignal,
): Promise<SyncResult> {
  const run: SyncRun = {
    application: journal.application.name,
    revision: journal.revision,
    startedAt: journal.startedAt,
    plan: null,
    applied: [],
    pruned: [],
    left: [],
    hooks: [...(journal.hooksRun ?? [])],
    secrets: [...journal.desired, ...(journal.hooks ?? []), ...journal.previous, ...journal.before],
    onProgress: () => undefined,
  }
  const fields = { application: run.application, revision: run.revision, journal: journal.id }
  if (journal.phase === 'rolling-back') {
    context.logger.warn(fields, 'an interrupted rollback is carried on')
    const failure = journal.failure ?? { code: 'interrupted', message: 'the sync was interrupted' }
    return rollBack(context, journal, { run, defeat: { failure, health: [], events: [] } }, signal)
  }
  context.logger.warn(fields, 'an interrupted sync is carried on')
  const passedMs = context.clock().getTime() - Date.parse(journal.startedAt)
  const leftMs = journal.application.syncPolicy.timeoutSeconds * 1000 - passedMs
  const timeLeftMs = Math.max(leftMs, context.limits.recoveryMs)
  const unchanged = await readUnchanged(context, journal, signal)
  return finish(context, journal, { run, timeLeftMs, unchanged }, signal)
}

/** For their health in the result only: that some cannot be read is no reason to stop. */
async function readUnchanged(
  { cluster, logger }: SyncContext,
  journal: Journal,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, KubernetesObject>> {
  const changed = changedIds(journal)
  const unchanged = journal.desired.map(object => [objectIdOf(object), object.apiVersion] as const)
  const wanted = new Map(unchanged.filter(([id]) => !changed.has(id)))
  try {
    const live = await readLive({ cluster, application: journal.application.name, wanted }, signal)
    return new Map(
      [...live].flatMap(([id, read]) => (read.kind === 'live' ? [[id, read.object] as const] : [])),
    )
  } catch (error) {
    throwIfHandedOver(signal)
    logger.warn({ err: error, application: journal.application.name }, 'unchanged objects could not be read')
    return new Map()
  }
}
