import type { Installation, Permissions, Repository, User } from '../state.ts'

/** Whoever a request comes from. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'app' }
  | {
      readonly kind: 'installation'
      readonly installation: Installation
      readonly permissions: Permissions
      /** Undefined means every repository of the installation, those added later included. */
      readonly repositories: ReadonlySet<Repository> | undefined
    }
  /** Through the app a person reaches what both of them may. */
  | { readonly kind: 'user'; readonly user: User; readonly throughApp?: (repository: Repository) => boolean }

/** The repositories that an installation's token reaches. */
export function reaches(
  principal: Principal & { readonly kind: 'installation' },
  repository: Repository,
): boolean {
  if (!principal.installation.repositories.has(repository)) return false
  return principal.repositories?.has(repository) ?? true
}

/** Whether the principal may know that the repository exists. Otherwise the answer is 404. */
export function canSee(principal: Principal, repository: Repository): boolean {
  if (!repository.private) return true
  if (principal.kind === 'installation') return reaches(principal, repository)
  if (principal.kind === 'user' && principal.throughApp?.(repository) === false) return false
  return principal.kind === 'user' && roleOf(repository, principal.user) !== undefined
}

export function roleOf(repository: Repository, user: User) {
  return repository.owner === user ? 'admin' : repository.collaborators.get(user)
}

export function canWrite(repository: Repository, user: User): boolean {
  const role = roleOf(repository, user)
  return role === 'admin' || role === 'maintain' || role === 'write'
}
