import { randomUUID } from 'node:crypto'
import type { Application } from '../../model/application.ts'
import type { Settings } from '../../model/settings.ts'
import type { SyncWindow } from '../../model/sync-window.ts'
import type { SyncCommand } from '../../model/command.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { SyncRecord } from '../store/records/syncs.ts'
import type { Records } from '../store/store.ts'
import { inSeconds, type JobDeps } from './deps.ts'
import { neighboursOf } from './neighbours.ts'

/** Sends a sync on its way to its agent. */
export async function startSync(
  deps: JobDeps,
  records: Records,
  it: {
    readonly sync: SyncRecord
    readonly ref: RepositoryRef
    readonly traceId: string
    /** A person said so, knowing that the world moved since the review. */
    readonly evenWhenChanged?: boolean
    /** A person wants gone what waits for a confirmation. */
    readonly confirmPrune?: boolean
    /** Who said so, in words; missing when a merge or push did. */
    readonly askedBy?: string
  },
): Promise<void> {
  const { sync, ref, traceId } = it
  const id = randomUUID()
  const command: SyncCommand = {
    kind: 'sync',
    application: {
      ...sync.application,
      syncWindows: await windowsOf(records, sync.application),
      requireReviewedPlan: sync.requireReviewed,
    },
    removed: sync.removed,
    repository: ref,
    revision: sync.revision,
    reviewedDigest: sync.reviewedDigest,
    requireReviewedPlan: sync.requireReviewed && !it.evenWhenChanged && !isApprovedUnplanned(sync),
    confirmPrune: it.confirmPrune ?? false,
    neighbours: await neighboursOf(records, sync),
    asked: it.askedBy !== undefined,
    trigger: it.askedBy ?? setOffBy(sync),
  }
  await records.syncs.start(sync.id, id)
  await records.commands.add({
    id,
    cluster: sync.application.destination.cluster,
    application: sync.application.name,
    command,
    deadline: inSeconds(deps.clock, deps.patience.takeSync),
    traceId,
    purpose: { kind: 'sync', sync: sync.id },
  })
}

/** Nobody could plan it, and enough people approved it all the same. */
function isApprovedUnplanned({ approvalsWanted, awaitsApproval, reviewedDigest }: SyncRecord): boolean {
  return approvalsWanted > 0 && !awaitsApproval && reviewedDigest === null
}

/** For an agent that has to decide alone, while the server is away. */
async function windowsOf(
  records: Records,
  { name, destination }: Application,
): Promise<readonly SyncWindow[]> {
  const known = await records.applications.named({ name, cluster: destination.cluster })
  const settings: Partial<Settings> = known?.settings ?? {}
  return settings.syncWindows ?? []
}

function setOffBy({ pullRequest, branch }: SyncRecord): string {
  return pullRequest === null ? `push to ${branch}` : `merge of #${pullRequest}`
}

/** Older syncs of the same application are not wanted any more, unless an agent is at one already. */
export async function supersedeOlder(records: Records, sync: SyncRecord): Promise<void> {
  for (const older of await records.syncs.unfinishedBefore(sync)) {
    const withdrawn = older.commandId === null || (await records.commands.withdrawUnsent(older.commandId))
    if (withdrawn) await records.syncs.supersede(older.id)
  }
}
