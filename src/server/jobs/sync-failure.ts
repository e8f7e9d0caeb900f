import { createHash } from 'node:crypto'
import type { ForgeRepository } from '../../forge/forge.ts'
import { applicationKey } from '../../model/application.ts'
import { syncFailedIssue } from '../report/issues.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { SyncRecord } from '../store/records/syncs.ts'
import { filesUrl } from './addresses.ts'
import type { JobDeps } from './deps.ts'

interface Failure {
  readonly forge: ForgeRepository
  readonly sync: SyncRecord
  readonly pullRequest: PullRequestRecord | null
  readonly pageUrl: string | null
}

/** One issue per application, cluster and revision that failed. Idempotent. */
export async function openSyncFailure(deps: JobDeps, failure: Failure, signal: AbortSignal): Promise<void> {
  const { forge, sync, pullRequest, pageUrl } = failure
  if (!sync.result || sync.issue) return
  const key = `sync-failed/${applicationKey(sync.application)}/${sync.revision}`
  const text = syncFailedIssue(
    { result: sync.result, pullRequest, filesUrl: filesUrl(forge.ref, sync.revision), pageUrl },
    forge.maxCommentLength,
  )
  const assignees = pullRequest ? [pullRequest.author] : []
  const { number, url } = await forge.createIssue(key, { ...text, assignees }, signal)
  await deps.store.transaction(async records => {
    await records.issues.save({
      key,
      kind: 'sync-failed',
      repository: sync.repository,
      application: sync.application.name,
      cluster: sync.application.destination.cluster,
      number,
      url,
      state: 'open',
      bodyHash: createHash('sha256').update(text.body).digest('hex'),
      openedAt: deps.clock().toISOString(),
      closedAt: null,
    })
    await records.syncs.setIssue(sync.id, { number, url })
  })
}

/** A sync that went well ends what was open about syncs of this application that did not. */
export async function closeSyncFailures(deps: JobDeps, success: Failure, signal: AbortSignal): Promise<void> {
  const { forge, sync } = success
  const { application, revision } = sync
  const open = await deps.store.issues.openOf(application.name, application.destination.cluster)
  for (const issue of open) {
    if (issue.kind !== 'sync-failed' || issue.number === null) continue
    await forge.upsertComment(
      {
        on: { kind: 'issue', number: issue.number },
        key: `mended-${revision}`,
        body: `Synced to \`${revision.slice(0, 7)}\` since, so this is closed.`,
        knownId: null,
        createWhenMissing: true,
      },
      signal,
    )
    await forge.updateIssue(issue.number, { state: 'closed' }, signal)
    await deps.store.issues.save({ ...issue, state: 'closed', closedAt: deps.clock().toISOString() })
  }
}
