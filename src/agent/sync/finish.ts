import type { ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { SyncResult } from '../../model/sync.ts'
import { healthOf } from '../../engine/health.ts'
import type { Journal } from '../state/state.ts'
import { carryOut, type CarriedOut } from './carry-out.ts'
import { nameOf } from './apply-object.ts'
import type { SyncContext } from './context.ts'
import { lastEvents } from './last-events.ts'
import { isForbidden, lastLogs } from './last-logs.ts'
import { rollBack, type Defeat } from './roll-back.ts'
import { saveSynced, saveUnfinishedRemoval } from './save.ts'
import { type Failure, failureOf, SyncFailure, throwIfHandedOver } from './sync-failure.ts'
import { SyncCancelled } from './syncer.ts'
import { readSubjects } from './subjects.ts'
import { redactedHealth, resultOf, type SyncRun } from './sync-run.ts'
import { handOverOf, TimeIsUp, within } from './time-limit.ts'

export interface Finish {
  readonly run: SyncRun
  /** Milliseconds left of the application's timeout. */
  readonly timeLeftMs: number
  /** Objects that the sync leaves as they are, for their health. */
  readonly unchanged: ReadonlyMap<ObjectId, KubernetesObject>
}

/**
 * From a written journal to the end: carries it out, or puts everything back. Called for a fresh sync and for one that was
 * interrupted alike. Rejects only with HandOver.
 */
export async function finish(
  context: SyncContext,
  journal: Journal,
  { run, timeLeftMs, unchanged }: Finish,
  signal: AbortSignal,
): Promise<SyncResult> {
  let done: CarriedOut
  try {
    done = await within(timeLeftMs, signal, limit => carryOutInTime(context, journal, run, limit))
  } catch (error) {
    throwIfHandedOver(signal)
    const defeat = await defeatOf(context, error, signal)
    return rollBack(context, journal, { run, defeat }, signal)
  }
  const checks = journal.application.healthCheckExprs
  const all = redactedHealth(run, [
    ...done.health,
    ...run.left,
    ...[...unchanged].map(([id, object]) => ({ id, ...healthOf(object, { checks }) })),
  ])
  run.onProgress({ step: 'save', message: 'remembering what was synced' })
  // Done is done: whoever cancels it now has come too late, and gets the next turn.
  const handOver = handOverOf(signal)
  try {
    if (journal.removed && done.untouched.length > 0) {
      return await notGone(context, { journal, run }, handOver)
    }
    await saveSynced(context, journal, all, handOver)
  } catch (error) {
    throwIfHandedOver(signal)
    return notSaved(context, run, error)
  }
  return resultOf(context, run, { outcome: 'synced', health: all })
}

async function carryOutInTime(
  context: SyncContext,
  journal: Journal,
  run: SyncRun,
  limit: AbortSignal,
): Promise<CarriedOut> {
  try {
    return await carryOut(context, journal, run, limit)
  } catch (error) {
    if (!limit.aborted || error instanceof SyncFailure) throw error
    if (limit.reason instanceof SyncCancelled) {
      throw new SyncFailure(limit.reason.code, limit.reason.message)
    }
    if (!(limit.reason instanceof TimeIsUp)) throw new SyncFailure('cancelled', 'the sync was cancelled')
    const seconds = journal.application.syncPolicy.timeoutSeconds
    const last = error instanceof TimeIsUp && error.cause ? `: ${failureOf(error.cause).message}` : ''
    throw new SyncFailure('not-in-time', `the sync did not end within its ${seconds} seconds${last}`)
  }
}

/** Gathered before anything is put back, for the pods that know why go with it. */
async function defeatOf(context: SyncContext, error: unknown, signal: AbortSignal): Promise<Defeat> {
  const { cluster, logger } = context
  const failure = failureOf(error)
  if (failure.code === 'internal') logger.error({ err: error }, 'a sync met an unexpected error')
  const health = error instanceof SyncFailure ? error.health : []
  const untold = (what: string) => (readError: unknown) => {
    throwIfHandedOver(signal)
    if (!isForbidden(readError)) logger.warn({ err: readError, what }, 'part of a report could not be read')
    return []
  }
  const ids = health.filter(it => it.status !== 'healthy').map(it => it.id)
  return within(10_000, signal, async limit => {
    const subjects = await readSubjects(cluster, ids, limit).catch(untold('what is not healthy'))
    const [events, logs] = await Promise.all([
      lastEvents(cluster, subjects, limit).catch(untold('last events')),
      lastLogs(cluster, subjects, untold('last lines'), limit),
    ])
    return { failure, health, events, logs }
  })
}

/** An application that goes, and cannot yet: deletes are not taken back, and what is left of it is not forgotten. */
async function notGone(
  context: SyncContext,
  { journal, run }: { readonly journal: Journal; readonly run: SyncRun },
  signal: AbortSignal,
): Promise<SyncResult> {
  const [first] = run.left
  const error = {
    code: 'not-gone-in-time',
    message: `the application is not gone yet: ${first ? `${nameOf(first.id)} ${first.message}` : 'its time was up'}; sync it again once that is settled`,
  }
  await saveUnfinishedRemoval(context, journal, error, signal)
  return resultOf(context, run, { outcome: 'failed', health: run.left, error })
}

/** Everything is applied and healthy, only not remembered: the journal stays and is carried out again, which changes nothing. */
function notSaved(context: SyncContext, run: SyncRun, error: unknown): SyncResult {
  const failure: Failure = {
    code: 'not-saved',
    message: `everything is applied and healthy, but could not be remembered; tried again at the next sync or restart: ${failureOf(error).message}`,
  }
  context.logger.error({ err: error, application: run.application }, 'a complete sync could not be saved')
  return resultOf(context, run, { outcome: 'failed', error: failure })
}
