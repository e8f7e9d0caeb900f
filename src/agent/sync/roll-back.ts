import type { ContainerLog, HookPhase, ObjectHealth, SyncResult } from '../../model/sync.ts'
import type { Journal } from '../state/state.ts'
import { awaitHealth } from './await-health.ts'
import { whenFailed } from './conditions.ts'
import type { SyncContext } from './context.ts'
import { saveRolledBack } from './save.ts'
import { cleanUpHooks, clearTheWay, stopHooks } from './hooks/end-hooks.ts'
import { hooksOf } from './hooks/run-hooks.ts'
import { type Failure, failureOf, mayPass, SyncFailure, throwIfHandedOver } from './sync-failure.ts'
import { loggable, redactedHealth, redactorOf, resultOf, type SyncRun } from './sync-run.ts'
import { handOverOf, within, withBackoff } from './time-limit.ts'
import { undo, type Undone } from './undo.ts'

export interface Defeat {
  readonly failure: Failure
  /** The objects at fault, and their last events. */
  readonly health: readonly ObjectHealth[]
  readonly events: readonly string[]
  /** What their containers printed last. */
  readonly logs?: readonly ContainerLog[]
}

const patient = { limit: 6, durationSeconds: 0.25, factor: 2, maxDurationSeconds: 10 }

/**
 * Puts back what a sync wrote and says so. When that fails the journal stays, for the next start or sync to try again, and
 * the result says loudly what could not be put back. Rejects only with HandOver.
 */
export async function rollBack(
  context: SyncContext,
  journal: Journal,
  { run, defeat }: { readonly run: SyncRun; readonly defeat: Defeat },
  signal: AbortSignal,
): Promise<SyncResult> {
  // Only a hand-over stops a rollback: a cancelled sync is put back too.
  const handOver = handOverOf(signal)
  const redact = redactorOf(run)
  const failure = { code: defeat.failure.code, message: redact(defeat.failure.message) }
  const { clusterName, limits, logger, state } = context
  const fields = { application: run.application, cluster: clusterName, revision: run.revision, failure }
  logger.warn(fields, 'a sync is rolled back')
  run.onProgress({ step: 'roll-back', message: failure.message })
  try {
    const undone = await within(limits.rollbackMs, handOver, async limit => {
      const written = writtenBack(journal, run, failure)
      await withBackoff(patient, mayPass, () => state.writeJournal(written, limit), limit)
      await stopHooks(context, { journal: written, phases: ofASync }, limit)
      await clearTheWay(context, written, limit)
      return undo(context, written, limit)
    })
    await afterFailure(context, writtenBack(journal, run, failure), run, handOver)
    const after = redactedHealth(run, await healthAfter(context, journal, undone, handOver))
    await saveRolledBack(context, journal, { failure, health: after }, handOver)
    logger.info({ ...fields, rolledBack: undone.ids }, 'a sync was rolled back')
    const health = [...defeat.health, ...after.filter(it => it.status !== 'healthy'), ...undone.kept]
    return resultOf(context, run, {
      outcome: 'rolled-back',
      rolledBack: undone.ids,
      health: unique(health),
      events: defeat.events,
      logs: defeat.logs ?? [],
      error: failure,
    })
  } catch (error) {
    throwIfHandedOver(signal)
    return giveUp(context, journal, { run, defeat: { ...defeat, failure }, error }, handOver)
  }
}

function writtenBack(journal: Journal, run: SyncRun, failure: Failure): Journal {
  return { ...journal, phase: 'rolling-back', failure, hooksRun: [...run.hooks] }
}

/** Phases of which a hook may still be at work when a sync fails. Those for the failure itself are only to come. */
const ofASync: readonly HookPhase[] = ['PreSync', 'Sync', 'PostSync', 'PreDelete', 'PostDelete']

/** Hooks for a sync that failed. What becomes of them is told, and changes nothing: all is put back by now. */
async function afterFailure(
  context: SyncContext,
  journal: Journal,
  run: SyncRun,
  handOver: AbortSignal,
): Promise<void> {
  const { application, failure } = journal
  const milliseconds = application.syncPolicy.timeoutSeconds * 1000
  const isFailure = failure !== null && !wanted.has(failure.code) && !journal.removed
  try {
    const hooks = hooksOf(context, journal, run)
    if (isFailure) await within(milliseconds, handOver, limit => hooks.run('SyncFail', limit))
  } catch (error) {
    if (handOver.aborted) throw handOver.reason
    context.logger.warn(
      { ...loggable(run, error), application: application.name },
      'a hook for a failed sync failed itself',
    )
  }
  await within(context.limits.rollbackMs, handOver, async limit => {
    await stopHooks(context, { journal, phases: ['SyncFail'] }, limit)
    await cleanUpHooks(context, { journal, results: run.hooks }, limit)
  })
}

/** Ends of a sync that somebody asked for: nothing went wrong. */
const wanted: ReadonlySet<string> = new Set(['cancelled', 'superseded', 'rollback-asked'])

/** What was put back should be healthy again; that it is not yet does not undo the rollback. */
async function healthAfter(
  { cluster, limits }: SyncContext,
  journal: Journal,
  undone: Undone,
  signal: AbortSignal,
): Promise<readonly ObjectHealth[]> {
  try {
    const request = {
      cluster,
      application: journal.application.name,
      checks: journal.application.healthCheckExprs,
      applied: undone.restored,
      patience: limits.patience,
      onProgress: () => undefined,
    }
    return await within(limits.rollbackHealthMs, signal, limit => awaitHealth(request, limit))
  } catch (error) {
    if (error instanceof SyncFailure) return error.health
    throw error
  }
}

async function giveUp(
  context: SyncContext,
  journal: Journal,
  { run, defeat, error }: { readonly run: SyncRun; readonly defeat: Defeat; readonly error: unknown },
  signal: AbortSignal,
): Promise<SyncResult> {
  const { logger, state } = context
  const { message } = failureOf(error)
  const failure: Failure = {
    code: 'rollback-failed',
    message: `${defeat.failure.message}. Putting it back failed as well and is tried again at the next sync or restart: ${message}`,
  }
  const fields = { application: run.application, cluster: context.clusterName, revision: run.revision }
  logger.error(
    { ...fields, ...loggable(run, error), journal: journal.id },
    'a rollback failed; its journal is kept',
  )
  const result = resultOf(context, run, {
    outcome: 'failed',
    health: defeat.health,
    events: defeat.events,
    logs: defeat.logs ?? [],
    error: failure,
  })
  try {
    // What the sync created is still there: it stays in the inventory, so that it cannot be forgotten.
    const inventory = [...new Set([...journal.previousInventory, ...journal.creates])]
    const conditions = whenFailed('RollbackFailed', result.error ?? failure)
    await state.saveStatus(
      run.application,
      { inventory, failedRevision: journal.revision, conditions },
      signal,
    )
  } catch (statusError) {
    logger.error({ ...fields, err: statusError }, 'the status of a failed rollback was not saved')
  }
  return result
}

function unique(health: readonly ObjectHealth[]): readonly ObjectHealth[] {
  return [...new Map(health.toReversed().map(it => [it.id, it])).values()].toReversed()
}
