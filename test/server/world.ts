import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { Probot } from 'probot'
import { parse } from 'yaml'
import { eventFrom } from '../../src/forge/github/events.ts'
import { createGitHubForge } from '../../src/forge/github/github-forge.ts'
import { createGitHubSignIn } from '../../src/forge/github/sign-in.ts'
import type { ForgeSignIn } from '../../src/forge/sign-in.ts'
import { pacedOctokit } from '../../src/forge/github/paced-octokit.ts'
import { createGitCache } from '../../src/git/git-cache.ts'
import { createClusterRegistry } from '../../src/server/agents/cluster-registry.ts'
import type { Patience } from '../../src/server/jobs/deps.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/server.ts'
import type { Store } from '../../src/server/store/store.ts'
import type { Permissions, Repository, User } from '../simulator/github/state.ts'
import { openStore } from './databases.ts'
import { type GitHubSimulator, startGitHubSimulator } from '../simulator/start-github-simulator.ts'

/** The server for real, between a GitHub (simulated) and agents (scripted). */
export interface World {
  readonly github: GitHubSimulator
  readonly acme: User
  /** Administers every repository. */
  readonly alice: User
  /** May read every repository. */
  readonly carol: User
  readonly store: Store
  readonly server: RunningServer
  /** Everything logged, as JSON lines. */
  readonly log: readonly string[]
  /** Registers a cluster and returns its token. */
  register(cluster: string): Promise<string>
  /** A repository with the app installed. */
  repository(name: string, files: Readonly<Record<string, string>>): Promise<Repository>
  /** Ends the server as a crash would, as far as one process can, and starts it again on the same store. */
  restartServer(between?: () => Promise<void>): Promise<void>
  /** One more on the same database; whoever starts it stops it. */
  secondServer(): Promise<RunningServer>
  stop(): Promise<void>
}

type Rounds = Pick<ServerOptions, 'sweepSeconds' | 'watchSeconds' | 'clock'> & {
  /** Pages are for people whom the forge knows; else for whoever has their address. */
  readonly signIn?: boolean
}

export async function startWorld(
  patience: Partial<Patience> = {},
  keepAliveSeconds = 1,
  rounds: Rounds = {},
): Promise<World> {
  const manifest = await appManifest()
  const github = await startGitHubSimulator({
    app: { permissions: manifest.default_permissions, events: manifest.default_events },
    limits: { contentPerMinute: 10_000, pointsPerMinute: 100_000, perHour: 100_000 },
  })
  const acme = github.createUser('acme', { type: 'Organization' })
  const alice = github.createUser('alice')
  const carol = github.createUser('carol')
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-server-'))
  const store = await openStore()
  const log: string[] = []
  const logger = pino({ level: 'debug' }, { write: line => log.push(line) })
  const start = () => startTestServer({ github, store, logger, folder, patience, keepAliveSeconds, rounds })
  let server = await start()
  const listen = () => {
    github.setWebhookUrl(`${server.url}/api/github/webhooks`)
    github.setCallbackUrls([`${server.url}/sign-in/callback`])
  }
  listen()
  const installation = github.installApp({ owner: acme, repositories: [] })
  return {
    github,
    acme,
    alice,
    carol,
    store,
    log,
    get server() {
      return server
    },
    register: cluster => createClusterRegistry(store).add(cluster),
    async repository(name, files) {
      const collaborators = { alice: 'admin', carol: 'read' } as const
      const repository = await github.createRepository({ owner: acme, name, files, collaborators })
      github.addRepositories(installation, [repository])
      return repository
    },
    async restartServer(between = async () => {}) {
      await server.stop()
      await between()
      server = await start()
      listen()
    },
    secondServer: start,
    async stop() {
      await server.stop()
      await store.close()
      await github.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function startTestServer(it: {
  readonly github: GitHubSimulator
  readonly store: Store
  readonly logger: Logger
  readonly folder: string
  readonly patience: Partial<Patience>
  readonly keepAliveSeconds: number
  readonly rounds: Rounds
}): Promise<RunningServer> {
  const { github, store, logger, folder, patience, keepAliveSeconds } = it
  const { signIn, ...rounds } = it.rounds
  const { id: appId, privateKey, webhookSecret } = github.app
  const probot = new Probot({
    // The real pace would be most of what a test takes.
    Octokit: pacedOctokit({ writeMilliseconds: 5, contentMilliseconds: 5 }),
    appId,
    privateKey,
    secret: webhookSecret,
    baseUrl: github.apiUrl,
    log: logger,
  })
  await probot.ready()
  const forge = createGitHubForge({
    webUrl: github.url,
    appId,
    authenticate: installation => probot.auth(installation),
    signIn: signIn ? signInAt(github) : null,
  })
  return startServer({
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    version: '0.1.0',
    store,
    git: createGitCache({ folder, allowedProtocols: ['http'] }),
    logger,
    github: { probot, forge, eventFrom },
    // At once, unless a test is about the pace.
    patience: { quickPlan: 0, betweenEdits: 0, ...patience },
    keepAliveSeconds,
    ...rounds,
  })
}

function signInAt({ url, apiUrl, app }: GitHubSimulator): ForgeSignIn {
  const { clientId, clientSecret } = app
  return createGitHubSignIn({ webUrl: url, apiUrl, clientId, clientSecret })
}

/** The permissions that we ask people for are the ones that the tests run with. */
async function appManifest(): Promise<{
  readonly default_permissions: Permissions
  readonly default_events: readonly string[]
}> {
  return parse(await readFile(new URL('../../app.yml', import.meta.url), 'utf8'))
}
