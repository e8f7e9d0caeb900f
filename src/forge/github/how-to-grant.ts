import { permissionFrom } from './permissions.ts'
import { repositoryOf, type Session } from './session.ts'

/**
 * Either the App does not ask for the permission, which its owner mends; or it does and whoever installed it has not accepted that yet.
 */
export async function howToGrant(
  { session, webUrl }: { readonly session: Session; readonly webUrl: string },
  { fullName, permission }: { readonly fullName: string; readonly permission: string },
  signal: AbortSignal,
): Promise<string> {
  const attempt = { to: `read what Plumbline may do on ${fullName}`, signal }
  return session.asApp(attempt, async (octokit, request) => {
    const { data: app } = await octokit.rest.apps.getAuthenticated({ request })
    const { data: installation } = await octokit.rest.apps.getRepoInstallation({
      ...repositoryOf(fullName),
      request,
    })
    if (isAskedFor(app?.permissions ?? {}, permission)) {
      return `accept the new permissions of the App at ${installation.html_url}`
    }
    const owner = app?.owner && 'login' in app.owner ? app.owner : null
    const of =
      owner && 'type' in owner && owner.type === 'Organization' ? `/organizations/${owner.login}` : ''
    const page = `${webUrl}${of}/settings/apps/${app?.slug ?? ''}/permissions`
    return `grant "${permission}" to the App at ${page}, then accept it at ${installation.html_url}`
  })
}

function isAskedFor(asked: Readonly<Record<string, string | undefined>>, permission: string): boolean {
  return Object.entries(asked).some(([name, level]) => {
    const has = permissionFrom(`${name}=${level}`)
    return has !== null && permission.split('" or "').some(it => it === has || has === `${it} and write`)
  })
}
