import { lead, type Leadership } from '../lease/lease.ts'
import type { SyncContext } from './context.ts'
import { HandOver } from './syncer.ts'

/**
 * The right to write one application, held by one process in the cluster at a time: an agent and people at their terminals may
 * sync the same one. Taken when there is something to write, so that a sync of what is unchanged writes nothing.
 */
export interface Turn {
  /** Aborts when `signal` does, and with HandOver when the turn was lost: somebody else may find the journal from then on. */
  readonly signal: AbortSignal
  readonly isMine: boolean
  /** It was ours, and could not be kept. */
  readonly isLost: boolean
  /** Waits until it is ours; says whether another one had to be waited for. Rejects with ClusterError, or as `signal` says. */
  take(onWaiting: (holder: string) => void): Promise<'free' | 'waited'>
  /** Idempotent. */
  release(): Promise<void>
}

export function turnOf(
  { home: cluster, clock, identity, limits, namespace, logger }: SyncContext,
  application: string,
  signal: AbortSignal,
): Turn {
  const lost = new AbortController()
  const either = AbortSignal.any([signal, lost.signal])
  let leadership: Leadership | null = null
  return {
    signal: either,
    get isMine() {
      return leadership !== null
    },
    get isLost() {
      return lost.signal.aborted
    },
    async take(onWaiting) {
      let waited = false
      leadership = await lead(
        {
          cluster,
          namespace,
          name: `sync.${application}`,
          identity,
          clock,
          durationSeconds: limits.turnSeconds,
          isDisposable: true,
          onWaiting: holder => {
            if (!waited) onWaiting(holder)
            waited = true
          },
        },
        signal,
      )
      leadership.lost.addEventListener('abort', () => lost.abort(new HandOver()))
      return waited ? 'waited' : 'free'
    },
    async release() {
      const held = leadership
      leadership = null
      try {
        await held?.release()
      } catch (error) {
        logger.warn({ err: error, application }, 'the turn was not given back; it ends by itself')
      }
    },
  }
}
