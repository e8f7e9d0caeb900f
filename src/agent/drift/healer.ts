import type { Heal } from '../../model/drift.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { Syncer } from '../sync/syncer.ts'
import type { DriftLogger, DriftTiming } from './drift-watcher.ts'
import { createHealPolicy, type Fight } from './heal-policy.ts'

/** Puts the drifted objects of one application back, no faster and no longer than the policy allows. */
export interface Healer {
  /** Heals what may be healed now. Resolves with what was tried. Rejects only when the signal aborts. */
  heal(drift: Iterable<Change>, signal: AbortSignal): Promise<readonly ObjectId[]>
  /** Heals that nobody was told of yet; telling takes them. */
  takeHealed(): readonly Heal[]
  /** Whether the object's drift is about to be put back, so that nobody need hear of it. */
  isPending(id: ObjectId): boolean
  converged(id: ObjectId): void
  readonly fight: Fight | null
  stop(): void
}

export interface HealerDependencies {
  readonly application: string
  readonly syncer: Pick<Syncer, 'restore'>
  readonly clock: () => Date
  readonly logger: DriftLogger
  readonly timing: DriftTiming
  /** A pause is over: these may be healed again. */
  readonly onReady: (ids: readonly ObjectId[]) => void
}

export function createHealer(dependencies: HealerDependencies): Healer {
  const { application, syncer, clock, logger, timing, onReady } = dependencies
  const policy = createHealPolicy(timing)
  const healed: Heal[] = []
  let waiting = new Set<ObjectId>()
  /** Drift that could not be put back the last time is told, although it is tried again. */
  const failed = new Set<ObjectId>()
  let timer: NodeJS.Timeout | null = null

  function wakeIn(milliseconds: number): void {
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => {
      timer = null
      onReady([...waiting])
    }, milliseconds)
  }

  return {
    async heal(drift, signal) {
      const nowMs = clock().getTime()
      const verdicts = [...drift].map(change => ({ change, verdict: policy.judge(change, nowMs) }))
      waiting = new Set(verdicts.filter(it => it.verdict.kind !== 'fight').map(it => it.change.id))
      const pauses = verdicts.flatMap(({ verdict }) =>
        verdict.kind === 'later' ? [verdict.milliseconds] : [],
      )
      if (pauses.length > 0) wakeIn(Math.min(...pauses))
      const ready = verdicts.filter(it => it.verdict.kind === 'now').map(it => it.change)
      if (ready.length === 0) return []

      const ids = ready.map(change => change.id)
      const result = await syncer.restore(application, ids, signal)
      if (result.outcome !== 'synced') {
        logger.warn({ application, ids, error: result.error }, 'drifted objects could not be healed')
      }
      const applied = new Set(result.applied)
      for (const change of ready) {
        const done = applied.has(change.id)
        if (done) {
          healed.push({ id: change.id, at: clock().toISOString(), change })
          failed.delete(change.id)
        } else if (result.outcome !== 'synced') failed.add(change.id)
        if (done || result.outcome !== 'synced') policy.tried(change, { atMs: nowMs, healed: done })
      }
      return ids
    },
    takeHealed: () => healed.splice(0),
    isPending: id => waiting.has(id) && !failed.has(id),
    converged(id) {
      policy.converged(id)
      waiting.delete(id)
      failed.delete(id)
    },
    get fight() {
      return policy.fight
    },
    stop() {
      if (timer) clearTimeout(timer)
    },
  }
}
