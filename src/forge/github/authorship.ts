import type { Session } from './session.ts'

/** Who wrote a comment or an issue, as GitHub's answers say it. */
export interface Authored {
  readonly user?: { readonly login?: string; readonly type?: string } | null
  readonly performed_via_github_app?: { readonly id?: number } | null
}

/** Tells our own texts from those that merely look like them. */
export interface Authorship {
  isOurs(it: Authored): boolean
  /** Our account's login, `slug[bot]`. */
  readonly login: string
}

/**
 * By the app's id: slug and display name may differ, and either may change (atlantis#1161). Servers that do not name the app
 * are told by the account, which only the app itself can be.
 */
export function createAuthorship(
  session: Session,
  appId: number,
): (signal: AbortSignal) => Promise<Authorship> {
  let known: Authorship | null = null
  return async signal => {
    if (known) return known
    const login = await session.asApp({ to: 'read who we are', signal }, async (octokit, request) => {
      const { data } = await octokit.rest.apps.getAuthenticated({ request })
      return `${data?.slug ?? ''}[bot]`
    })
    known = {
      login,
      isOurs: ({ user, performed_via_github_app: via }) =>
        user?.type === 'Bot' && (via ? via.id === appId : user.login === login),
    }
    return known
  }
}
