import { ApiFailure, badCredentials, notFound } from '../failure.ts'
import type { Repository } from '../state.ts'
import { needs } from './needs.ts'
import { canSee, canWrite, type Principal, reaches } from './principal.ts'
import { suffices } from './tokens.ts'

/** Throws what GitHub answers when the principal may not do the operation on the repository. */
export function authorize(operation: string, principal: Principal, repository: Repository): void {
  if (principal.kind === 'app') throw new ApiFailure(401, 'A JSON web token could not be decoded')
  if (!canSee(principal, repository)) throw notFound()
  const need = needs[operation]
  if (!need) return
  if (repository.archived && need.anyOf.some(one => one.level !== 'read')) {
    throw new ApiFailure(403, 'Repository was archived so is read-only.')
  }
  const reads = need.anyOf.every(one => one.level === 'read')
  switch (principal.kind) {
    case 'anonymous':
      if (!reads) throw badCredentials()
      return
    case 'user':
      if (need.person === 'write' && !canWrite(repository, principal.user)) {
        throw new ApiFailure(403, 'Must have admin rights to Repository.')
      }
      return
    case 'installation': {
      const granted = need.anyOf.some(one => suffices(principal.permissions[one.permission], one.level))
      // A public repository can be read with any token; written only where the app is installed.
      if (reads && !repository.private) return
      if (!granted || !reaches(principal, repository)) {
        throw new ApiFailure(403, 'Resource not accessible by integration', {
          headers: acceptedHeader(operation),
        })
      }
    }
  }
}

/** The header by which GitHub says what would have sufficed. */
export function acceptedHeader(operation: string): Record<string, string> {
  const need = needs[operation]
  if (!need) return {}
  const accepted = need.anyOf.map(one => `${one.permission}=${one.level}`).join('; ')
  return { 'X-Accepted-GitHub-Permissions': accepted }
}
