import { convertCode } from '../actions/apps.ts'
import { notFound } from '../failure.ts'
import { apiUrl } from '../shapes/links.ts'
import { appShape } from '../shapes/app.ts'
import { created, type Handlers, ok } from './call.ts'

export const metaHandlers: Handlers = {
  'meta/root': call => ok(rootLinks(apiUrl(call.world))),
  'rate-limit/get': call => {
    const { limit, remaining, used, reset } = call.limits.state(call.principal)
    const core = { limit, remaining, used, reset }
    const search = { limit: 30, remaining: 30, used: 0, reset }
    return ok({ resources: { core, search }, rate: core })
  },
  /** The last step of the manifest flow; whoever has the code needs nothing else. */
  'apps/create-from-manifest': call => {
    const app = convertCode(call.world, call.path.code)
    if (!app) throw notFound()
    return created({
      ...appShape(call.world),
      client_id: app.clientId,
      client_secret: app.clientSecret,
      webhook_secret: app.webhookSecret,
      pem: app.privateKey,
    })
  },
}

/** The addresses by which a client could find its way; their paths are the real ones. */
function rootLinks(url: string): Record<string, string> {
  return {
    current_user_url: `${url}/user`,
    current_user_authorizations_html_url: `${url}/settings/connections/applications{/client_id}`,
    authorizations_url: `${url}/authorizations`,
    code_search_url: `${url}/search/code?q={query}{&page,per_page,sort,order}`,
    commit_search_url: `${url}/search/commits?q={query}{&page,per_page,sort,order}`,
    emails_url: `${url}/user/emails`,
    emojis_url: `${url}/emojis`,
    events_url: `${url}/events`,
    feeds_url: `${url}/feeds`,
    followers_url: `${url}/user/followers`,
    following_url: `${url}/user/following{/target}`,
    gists_url: `${url}/gists{/gist_id}`,
    issue_search_url: `${url}/search/issues?q={query}{&page,per_page,sort,order}`,
    issues_url: `${url}/issues`,
    keys_url: `${url}/user/keys`,
    label_search_url: `${url}/search/labels?q={query}&repository_id={repository_id}{&page,per_page}`,
    notifications_url: `${url}/notifications`,
    organization_url: `${url}/orgs/{org}`,
    organization_repositories_url: `${url}/orgs/{org}/repos{?type,page,per_page,sort}`,
    organization_teams_url: `${url}/orgs/{org}/teams`,
    public_gists_url: `${url}/gists/public`,
    rate_limit_url: `${url}/rate_limit`,
    repository_url: `${url}/repos/{owner}/{repo}`,
    repository_search_url: `${url}/search/repositories?q={query}{&page,per_page,sort,order}`,
    current_user_repositories_url: `${url}/user/repos{?type,page,per_page,sort}`,
    starred_url: `${url}/user/starred{/owner}{/repo}`,
    starred_gists_url: `${url}/gists/starred`,
    user_url: `${url}/users/{user}`,
    user_organizations_url: `${url}/user/orgs`,
    user_repositories_url: `${url}/users/{user}/repos{?type,page,per_page,sort}`,
    user_search_url: `${url}/search/users?q={query}{&page,per_page,sort,order}`,
  }
}
