import type { Installation } from '../state.ts'
import { nodeId, type World } from '../world.ts'
import { apiUrl } from './links.ts'
import type { Schemas } from './schemas.ts'
import { userShape } from './user.ts'

export function appShape(world: World) {
  const { app } = world
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: userShape(world, app.owner),
    name: app.name,
    description: app.description,
    external_url: app.homepage ?? `${world.url}/apps/${app.slug}`,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: { ...app.permissions },
    events: [...app.events],
  } satisfies Schemas['integration']
}

/** For the fields that say which app acted. */
export const actingApp = (world: World, byApp: boolean) => (byApp ? appShape(world) : null)

export function installationShape(world: World, installation: Installation) {
  const url = `${apiUrl(world)}/app/installations/${installation.id}`
  return {
    id: installation.id,
    client_id: world.app.clientId,
    account: userShape(world, installation.account),
    repository_selection: installation.selection,
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${apiUrl(world)}/installation/repositories`,
    html_url: `${world.url}/settings/installations/${installation.id}`,
    app_id: world.app.id,
    app_slug: world.app.slug,
    target_id: installation.account.id,
    target_type: installation.account.type,
    permissions: { ...world.app.permissions } as Schemas['app-permissions'],
    events: [...world.app.events],
    created_at: installation.createdAt,
    updated_at: installation.updatedAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [] as string[],
    suspended_by: installation.suspendedAt === null ? null : userShape(world, installation.account),
    suspended_at: installation.suspendedAt,
  } satisfies Schemas['installation']
}
