import { createHash, randomBytes } from 'node:crypto'
import type { App, User } from '../state.ts'
import type { World } from '../world.ts'
import type { Tokens } from './tokens.ts'

/** What a browser is sent here with: GitHub's "Generating a user access token for a GitHub App", web application flow. */
export interface AuthorizationRequest {
  readonly redirectUri: string
  readonly state: string | null
  /** PKCE, by SHA-256; null without. */
  readonly challenge: string | null
}

interface Grant extends AuthorizationRequest {
  readonly app: App
  readonly user: User
  readonly expiresAt: Date
}

export interface OAuth {
  /** Why a request to authorise cannot be shown to a person; null when it can. */
  readonly problemOf: (query: URLSearchParams) => string | null
  readonly requestFrom: (query: URLSearchParams) => AuthorizationRequest
  /** Whether the person has authorised the app before: then nobody is asked. */
  readonly hasAuthorized: (user: User) => boolean
  /** The address that leads back, with a code good once and for ten minutes. */
  readonly authorize: (user: User, request: AuthorizationRequest) => string
  /** The address that leads back with the news that the person declined. */
  readonly decline: (request: AuthorizationRequest) => string
  /** Answers `/login/oauth/access_token`: a token or an error, both with status 200. */
  readonly exchange: (fields: URLSearchParams) => Readonly<Record<string, string | number>>
}

const codeLifetime = 600_000
/** Seconds: eight hours, and six months. */
const tokenSeconds = 28_800
const refreshSeconds = 15_897_600

/** Signing people in with the app. */
export function createOAuth(world: World, tokens: Tokens): OAuth {
  const grants = new Map<string, Grant>()
  const refreshes = new Map<string, { readonly user: User; readonly app: App }>()
  const authorized = new Map<App, Set<User>>()

  const leadBack = ({ redirectUri, state }: AuthorizationRequest, answer: Record<string, string>): string => {
    const back = new URL(redirectUri)
    for (const [name, value] of Object.entries({ ...answer, ...(state === null ? {} : { state }) })) {
      back.searchParams.set(name, value)
    }
    return back.href
  }

  function tokenFor(user: User) {
    const refresh = `ghr_${randomBytes(38).toString('hex')}`
    refreshes.set(refresh, { user, app: world.app })
    return {
      access_token: tokens.forSignedIn(user, tokenSeconds * 1000),
      expires_in: tokenSeconds,
      refresh_token: refresh,
      refresh_token_expires_in: refreshSeconds,
      scope: '',
      token_type: 'bearer',
    }
  }

  return {
    problemOf(query) {
      if (query.get('client_id') !== world.app.clientId) return 'There is no app with this client_id.'
      const asked = query.get('redirect_uri')
      if (world.app.callbackUrls.length === 0) return 'The app has no callback URL.'
      if (asked !== null && !isRegistered(world.app, asked)) {
        return 'The redirect_uri is not associated with this application.'
      }
      const method = query.get('code_challenge_method')
      if (query.has('code_challenge') && method !== 'S256') return 'code_challenge_method must be S256.'
      return null
    },
    requestFrom: query => ({
      redirectUri: query.get('redirect_uri') ?? world.app.callbackUrls[0] ?? '',
      state: query.get('state'),
      challenge: query.get('code_challenge'),
    }),
    hasAuthorized: user => authorized.get(world.app)?.has(user) ?? false,
    authorize(user, request) {
      const known = authorized.get(world.app) ?? new Set()
      authorized.set(world.app, known.add(user))
      const code = randomBytes(10).toString('hex')
      const expiresAt = new Date(world.now().getTime() + codeLifetime)
      grants.set(code, { ...request, app: world.app, user, expiresAt })
      return leadBack(request, { code })
    },
    decline: request =>
      leadBack(request, {
        error: 'access_denied',
        error_description: 'The user has denied your application access.',
        error_uri:
          'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#access-denied',
      }),
    exchange(fields) {
      const { app } = world
      if (fields.get('client_id') !== app.clientId || fields.get('client_secret') !== app.clientSecret) {
        return failure(
          'incorrect_client_credentials',
          'The client_id and/or client_secret passed are incorrect.',
        )
      }
      if (fields.get('grant_type') === 'refresh_token') {
        const refresh = fields.get('refresh_token') ?? ''
        const found = refreshes.get(refresh)
        refreshes.delete(refresh)
        if (found?.app !== app) {
          return failure('bad_refresh_token', 'The refresh token passed is incorrect or expired.')
        }
        return tokenFor(found.user)
      }
      const code = fields.get('code') ?? ''
      const grant = grants.get(code)
      grants.delete(code)
      if (!grant || grant.app !== app || grant.expiresAt <= world.now() || !proves(fields, grant)) {
        return failure('bad_verification_code', 'The code passed is incorrect or expired.')
      }
      const redirected = fields.get('redirect_uri')
      if (redirected !== null && redirected !== grant.redirectUri) {
        return failure(
          'redirect_uri_mismatch',
          'The redirect_uri MUST match the registered callback URL for this application.',
        )
      }
      return tokenFor(grant.user)
    },
  }
}

/** RFC 7636, 4.6. */
function proves(fields: URLSearchParams, { challenge }: Grant): boolean {
  if (challenge === null) return true
  const verifier = fields.get('code_verifier') ?? ''
  return createHash('sha256').update(verifier).digest('base64url') === challenge
}

/** GitHub's "Redirect URLs": host and port are the same, and the path is the callback's or below it. */
function isRegistered({ callbackUrls }: App, asked: string): boolean {
  if (!URL.canParse(asked)) return false
  const { origin, pathname } = new URL(asked)
  return callbackUrls.some(it => {
    const callback = new URL(it)
    return (
      origin === callback.origin &&
      (pathname === callback.pathname || pathname.startsWith(`${callback.pathname.replace(/\/$/, '')}/`))
    )
  })
}

const failure = (error: string, description: string) => ({
  error,
  error_description: description,
  error_uri:
    'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/',
})
