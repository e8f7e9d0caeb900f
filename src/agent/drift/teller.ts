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
  /** Says the last once more, with nothing healed: the server may have lost it. Nothing before the first. */
  tellAgain(): void
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
  /** What was told last, and its key. The first is news even when calm: what was told in an earlier life may never have arrived. */
  let last: { readonly key: string; readonly report: DriftReport } | null = null

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
    tellAgain() {
      if (last) onReport(last.report)
    },
    async tell({ application, revision, saysDrifted }, { drifted, healed, fight }, signal) {
      const key = driftKey(drifted)
      const isNews = key !== last?.key
      if (isNews || healed.length > 0) {
        const report = {
          application: name,
          cluster: clusterName,
          namespace: application.destination.namespace,
          revision,
          drifted,
          healed,
          fight,
          observedAt: clock().toISOString(),
        }
        last = { key, report: { ...report, healed: [] } }
        onReport(report)
      }
      if (healed.length > 0) await keep('heals', () => saveHeals(healed, signal), signal)
      const drifts = drifted.length > 0
      if (saysDrifted === drifts && (!isNews || !drifts)) return drifts
      const isSaved = await keep('condition', () => saveCondition(drifted, signal), signal)
      return isSaved ? drifts : saysDrifted
    },
  }
}
