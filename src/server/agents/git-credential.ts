import type { GitCredential, RepositoryRef } from '../../model/repository.ts'
import type { Forges } from '../forges.ts'
import type { Store } from '../store/store.ts'

/**
 * A read-only credential for a repository that this cluster has to do with: one that defines an application on it, or
 * that a command waiting for it is about. `refused` for any other.
 */
export async function credentialFor(
  deps: { readonly store: Store; readonly forges: Forges },
  request: { readonly cluster: string; readonly cloneUrl: string },
  signal: AbortSignal,
): Promise<GitCredential | null | 'refused'> {
  const ref = await repositoryFor(deps.store, request)
  return ref ? deps.forges.repository(ref).gitCredential(signal) : 'refused'
}

async function repositoryFor(
  store: Store,
  { cluster, cloneUrl }: { readonly cluster: string; readonly cloneUrl: string },
): Promise<RepositoryRef | null> {
  const wanted = normalised(cloneUrl)
  const assigned = new Set((await store.applications.onCluster(cluster)).map(it => it.repository))
  for (const key of assigned) {
    const ref = await store.repositories.byKey(key)
    if (ref && normalised(ref.cloneUrl) === wanted) return ref
  }
  for (const { command } of await store.commands.unanswered(cluster)) {
    if (command.kind === 'revert' || command.kind === 'rollback') continue
    if (normalised(command.repository.cloneUrl) === wanted) return command.repository
  }
  return null
}

/** Clone URLs that mean the same repository to every forge. */
function normalised(cloneUrl: string): string {
  const url = URL.parse(cloneUrl)
  if (!url) return cloneUrl
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '').replace(/\.git$/, '')}`.toLowerCase()
}
