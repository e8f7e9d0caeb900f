import type { RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { Application } from '../../model/application.ts'
import type { Settings } from '../../model/settings.ts'
import { windowState, type WindowState } from '../../repository/sync-windows.ts'
import type { SyncRecord } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'
import type { JobDeps } from './deps.ts'
import { startSync } from './start-sync.ts'

/** A window that opens later than this is looked at again before: settings may have changed by then. */
const longestWaitSeconds = 24 * 3600

/** Whether an application may be synced now, by what its repository's settings say. Settings kept by older versions know no windows. */
export function windowOf(
  deps: Pick<JobDeps, 'clock'>,
  settings: Partial<Pick<Settings, 'syncWindows'>>,
  application: Application,
): WindowState {
  return windowState(settings.syncWindows ?? [], application, deps.clock())
}

/** The same, by what the branch says that the application is synced from. */
export async function windowNow(
  deps: Pick<JobDeps, 'clock'>,
  records: Records,
  { application }: Pick<SyncRecord, 'application'>,
): Promise<WindowState> {
  const { name, destination } = application
  const known = await records.applications.named({ name, cluster: destination.cluster })
  return windowOf(deps, known?.settings ?? {}, application)
}

export interface Waiting {
  readonly sync: SyncRecord
  readonly ref: RepositoryRef
  readonly traceId: string
  readonly until: Date | null
}

/** Comes back when the window opens. */
export async function awaitWindow(
  deps: JobDeps,
  records: Records,
  { sync, ref, traceId, until }: Waiting,
): Promise<void> {
  const seconds = until ? (until.getTime() - deps.clock().getTime()) / 1000 : longestWaitSeconds
  const afterSeconds = Math.ceil(Math.min(Math.max(seconds, 1), longestWaitSeconds))
  const job = { kind: 'window-opens', repository: ref, sync: sync.id } as const
  await deps.queue.enqueue(records, { traceId, job }, { afterSeconds })
}

/** A window opens, or should: starts the sync that waits for it, unless it is not wanted any more. */
export async function openWindow(
  deps: JobDeps,
  { repository: ref, sync: id }: { readonly repository: RepositoryRef; readonly sync: number },
  { traceId }: JobContext,
): Promise<void> {
  await deps.store.transaction(async records => {
    const sync = await records.syncs.byId(id)
    if (sync?.status !== 'pending' || sync.commandId !== null) return
    const state = await windowNow(deps, records, sync)
    if (!state.isOpen) return awaitWindow(deps, records, { sync, ref, traceId, until: state.until })
    await startSync(deps, records, { sync, ref, traceId })
    const job = { kind: 'sync-progressed', repository: ref, number: sync.pullRequest, sync: id } as const
    await deps.queue.enqueue(records, { traceId, job })
  })
}
