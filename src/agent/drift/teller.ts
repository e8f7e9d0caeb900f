import type { DriftReport, Heal } from '../../model/drift.ts'
import { withHeals } from '../../model/heal-history.ts'
import type { Change } from '../../model/plan.ts'
import type { Assignment } from './assignment.ts'
import { driftedCondition, driftKey } from './drift-condition.ts'
import type { DriftWatcherDependencies } from './drift-watcher.ts'

/** Tells of one application's drift what is news, and keeps it with the application in the cluster. */
export interface Teller {
  /** Resolves with what the application's condition says by now: that it drifts or not. Never rejects. */
  tell(current: Assignment, news: News, signal: AbortSignal): Promise<boolean>
  /** There is nothing to take back, so that the first calm is no news. */
  beginCalm(): void
}

export type News = Pick<DriftReport, 'drifted' | 'healed' | 'fight'>

export type TellerDependencies = Pick<
  DriftWatcherDependencies,
  'state' | 'clock' | 'clusterName' | 'logger' | 'onReport'
>

export function createTeller(
  name: string,
  { state, clock, clusterName, logger, onReport }: TellerDependencies,
): Teller {
  /** The key of what was told last; null before anything was. */
  let told: string | null = null

  /** What cannot be kept is told all the same. */
  async function keep(what: string, save: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
    try {
      await save()
      return true
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error, application: name, what }, 'drift could not be kept')
      return false
    }
  }

  async function saveHeals(healed: readonly Heal[], signal: AbortSignal): Promise<void> {
    const managed = await state.get(name, signal)
    if (managed) await state.saveStatus(name, { heals: withHeals(managed.status.heals, healed) }, signal)
  }

  function saveCondition(drifted: readonly Change[], signal: AbortSignal): Promise<void> {
    return state.saveStatus(name, { conditions: [driftedCondition(drifted)] }, signal)
  }

  return {
    beginCalm() {
      told = driftKey([])
    },
    async tell({ application, revision, saysDrifted }, { drifted, healed, fight }, signal) {
      const key = driftKey(drifted)
      const isNews = key !== told
      if (isNews || healed.length > 0) {
        told = key
        onReport({
          application: name,
          cluster: clusterName,
          namespace: application.destination.namespace,
          revision,
          drifted,
          healed,
          fight,
          observedAt: clock().toISOString(),
        })
      }
      if (healed.length > 0) await keep('heals', () => saveHeals(healed, signal), signal)
      const drifts = drifted.length > 0
      if (!isNews && saysDrifted === drifts) return drifts
      const isSaved = await keep('condition', () => saveCondition(drifted, signal), signal)
      return isSaved ? drifts : saysDrifted
    },
  }
}
