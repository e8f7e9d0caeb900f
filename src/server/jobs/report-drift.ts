import type { DriftReport } from '../../model/drift.ts'
import { recordOf } from '../../model/heal-history.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { outdateByDrift } from './outdate-by-drift.ts'
import { settleDrift } from './settle-drift.ts'

/**
 * Keeps what an agent says of an application's drift, and has its issue follow. The last that came counts, whatever the agent's
 * clock says: an agent sends one after the other, and the queue keeps their order.
 */
export async function reportDrift(
  deps: JobDeps,
  { report }: { readonly report: DriftReport },
  context: JobContext,
): Promise<void> {
  const name = { name: report.application, cluster: report.cluster }
  const known = await deps.store.applications.named(name)
  if (!known) {
    deps.logger.warn({ traceId: context.traceId, ...name }, 'drift of an unknown application was dropped')
    return
  }
  await deps.store.applications.noteHeals(name, report.healed.map(recordOf))
  // That nothing has changed is said with each session: what was seen, and when, stays.
  if (!isConverged(report) || !isConverged(known.drift)) {
    const since = isConverged(report) ? null : (known.driftSince ?? report.observedAt)
    await deps.store.applications.noteDrift(name, report, since)
  }
  await outdateByDrift(deps, { name, before: known.drift, report }, context)
  await settleDrift(deps, name, context)
}

function isConverged(report: DriftReport | null): boolean {
  return report === null || (report.drifted.length === 0 && report.fight === null)
}
