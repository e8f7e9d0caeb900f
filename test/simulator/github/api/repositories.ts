import { roleOf } from '../auth/principal.ts'
import { notFound } from '../failure.ts'
import { readCommit } from '../git/log.ts'
import { listRefs, resolveCommit } from '../git/repository.ts'
import { commitShape } from '../shapes/commit.ts'
import { repositoryPage, repositoryUrl } from '../shapes/links.ts'
import { fullRepositoryShape } from '../shapes/repository.ts'
import { profileShape, userShape } from '../shapes/user.ts'
import type { Role } from '../state.ts'
import { findUser } from '../world.ts'
import { type Handlers, ok } from './call.ts'
import { listed } from './pages.ts'

export const repositoryHandlers: Handlers = {
  'repos/get': call => ok(fullRepositoryShape(call.world, call.repository)),
  'repos/list-branches': async call => {
    const refs = await listRefs(call.repository.folder, 'refs/heads/')
    return await listed(call, [...refs], ([ref, sha]) => ({
      name: ref.slice('refs/heads/'.length),
      commit: { sha, url: `${repositoryUrl(call.world, call.repository)}/commits/${sha}` },
      protected: false,
    }))
  },
  'repos/get-branch': async call => {
    const { world, repository } = call
    const name = call.path.branch
    const sha = await resolveCommit(repository.folder, `refs/heads/${name}`)
    if (!sha) throw notFound()
    const url = `${repositoryUrl(world, repository)}/branches/${encodeURIComponent(name)}`
    return ok({
      name,
      commit: commitShape(world, repository, await readCommit(repository.folder, sha)),
      _links: { self: url, html: `${repositoryPage(world, repository)}/tree/${name}` },
      protected: false,
      protection: {
        enabled: false,
        required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
      },
      protection_url: `${url}/protection`,
    })
  },
  'repos/get-collaborator-permission-level': call => {
    const { world, repository } = call
    const user = findUser(world, call.path.username)
    if (!user) throw notFound()
    const role = roleOf(repository, user) ?? (repository.private ? 'none' : 'read')
    return ok({
      permission: legacyPermission(role),
      role_name: role,
      user: { ...userShape(world, user), permissions: permissionFlags(role), role_name: role },
    })
  },
  'users/get-by-username': call => {
    const user = findUser(call.world, call.path.username)
    if (!user) throw notFound()
    return ok(profileShape(call.world, user))
  },
  'users/get-authenticated': call => {
    if (call.principal.kind !== 'user') throw notFound()
    return ok(profileShape(call.world, call.principal.user))
  },
}

/** `permission` knows fewer words than `role_name`. */
function legacyPermission(role: Role | 'none'): string {
  if (role === 'maintain') return 'write'
  return role === 'triage' ? 'read' : role
}

function permissionFlags(role: Role | 'none') {
  const order = ['none', 'read', 'triage', 'write', 'maintain', 'admin']
  const at = order.indexOf(role)
  return { pull: at >= 1, triage: at >= 2, push: at >= 3, maintain: at >= 4, admin: at >= 5 }
}
