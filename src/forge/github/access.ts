import { ForgeError } from '../forge.ts'
import type { Person, RepositoryAccess } from '../sign-in.ts'
import { repositoryOf, type Session } from './session.ts'

/**
 * What a person may do, asked as the App: it takes `metadata: read`, which every App has. A login that is somebody else's by now
 * gives nothing.
 */
export async function accessOf(
  { session, fullName }: { readonly session: Session; readonly fullName: string },
  { id, login }: Person,
  signal: AbortSignal,
): Promise<RepositoryAccess> {
  try {
    const at = repositoryOf(fullName)
    const [permission, isPublic] = await Promise.all([
      session.on(
        fullName,
        { to: `read what ${login} may do in ${fullName}`, signal },
        async (octokit, request) => {
          const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({
            ...at,
            username: login,
            request,
          })
          return data
        },
      ),
      session.on(fullName, { to: `read ${fullName}`, signal }, async (octokit, request) => {
        const { data } = await octokit.rest.repos.get({ ...at, request })
        return !data.private
      }),
    ])
    const isThem = permission.user !== null && String(permission.user.id) === id
    return { role: isThem ? roleFrom(permission) : 'none', isPublic }
  } catch (error) {
    // Nobody of that name, or the repository is out of our reach: then it is out of theirs here.
    if (error instanceof ForgeError && (error.code === 'not-found' || error.code === 'out-of-reach'))
      return { role: 'none', isPublic: false }
    throw error
  }
}

function roleFrom(it: {
  /** Of the legacy words: `maintain` arrives as write, `triage` as read. */
  readonly permission: string
  readonly role_name: string
  readonly user: { readonly permissions?: { readonly triage?: boolean } } | null
}): RepositoryAccess['role'] {
  switch (it.permission) {
    case 'admin':
    case 'write':
      return 'write'
    case 'read':
      // Also of roles that an organization has made up from triage.
      return it.role_name === 'triage' || it.user?.permissions?.triage === true ? 'triage' : 'read'
    default:
      return 'none'
  }
}
