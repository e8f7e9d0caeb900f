import { filesUrl } from './jobs/addresses.ts'
import type { SyncRecord } from './store/records/syncs.ts'
import type { Store } from './store/store.ts'
import type { ApplicationPage, SyncLine } from './web/application-page.ts'

const mostHeals = 100
const mostSyncs = 20

/** What an application's page shows, read from the store; null when there is no such page. */
export async function applicationByPage(store: Store, page: string): Promise<ApplicationPage | null> {
  const known = await store.applications.byPage(page)
  const ref = known && (await store.repositories.byKey(known.repository))
  if (!known || !ref) return null
  const { name, destination, syncPolicy } = known.application
  const named = { name, cluster: destination.cluster }
  const issue = await store.issues.withKey(`drift/${name}@${destination.cluster}`)
  // That of the repository that had it before is closed with the next look.
  const isOpen = issue?.state === 'open' && issue.repository === known.repository
  const syncs = await store.syncs.ofApplication({ repository: known.repository, ...named }, mostSyncs)
  return {
    application: name,
    cluster: destination.cluster,
    repository: { key: known.repository, name: ref.fullName, url: ref.cloneUrl.replace(/\.git$/, '') },
    filesUrl: known.revision === null ? null : filesUrl(ref, known.revision),
    revision: known.revision,
    syncedAt: known.syncedAt,
    selfHeal: syncPolicy.automated?.selfHeal ?? false,
    drift: {
      changes: known.drift?.drifted ?? [],
      since: known.driftSince,
      observedAt: known.drift?.observedAt ?? null,
      fight: known.drift?.fight ?? null,
    },
    issue: isOpen && issue.number && issue.url ? { number: issue.number, url: issue.url } : null,
    heals: await store.applications.heals(named, mostHeals),
    syncs: await Promise.all(syncs.map(it => lineOf(store, it))),
  }
}

async function lineOf(store: Store, sync: SyncRecord): Promise<SyncLine> {
  const { repository, revision, result, pullRequest, createdAt } = sync
  const pull = pullRequest === null ? null : await store.pullRequests.numbered(repository, pullRequest)
  return {
    revision,
    outcome: result?.outcome ?? null,
    at: result?.finishedAt ?? createdAt,
    pullRequest: pull && { number: pull.number, url: pull.url },
    error: result?.error?.message ?? null,
  }
}
