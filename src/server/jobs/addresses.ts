import type { RepositoryRef, Revision } from '../../model/repository.ts'

/**
 * Page of a plan: that of a pull request shows its newest one, that of a plan just this one. `page` is unguessable; where people
 * can sign in, who may read the repository is asked too.
 */
export function planUrl(publicUrl: string | null, page: string): string | null {
  return publicUrl === null ? null : `${publicUrl}/plans/${page}`
}

/** Page of an application, as closed as that of a plan. */
export function applicationUrl(publicUrl: string | null, page: string): string | null {
  return publicUrl === null ? null : `${publicUrl}/applications/${page}`
}

/** Where a repository's files are shown as of one revision, without trailing slash; null when the forge's scheme is not known. */
export function filesUrl(ref: RepositoryRef, revision: Revision): string | null {
  const repository = ref.cloneUrl.replace(/\.git$/, '')
  switch (ref.forge) {
    case 'github':
      return `${repository}/blob/${revision}`
    case 'gitlab':
      return `${repository}/-/blob/${revision}`
    case 'gitea':
      return `${repository}/src/commit/${revision}`
    case 'bitbucket':
      return `${repository}/src/${revision}`
  }
}
