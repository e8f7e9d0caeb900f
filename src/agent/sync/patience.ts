import type { ObjectId } from '../../model/identity.ts'
import type { Patience } from './context.ts'

/** Something that is wrong right now and may yet pass. */
export interface Trouble {
  readonly id: ObjectId
  /** What is wrong with it; a pod's name is part of it, so that each pod has its own time. */
  readonly key: string
  readonly kind: 'stuck' | 'crash' | 'degraded'
  /** Of the pod's containers; 0 where there are none. */
  readonly restarts: number
  /** For people, in the cluster's own words. */
  readonly message: string
}

export interface Verdict {
  /** Troubles that have lasted too long: the sync has failed. */
  readonly lost: readonly Trouble[]
  /** Milliseconds until one of the others will have lasted too long; null when there is none. */
  readonly lookAgainMs: number | null
}

/**
 * Judges troubles by how long each has lasted without a break; call it whenever anything changed, with all that is wrong at
 * that moment. A pod restarted as often as `restarts` allows is lost at once.
 */
export function createJudge(patience: Patience): (troubles: readonly Trouble[], nowMs: number) => Verdict {
  let since = new Map<string, number>()
  const allowed = { stuck: patience.stuckMs, crash: patience.crashMs, degraded: patience.degradedMs }
  return (troubles, nowMs) => {
    since = new Map(troubles.map(it => [it.key, since.get(it.key) ?? nowMs]))
    const left = (it: Trouble) => allowed[it.kind] - (nowMs - (since.get(it.key) ?? nowMs))
    const isLost = (it: Trouble) => left(it) <= 0 || (it.kind === 'crash' && it.restarts >= patience.restarts)
    const lost = troubles.filter(isLost)
    const waits = troubles.filter(it => !isLost(it)).map(left)
    return { lost, lookAgainMs: waits.length > 0 ? Math.min(...waits) : null }
  }
}
