import { utc } from '../../model/phrase.ts'
import { repositoryKey } from '../../model/repository.ts'
import { leftUntilConfirmed } from '../../model/sync.ts'
import type { JobContext } from '../queue/queue.ts'
import { code } from '../report/escape.ts'
import type { IssueRecord } from '../store/records/issues.ts'
import { applicationOf, type SyncRecord } from '../store/records/syncs.ts'
import { awaitedApproval } from './awaited-approval.ts'
import { type Comment, done, no, type Outcome } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'
import { foreignAmong } from './foreign.ts'
import { named } from './named.ts'
import { windowNow } from './open-window.ts'
import type { PersonCommand } from './person-command.ts'
import { syncedElsewhere } from './synced-elsewhere.ts'
import { startSync } from './start-sync.ts'

export interface SyncOrder {
  readonly comment: Comment
  readonly command: Extract<PersonCommand, { readonly kind: 'sync' }>
}

/** Begins what a merge left waiting, or tries again what failed: on a merged pull request, or on the issue about a failure. */
export async function obeySync(
  deps: JobDeps,
  { comment, command }: SyncOrder,
  context: JobContext,
): Promise<Outcome> {
  const { repository: ref, number } = comment
  const { application, confirmPrune } = command
  const key = repositoryKey(ref)
  const all = comment.onPullRequest
    ? await deps.store.syncs.ofPullRequest(key, number)
    : await syncsOfIssue(deps, await deps.store.issues.numbered(key, number))
  if (all.length === 0) {
    const elsewhere = comment.onPullRequest
      ? await syncedElsewhere(deps.store, { repository: key, number })
      : null
    return elsewhere ?? no('There is nothing to sync here: a sync begins when a pull request merges.')
  }
  const meant = named(all, application, 'ask')
  if ('kind' in meant) return meant
  const foreign = await foreignAmong(deps.store, key, meant.map(applicationOf))
  if (foreign) return foreign
  const ready = meant.filter(it => isReady(it, confirmPrune))
  if (ready.length === 0) return notReady(meant)
  const stale = await Promise.all(ready.map(it => hasNewer(deps, it)))
  const current = ready.filter((_, index) => !stale[index])
  if (current.length === 0) return no('A newer revision came since: it is the one to sync.')
  for (const it of current) {
    const window = await windowNow(deps, deps.store, it)
    if (!window.isOpen && !window.manual) return no(closedWords(it, window.until))
  }
  await start(deps, { comment, confirmPrune, syncs: current }, context)
  return done
}

async function start(
  deps: JobDeps,
  it: { readonly comment: Comment; readonly confirmPrune: boolean; readonly syncs: readonly SyncRecord[] },
  { traceId }: JobContext,
): Promise<void> {
  const { comment, confirmPrune, syncs } = it
  const { repository: ref, number, author } = comment
  await deps.store.transaction(async records => {
    for (const sync of syncs) {
      await startSync(deps, records, {
        sync,
        ref,
        traceId,
        // One person's word does not stand for those of others who approved something else.
        evenWhenChanged: sync.status === 'finished' && sync.approvalsWanted === 0,
        confirmPrune,
        askedBy: `/plumbline sync by ${author} on #${number}`,
      })
      const job = {
        kind: 'sync-progressed',
        repository: ref,
        number: sync.pullRequest,
        sync: sync.id,
      } as const
      await deps.queue.enqueue(records, { traceId, job })
    }
  })
}

async function syncsOfIssue(deps: JobDeps, issue: IssueRecord | null): Promise<readonly SyncRecord[]> {
  if (issue?.kind !== 'sync-failed') return []
  const { repository, application: name, cluster } = issue
  const recent = await deps.store.syncs.ofApplication({ repository, name, cluster }, 100)
  return recent.filter(it => issue.key.endsWith(`/${it.revision}`))
}

function isReady(it: SyncRecord, confirmPrune: boolean): boolean {
  if (awaitedApproval(it)) return false
  return (
    it.status === 'waiting' ||
    waitsForWindow(it) ||
    canBeTriedAgain(it) ||
    (confirmPrune && waitsForConfirmation(it))
  )
}

function notReady(syncs: readonly SyncRecord[]): Outcome {
  const unapproved = syncs.find(awaitedApproval)
  if (!unapproved) return no('Nothing is left to sync here: it is synced, or on its way.')
  const { cluster } = applicationOf(unapproved)
  return no(
    `${code(cluster)} waits for approval, then it is synced: ${code(`/plumbline approve ${cluster}`)}.`,
  )
}

function waitsForWindow({ status, commandId }: SyncRecord): boolean {
  return status === 'pending' && commandId === null
}

function closedWords({ application }: SyncRecord, until: Date | null): string {
  const { name, destination } = application
  const when = until ? `until ${utc(until.toISOString())}` : 'for longer than a year'
  return `The sync window of \`${name}\` on \`${destination.cluster}\` is closed ${when}, for people too.`
}

function canBeTriedAgain({ status, result }: SyncRecord): boolean {
  return status === 'finished' && result?.outcome !== 'synced'
}

function waitsForConfirmation({ result }: SyncRecord): boolean {
  return result?.health.some(it => it.message.startsWith(leftUntilConfirmed)) ?? false
}

async function hasNewer(deps: JobDeps, sync: SyncRecord): Promise<boolean> {
  const [newest] = await deps.store.syncs.ofApplication(applicationOf(sync), 1)
  return newest?.id !== sync.id
}
