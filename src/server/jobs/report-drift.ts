import type { DriftReport } from '../../model/drift.ts'
import { recordOf } from '../../model/heal-history.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { settleDrift } from './settle-drift.ts'

/** Keeps what an agent says of an application's drift, the newest observation only, and has its issue follow. */
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
  if (known.drift && Date.parse(known.drift.observedAt) > Date.parse(report.observedAt)) return
  const isConverged = report.drifted.length === 0 && report.fight === null
  const since = isConverged ? null : (known.driftSince ?? report.observedAt)
  await deps.store.applications.noteDrift(name, report, since)
  await settleDrift(deps, name, context)
}
