import type { DriftReport } from '../../../src/model/drift.ts'
import type { AuditLog } from '../../../src/agent/drift/audit-log.ts'
import { createDriftWatcher } from '../../../src/agent/drift/create-drift-watcher.ts'
import type { DriftTiming } from '../../../src/agent/drift/drift-watcher.ts'
import type { Cluster } from '../../../src/agent/cluster/cluster.ts'
import { createState } from '../../../src/agent/state/create-state.ts'
import { silent, type SyncFixture } from '../sync/fixture.ts'

/** An agent's watch for drift, and all that it tells of one application. */
export interface Listener {
  readonly reports: readonly DriftReport[]
  /** The newest report, once it is as wanted; null before there was any. Rejects after `seconds`, with what there was. */
  until(wanted: (newest: DriftReport | null) => boolean, seconds?: number): Promise<DriftReport | null>
  /** Has everything compared. */
  refresh(): void
  stop(): void
}

export interface ListenTo {
  readonly application: string
  readonly cluster?: Cluster
  readonly timing?: Partial<DriftTiming>
  readonly auditLog?: AuditLog
}

export async function listen(
  fixture: SyncFixture,
  { application, cluster = fixture.plane.cluster, timing = {}, auditLog }: ListenTo,
): Promise<Listener> {
  const stop = new AbortController()
  const reports: DriftReport[] = []
  let heard = Promise.withResolvers<void>()
  const watcher = createDriftWatcher({
    cluster,
    state: createState(cluster, { namespace: fixture.stateNamespace }),
    syncer: fixture.syncer({}, cluster),
    clock: () => new Date(),
    clusterName: 'dev',
    namespace: fixture.stateNamespace,
    logger: silent,
    timing,
    ...(auditLog ? { auditLog } : {}),
    onReport(report) {
      if (report.application !== application) return
      reports.push(report)
      heard.resolve()
      heard = Promise.withResolvers()
    },
  })
  await watcher.start(AbortSignal.any([stop.signal, fixture.plane.signal]))
  return {
    reports,
    refresh: () => watcher.refresh(application),
    stop: () => stop.abort(),
    async until(wanted, seconds = 20) {
      const late = AbortSignal.timeout(seconds * 1000)
      for (;;) {
        const newest = reports.at(-1) ?? null
        if (wanted(newest)) return newest
        await Promise.race([heard.promise, new Promise(resolve => late.addEventListener('abort', resolve))])
        if (late.aborted)
          throw new Error(`not told in ${seconds} s; last was ${JSON.stringify(newest?.drifted, null, 2)}`)
      }
    },
  }
}
