import type { User } from '../state.ts'
import { nodeId, type World } from '../world.ts'
import { apiUrl } from './links.ts'
import type { Schemas } from './schemas.ts'

export function userShape(world: World, user: User) {
  const url = `${apiUrl(world)}/users/${encodeURIComponent(user.login)}`
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId('U', user.id),
    avatar_url: `${world.url}/avatars/${user.id}`,
    gravatar_id: '',
    url,
    html_url: user.type === 'Bot' ? `${world.url}/apps/${world.app.slug}` : `${world.url}/${user.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  } satisfies Schemas['simple-user']
}

/** What a profile adds, for the operations about one user. */
export function profileShape(world: World, user: User) {
  const owned = [...world.repositories.values()].filter(repository => repository.owner === user)
  return {
    ...userShape(world, user),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: owned.filter(repository => !repository.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: world.app.createdAt,
    updated_at: world.app.createdAt,
  } satisfies Schemas['public-user']
}
