import type { ProbotOctokit } from 'probot'
import { ForgeError, MissingPermissionError } from '../forge.ts'
import { createConditionalRequests } from './conditional-requests.ts'
import { toForgeError } from './errors.ts'
import { createRateGate } from './rate-gate.ts'

/** Octokit as the app, or as one of its installations: Probot's `app.auth`. */
export type Authenticate = (installationId?: number) => Promise<ProbotOctokit>

/** One request to GitHub, said for people: `post a comment on acme/shop#7`. */
export interface Attempt {
  readonly to: string
  readonly signal: AbortSignal
}

/**
 * Passed with each request. Octokit's own retries are off: it would send a POST again whose first answer was lost, and the
 * second comment would stay (probot#921). Jobs try again, and look before they create.
 */
export interface RequestOptions {
  readonly signal: AbortSignal
  readonly retries: 0
}

type Work<T> = (octokit: ProbotOctokit, request: RequestOptions) => Promise<T>

/** Runs requests as the app or as the installation on a repository. Rejects with {@link ForgeError} only. */
export interface Session {
  asApp<T>(attempt: Attempt, work: Work<T>): Promise<T>
  /** `fullName` is `owner/name`. */
  on<T>(fullName: string, attempt: Attempt, work: Work<T>): Promise<T>
  asInstallation<T>(installationId: number, attempt: Attempt, work: Work<T>): Promise<T>
  installationOf(fullName: string, signal: AbortSignal): Promise<number>
  /** A webhook told which installation a repository belongs to, null that it belongs to none any more: it need not be asked. */
  learn(fullName: string, installationId: number | null): void
}

export function createSession(authenticate: Authenticate): Session {
  const installations = new Map<string, Promise<number>>()
  const gate = createRateGate()
  const answers = createConditionalRequests()
  const hooked = new WeakSet<ProbotOctokit>()

  /** Every request goes through here, those of Octokit's pagination too, which forgets the options of its caller. */
  function hook(octokit: ProbotOctokit, principal: string): void {
    if (hooked.has(octokit)) return
    hooked.add(octokit)
    octokit.hook.wrap('request', async (request, options) => {
      gate.pass(principal, `ask GitHub for ${options.url}`)
      const { url } = octokit.request.endpoint(options)
      const known = options.method === 'GET' ? answers.known(principal, url) : null
      const headers = known ? { ...options.headers, 'if-none-match': known.etag } : options.headers
      try {
        const response = await request({ ...options, headers, request: { ...options.request, retries: 0 } })
        gate.heard(principal, response.headers)
        const { etag } = response.headers
        if (options.method === 'GET' && response.status === 200 && etag) {
          const { status, data } = response
          answers.remember(principal, url, {
            etag,
            status,
            url: response.url,
            headers: response.headers,
            data,
          })
        }
        return response
      } catch (error) {
        if (known && statusOf(error) === 304) return { ...known, status: 200 }
        gate.refused(principal, error)
        throw error
      }
    })
  }

  /** Whose token may be older than a permission that was granted since. */
  const outgrown = new Set<number>()

  const renewed = new Map<number, { readonly octokit: ProbotOctokit; readonly until: number }>()

  /** Octokit keeps the token that it has for an hour, whatever was granted meanwhile. */
  async function withNewToken(installation_id: number) {
    const app = await authenticate()
    const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id })
    const Octokit = app.constructor as typeof ProbotOctokit
    const { baseUrl } = app.request.endpoint.DEFAULTS
    const octokit = new Octokit({ baseUrl, log: app.log, auth: { token: data.token } })
    return { octokit, until: Date.parse(data.expires_at) - 300_000 }
  }

  async function octokitFor(installationId: number | null): Promise<ProbotOctokit> {
    if (installationId === null) return authenticate()
    if (outgrown.delete(installationId)) renewed.set(installationId, await withNewToken(installationId))
    const own = renewed.get(installationId)
    if (own && own.until > Date.now()) return own.octokit
    renewed.delete(installationId)
    return authenticate(installationId)
  }

  async function run<T>(installationId: number | null, { to, signal }: Attempt, work: Work<T>): Promise<T> {
    try {
      signal.throwIfAborted()
      const principal = installationId === null ? 'app' : `installation ${installationId}`
      gate.pass(principal, to)
      const octokit = await octokitFor(installationId)
      hook(octokit, principal)
      return await work(octokit, { signal, retries: 0 })
    } catch (error) {
      if (signal.aborted) throw new ForgeError('unreachable', to, { kind: 'after', seconds: 1 }, error)
      const failure = toForgeError(to, error)
      if (failure instanceof MissingPermissionError && installationId !== null) outgrown.add(installationId)
      throw failure
    }
  }

  function installationOf(fullName: string, signal: AbortSignal): Promise<number> {
    const known = installations.get(fullName)
    if (known) return known
    const attempt = { to: `find our installation on ${fullName}`, signal }
    const asked = run(null, attempt, async (octokit, request) => {
      const { data } = await octokit.rest.apps.getRepoInstallation({ ...repositoryOf(fullName), request })
      return data.id
    })
    installations.set(fullName, asked)
    asked.catch(() => installations.delete(fullName))
    return asked
  }

  return {
    asApp: (attempt, work) => run(null, attempt, work),
    asInstallation: run,
    installationOf,
    learn(fullName, installationId) {
      if (installationId === null) installations.delete(fullName)
      else installations.set(fullName, Promise.resolve(installationId))
    },
    on: async (fullName, attempt, work) => {
      try {
        return await run(await installationOf(fullName, attempt.signal), attempt, work)
      } catch (error) {
        // Removed and installed again, it has another id: ask the next time.
        if (error instanceof ForgeError && (error.code === 'unauthorized' || error.code === 'not-found')) {
          installations.delete(fullName)
        }
        throw error
      }
    },
  }
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'status' in error ? error.status : undefined
}

export function repositoryOf(fullName: string): { owner: string; repo: string } {
  const [owner, repo, ...rest] = fullName.split('/')
  if (!owner || !repo || rest.length > 0) throw new RangeError(`"${fullName}" is not owner/name`)
  return { owner, repo }
}
