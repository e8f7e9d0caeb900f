import { ApiFailure, badCredentials } from '../failure.ts'
import type { App, Installation, Level, Permissions, Repository, User } from '../state.ts'
import { installationOf, randomToken, type World } from '../world.ts'
import { verifyAppToken } from './app-token.ts'
import type { Principal } from './principal.ts'

export interface InstallationToken {
  readonly token: string
  readonly installation: Installation
  readonly permissions: Permissions
  readonly repositories: ReadonlySet<Repository> | undefined
  expiresAt: Date
}

export interface TokenRequest {
  readonly permissions?: Permissions | undefined
  readonly repositories?: readonly Repository[] | undefined
}

export interface Tokens {
  readonly forInstallation: (installation: Installation, request: TokenRequest) => InstallationToken
  readonly forUser: (user: User) => string
  /** Of somebody who signed in with the app; good for so many milliseconds, for what both may reach. */
  readonly forSignedIn: (user: User, lifetime: number) => string
  /** Ends every installation token that was handed out so far. */
  readonly expireAll: () => void
  /** Who an Authorization header speaks for. Rejects with 401 when it speaks for nobody. */
  readonly authenticate: (header: string | undefined) => Promise<Principal>
}

const ranks: Readonly<Record<Level, number>> = { read: 1, write: 2, admin: 3 }

export const suffices = (granted: Level | undefined, needed: Level): boolean =>
  granted !== undefined && ranks[granted] >= ranks[needed]

/** @param lifetime of an installation token, in milliseconds. */
export function createTokens(world: World, lifetime: number): Tokens {
  const installations = new Map<string, InstallationToken>()
  const users = new Map<string, User>()
  const signedIn = new Map<string, { readonly user: User; readonly app: App; readonly expiresAt: Date }>()

  function principalOf(token: string): Principal {
    const user = users.get(token)
    if (user) return { kind: 'user', user }
    const through = signedIn.get(token)
    if (through) {
      if (through.expiresAt <= world.now() || through.app !== world.app) throw badCredentials()
      const throughApp = (it: Repository) => installationOf(world, it) !== undefined
      return { kind: 'user', user: through.user, throughApp }
    }
    const found = installations.get(token)
    const ended = !found || found.expiresAt <= world.now() || !world.installations.has(found.installation.id)
    if (ended) throw badCredentials()
    if (found.installation.suspendedAt !== null) throw suspended()
    return {
      kind: 'installation',
      ...found,
      permissions: stillGranted(world.app.permissions, found.permissions),
    }
  }

  return {
    forInstallation: (installation, request) => {
      if (installation.suspendedAt !== null) throw suspended()
      const token: InstallationToken = {
        token: randomToken('ghs'),
        installation,
        permissions: narrowed(world.app.permissions, request.permissions),
        repositories: request.repositories && new Set(request.repositories),
        expiresAt: new Date(world.now().getTime() + lifetime),
      }
      installations.set(token.token, token)
      return token
    },
    forUser: user => {
      const token = randomToken('ghp')
      users.set(token, user)
      return token
    },
    forSignedIn: (user, lifetime) => {
      const token = randomToken('ghu')
      signedIn.set(token, { user, app: world.app, expiresAt: new Date(world.now().getTime() + lifetime) })
      return token
    },
    expireAll: () => {
      for (const token of installations.values()) token.expiresAt = world.now()
    },
    authenticate: async header => {
      if (header === undefined) return { kind: 'anonymous' }
      const [scheme = '', credentials = ''] = header.split(' ')
      switch (scheme.toLowerCase()) {
        case 'bearer':
        case 'token':
          if (credentials.split('.').length !== 3) return principalOf(credentials)
          await verifyAppToken(world, credentials)
          return { kind: 'app' }
        case 'basic': {
          const [, password = ''] = Buffer.from(credentials, 'base64').toString().split(/:(.*)/s)
          return principalOf(password)
        }
        default:
          throw badCredentials()
      }
    },
  }
}

const suspended = (): ApiFailure => new ApiFailure(403, 'This installation has been suspended')

/** What was taken from the app is taken from its tokens. */
function stillGranted(granted: Permissions, had: Permissions): Permissions {
  return Object.fromEntries(Object.entries(had).filter(([name, level]) => suffices(granted[name], level)))
}

/** A token can have less than the app, never more. */
function narrowed(granted: Permissions, asked: Permissions | undefined): Permissions {
  if (asked === undefined) return granted
  for (const [name, level] of Object.entries(asked)) {
    if (!suffices(granted[name], level)) {
      throw new ApiFailure(422, 'The permissions requested are not granted to this installation.')
    }
  }
  return asked
}
