import { hookTasks, hookWaves, type HookTask } from '../../../engine/hooks.ts'
import type { HookPhase, HookResult } from '../../../model/sync.ts'
import { ClusterError } from '../../cluster/cluster.ts'
import type { Journal } from '../../state/state.ts'
import { nameOf } from '../apply-object.ts'
import type { SyncContext } from '../context.ts'
import { throughOutages } from '../outage.ts'
import { failureOf, SyncFailure } from '../sync-failure.ts'
import type { SyncRun } from '../sync-run.ts'
import { awaitHook } from './await-hook.ts'
import { startHook } from './start-hook.ts'

/** The hooks of one sync, from its journal. */
export interface SyncHooks {
  readonly tasks: readonly HookTask[]
  waves(phase: HookPhase): readonly number[]
  /**
   * Runs what a phase has, wave after wave. A hook that has ended in this sync before is not run again, also not by another process.
   * Rejects with SyncFailure when one fails, once all of its wave have ended.
   */
  run(phase: HookPhase, limit: AbortSignal): Promise<void>
  /** The same of one wave. */
  runWave(phase: HookPhase, wave: number, limit: AbortSignal): Promise<void>
}

/** `journal` as it was written last: what hooks come to is written into it, and into `run.hooks`. */
export function hooksOf(context: SyncContext, journal: Journal, run: SyncRun): SyncHooks {
  const tasks = tasksOf(journal)
  const waves = (phase: HookPhase) => hookWaves(tasks, phase)

  async function runAll(due: readonly HookTask[], limit: AbortSignal): Promise<void> {
    const open = due.filter(task => resultFor(run.hooks, task) === null)
    if (open.length === 0) return
    const ends = await Promise.allSettled(open.map(task => runOne(context, { task, journal, run }, limit)))
    const failures = ends.flatMap(it => (it.status === 'rejected' ? [it.reason as unknown] : []))
    if (failures.length > 0) throw joined(failures)
    // Before anything of them is deleted: from here on nobody runs them again.
    const written: Journal = { ...journal, hooksRun: run.hooks }
    await throughOutages(() => context.state.writeJournal(written, limit), limit)
  }

  return {
    tasks,
    waves: phase => waves(phase).map(it => it.wave),
    async run(phase, limit) {
      for (const wave of waves(phase)) await runAll(wave.tasks, limit)
    },
    async runWave(phase, number, limit) {
      for (const { wave, tasks: due } of waves(phase)) if (wave === number) await runAll(due, limit)
    },
  }
}

export function tasksOf(journal: Journal): readonly HookTask[] {
  const { application, id, revision, hooks = [] } = journal
  return hookTasks(hooks, { application: application.name, syncId: id, revision })
}

/** How a hook has ended in this sync; null while it has not. */
export function resultFor(results: readonly HookResult[], task: HookTask): HookResult | null {
  return results.find(it => it.id === task.id && it.phase === task.phase) ?? null
}

interface OneHook {
  readonly task: HookTask
  readonly journal: Journal
  readonly run: SyncRun
}

async function runOne(context: SyncContext, one: OneHook, limit: AbortSignal): Promise<void> {
  const { task, journal, run } = one
  const { application } = journal
  const { cluster, limits } = context
  const { id, phase } = task
  const name = `${phase} hook ${nameOf(id)}`
  const say = (message: string) => run.onProgress({ step: 'hook', message: `${name}: ${message}` })
  const fail = (code: string, message: string, words: string): never => {
    run.hooks.push({ id, phase, outcome: 'failed', message })
    say(`failed: ${message}`)
    throw new SyncFailure(code, `the ${name} ${words}: ${message}`, [{ id, status: 'degraded', message }])
  }
  say('starting')
  try {
    const object = await startHook({ cluster, application: application.name, task }, limit)
    const end = await awaitHook(
      { cluster, application, object, patience: limits.patience, onProgress: say },
      limit,
    )
    if (end.outcome === 'failed') {
      const inTime = end.reason === 'failed'
      return fail(
        inTime ? 'hook-failed' : 'hook-not-in-time',
        end.message,
        inTime ? 'failed' : 'did not end in time',
      )
    }
    run.hooks.push({ id, phase, outcome: 'succeeded', message: '' })
    say('succeeded')
  } catch (error) {
    if (limit.aborted || !(error instanceof ClusterError)) throw error
    fail('hook-not-started', failureOf(error).message, 'could not be run')
  }
}

/** One error that tells of all. What is not a hook's failure goes first: a process that goes away, a sync that is cancelled. */
function joined(failures: readonly unknown[]): unknown {
  const own = failures.filter(it => it instanceof SyncFailure)
  const [first] = own
  if (!first || own.length < failures.length) return failures.find(it => !(it instanceof SyncFailure))
  if (own.length === 1) return first
  const message = own.map(it => it.message).join('; ')
  const health = own.flatMap(it => it.health)
  return new SyncFailure(first.code, message, health, { cause: first })
}
