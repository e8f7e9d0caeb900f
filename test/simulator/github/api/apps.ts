import { reaches } from '../auth/principal.ts'
import { ApiFailure, notFound } from '../failure.ts'
import { appShape, installationShape } from '../shapes/app.ts'
import { repositoryShape } from '../shapes/repository.ts'
import type { Installation } from '../state.ts'
import { installationOf, toTimestamp } from '../world.ts'
import { type Call, created, type Handlers, ok } from './call.ts'
import { counted, listed } from './pages.ts'

/** What the app does as itself, with its JWT. */
export const appHandlers: Handlers = {
  'apps/get-authenticated': call => {
    onlyApp(call)
    return ok({ ...appShape(call.world), installations_count: call.world.installations.size })
  },
  'apps/list-installations': call => {
    onlyApp(call)
    return listed(call, [...call.world.installations.values()], one => installationShape(call.world, one))
  },
  'apps/get-installation': call => {
    onlyApp(call)
    return ok(installationShape(call.world, installationById(call, call.path.installation_id)))
  },
  'apps/get-repo-installation': call => {
    onlyApp(call)
    const installation = installationOf(call.world, call.repository)
    if (!installation) throw notFound()
    return ok(installationShape(call.world, installation))
  },
  'apps/create-installation-access-token': call => {
    onlyApp(call)
    const { world, body } = call
    const installation = installationById(call, call.path.installation_id)
    const repositories = wantedRepositories(installation, body ?? {})
    const token = call.tokens.forInstallation(installation, {
      permissions: body?.permissions,
      repositories,
    })
    return created({
      token: token.token,
      expires_at: toTimestamp(token.expiresAt),
      permissions: token.permissions,
      repository_selection: repositories ? 'selected' : installation.selection,
      ...(repositories ? { repositories: repositories.map(one => repositoryShape(world, one)) } : {}),
    })
  },
  'apps/list-repos-accessible-to-installation': async call => {
    const { principal, world } = call
    if (principal.kind !== 'installation')
      throw new ApiFailure(403, 'You must authenticate with an installation access token')
    const within = [...principal.installation.repositories].filter(one => reaches(principal, one))
    const answer = await counted(call, 'repositories', within, one => repositoryShape(world, one))
    const body = { ...(answer.body as object), repository_selection: principal.installation.selection }
    return { ...answer, body }
  },
}

export function onlyApp(call: Pick<Call<'apps/get-authenticated'>, 'principal'>): void {
  if (call.principal.kind !== 'app') throw new ApiFailure(401, 'A JSON web token could not be decoded')
}

function installationById(call: Pick<Call<'apps/get-authenticated'>, 'world'>, id: number): Installation {
  const installation = call.world.installations.get(id)
  if (!installation) throw notFound()
  return installation
}

function wantedRepositories(
  installation: Installation,
  wanted: { readonly repositories?: string[]; readonly repository_ids?: number[] },
) {
  if (!wanted.repositories && !wanted.repository_ids) return undefined
  const found = [...installation.repositories].filter(
    one => wanted.repositories?.includes(one.name) || wanted.repository_ids?.includes(one.id),
  )
  const asked = (wanted.repositories?.length ?? 0) + (wanted.repository_ids?.length ?? 0)
  if (found.length === asked && asked > 0) return found
  throw new ApiFailure(
    422,
    'There is at least one repository that does not exist or is not accessible to the parent installation.',
  )
}
