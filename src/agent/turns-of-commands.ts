import type { SyncResult } from '../model/sync.ts'
import { SyncCancelled } from './sync/syncer.ts'

/** Null for what is not a commit's. */
type Wanted = { readonly kind: 'sync'; readonly revision: string } | { readonly kind: 'rollback' }

interface Running {
  readonly wanted: Wanted
  readonly controller: AbortController
  readonly ended: Promise<SyncResult>
}

/**
 * What is wanted of each application, in the order in which it was asked for: the newest commit. Older ones that have not begun are
 * skipped, and one that is under way is cancelled, which puts it back. Rollbacks are carried out, each after what came before it.
 */
export interface TurnsOfCommands {
  /** `work` gets a signal that aborts with SyncCancelled when a newer commit, or a rollback, is asked for. */
  sync(
    application: string,
    revision: string,
    work: (signal: AbortSignal) => Promise<SyncResult>,
    signal: AbortSignal,
  ): Promise<SyncResult>
  /** `work` runs once the syncs that this cancels have ended, and is told how those ended that it has cut short. */
  rollback(
    application: string,
    by: string | null,
    work: (cutShort: readonly SyncResult[]) => Promise<SyncResult>,
    signal: AbortSignal,
  ): Promise<SyncResult>
}

/** To be called in the order in which commands come: their turn is taken before the first await. */
export function createTurnsOfCommands(): TurnsOfCommands {
  const running = new Map<string, Set<Running>>()

  function take(
    application: string,
    wanted: Wanted,
    work: (signal: AbortSignal) => Promise<SyncResult>,
    signal: AbortSignal,
  ): Promise<SyncResult> {
    const controller = new AbortController()
    const ended = work(AbortSignal.any([signal, controller.signal]))
    const mine = { wanted, controller, ended }
    const all = running.get(application) ?? new Set()
    running.set(application, all.add(mine))
    const leave = () => {
      all.delete(mine)
      if (all.size === 0 && running.get(application) === all) running.delete(application)
    }
    ended.then(leave, leave)
    return ended
  }

  /** Those that were cancelled by this. */
  function cancel(
    application: string,
    reason: SyncCancelled,
    isUnwanted: (wanted: Wanted) => boolean,
  ): readonly Running[] {
    const unwanted = [...(running.get(application) ?? [])].filter(it => isUnwanted(it.wanted))
    for (const { controller } of unwanted) controller.abort(reason)
    return unwanted
  }

  return {
    sync(application, revision, work, signal) {
      const message = `a newer revision came: ${revision.slice(0, 7)}`
      cancel(
        application,
        new SyncCancelled('superseded', message),
        wanted => wanted.kind === 'sync' && wanted.revision !== revision,
      )
      return take(application, { kind: 'sync', revision }, work, signal)
    },

    rollback(application, by, work, signal) {
      const message = `${by ?? 'somebody'} asked for a rollback`
      const reason = new SyncCancelled('rollback-asked', message)
      const cancelled = cancel(application, reason, wanted => wanted.kind === 'sync')
      const before = [...(running.get(application) ?? [])].map(it => it.ended)
      return take(
        application,
        { kind: 'rollback' },
        async () => {
          await Promise.allSettled(before)
          const ends = await Promise.all(cancelled.map(it => it.ended))
          return work(ends.filter(it => it.error?.code === reason.code || it.outcome === 'failed'))
        },
        signal,
      )
    },
  }
}
