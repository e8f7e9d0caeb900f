import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApi, type RequestRecord } from './github/api/server.ts'
import { type AppOptions, createApp } from './github/app.ts'
import { createOAuth } from './github/auth/oauth.ts'
import { createTokens, type Tokens } from './github/auth/tokens.ts'
import { loadContract, type Violation } from './github/contract/contract.ts'
import { createFaults, type Faults } from './github/faults.ts'
import { createSmartHttp, isGitRequest } from './github/git/smart-http.ts'
import { createLimits, defaultLimits, type LimitOptions, type Limits } from './github/limits.ts'
import { createPages } from './github/pages/server.ts'
import { createPeople, type People } from './github/people.ts'
import type { App, User } from './github/state.ts'
import { createDeliverer, type Deliverer } from './github/webhooks/deliverer.ts'
import type { Delivery } from './github/webhooks/delivery.ts'
import { pingOf } from './github/webhooks/ping.ts'
import { createIds, createLocks, type Locks, type World } from './github/world.ts'

export interface GitHubSimulatorOptions {
  readonly app?: AppOptions
  /** Where to send webhooks; see also {@link GitHubSimulator.setWebhookUrl}. */
  readonly webhookUrl?: string
  /** Of an installation token, in milliseconds. Default one hour. */
  readonly tokenLifetime?: number
  readonly limits?: Partial<LimitOptions>
  readonly now?: () => Date
  /** Default: a free one. */
  readonly port?: number
}

/**
 * A GitHub of one's own: REST below `/api/v3`, git over HTTP below `/OWNER/NAME.git`, webhooks, and pages.
 * All state is in memory and one temporary folder, and gone after {@link stop}.
 */
export interface GitHubSimulator extends People {
  /** `http://127.0.0.1:PORT`; its host is Probot's `GHE_HOST`. */
  readonly url: string
  /** What Octokit calls `baseUrl`. */
  readonly apiUrl: string
  /** The one there is: another one after a person created it from a manifest. */
  readonly app: App
  /** Whatever did not fit GitHub's published description. A test ends by asserting that it is empty. */
  readonly violations: readonly Violation[]
  /** Every REST request so far, oldest first. */
  readonly requests: readonly RequestRecord[]
  /** Every attempt to deliver a webhook so far, oldest first. */
  readonly deliveries: readonly Delivery[]
  readonly faults: Faults
  readonly limits: Pick<Limits, 'beginSecondary'>
  /** Sets where webhooks go, from now on. Nothing is sent before. */
  readonly setWebhookUrl: (url: string | undefined) => void
  /** Sets where people who sign in with the app may be led back to. */
  readonly setCallbackUrls: (urls: readonly string[]) => void
  /** Sends the event by which GitHub tries out a webhook that was just set. */
  readonly ping: () => void
  /** Delivers again, as the button on the app's page does. The guid stays. */
  readonly redeliver: (delivery: Delivery) => void
  /** Resolves when all that was pushed and done is known to all, and no webhook is on the way. */
  readonly settled: () => Promise<void>
  /** A token with which this person uses the API and git. */
  readonly tokenFor: (user: User) => string
  /** Ends all installation tokens handed out so far. */
  readonly expireTokens: () => void
  readonly stop: () => Promise<void>
}

export async function startGitHubSimulator(options: GitHubSimulatorOptions = {}): Promise<GitHubSimulator> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-github-'))
  const contract = await loadContract()
  const faults = createFaults()
  const requests: RequestRecord[] = []
  const locks = createLocks()
  const world = await createWorld(folder, options, { locks, events: event => deliverer.send(event) })
  const deliverer: Deliverer = createDeliverer(world, contract, faults)
  deliverer.url = options.webhookUrl
  const tokens: Tokens = createTokens(world, options.tokenLifetime ?? 3600_000)
  const limits = createLimits(world, { ...defaultLimits, ...options.limits })
  const people = createPeople(world)

  const api = createApi({ world, contract, tokens, limits, faults, deliverer, requests })
  const git = createSmartHttp(world, tokens)
  const pages = createPages({ world, deliverer, contract, oauth: createOAuth(world, tokens) })
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', world.url)
    answer(url, request, response).catch((error: unknown) => {
      process.stderr.write(`GitHub simulator: ${error instanceof Error ? error.stack : String(error)}\n`)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })

  async function answer(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.pathname === '/api/v3' || url.pathname.startsWith('/api/v3/'))
      return await api(request, response, url)
    if (isGitRequest(url)) return await git(request, response, url)
    await pages(request, response, url)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    ...people,
    url: world.url,
    apiUrl: `${world.url}/api/v3`,
    get app() {
      return world.app
    },
    violations: contract.violations,
    requests,
    deliveries: deliverer.deliveries,
    faults,
    limits,
    setWebhookUrl: url => {
      deliverer.url = url
    },
    setCallbackUrls: urls => {
      world.app.callbackUrls = urls
    },
    ping: () => deliverer.send(pingOf(world, deliverer.url)),
    redeliver: deliverer.redeliver,
    settled: async () => {
      await locks.idle()
      await deliverer.settled()
    },
    tokenFor: tokens.forUser,
    expireTokens: tokens.expireAll,
    stop: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
      await locks.idle()
      await deliverer.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function createWorld(
  folder: string,
  options: GitHubSimulatorOptions,
  parts: { readonly locks: Locks; readonly events: World['events'] },
): Promise<World> {
  const now = options.now ?? (() => new Date())
  const nextId = createIds()
  const owner: User = {
    id: nextId(),
    login: 'app-owner',
    name: 'App owner',
    email: 'app-owner@users.noreply.github.com',
    type: 'User',
  }
  const app = await createApp(options.app ?? {}, { id: 1_000_001, owner, botId: nextId(), now: now() })
  return {
    app,
    users: new Map([app.bot].map(user => [user.login.toLowerCase(), user])),
    repositories: new Map(),
    formerNames: new Map(),
    installations: new Map(),
    conversions: new Map(),
    folder,
    url: 'http://127.0.0.1',
    now,
    nextId,
    events: parts.events,
    exclusively: parts.locks.exclusively,
  }
}
