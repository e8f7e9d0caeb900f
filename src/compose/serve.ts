import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { version } from '../cli/version.ts'
import { createGitCache } from '../git/git-cache.ts'
import { startServer } from '../server/server.ts'
import { createStore } from '../server/store/create-store.ts'
import { databaseFolder } from './clusters.ts'
import { configuredGitHub } from './github.ts'
import { gitHubSetup } from './github-setup.ts'
import { createLogger } from './logger.ts'
import { shutdownSignal } from './shutdown.ts'

export interface ServeConfig {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly publicUrl: string | null
  readonly dataFolder: string
  readonly databaseUrl: string | null
  readonly env: NodeJS.ProcessEnv
}

/** The server's life: open the store, take webhooks and agents, end in order when asked to. */
export async function serve(config: ServeConfig): Promise<void> {
  const { host, port, dataFolder, databaseUrl, env } = config
  const logger = createLogger('server', env)
  const asked = shutdownSignal(() => new Error('the server was asked to end'))
  await mkdir(dataFolder, { recursive: true })
  const store = await createStore({ databaseUrl, folder: databaseFolder(dataFolder) })
  const github = await configuredGitHub(env, dataFolder, logger)
  const server = await startServer({
    host,
    port,
    publicUrl: config.publicUrl?.replace(/\/+$/, '') ?? null,
    version,
    store,
    git: createGitCache({ folder: join(dataFolder, 'git'), allowedProtocols: protocols(env) }),
    logger,
    github,
    setup: github ? null : await gitHubSetup(env, dataFolder, logger),
  })
  await ended(asked)
  await stop(server, store, logger)
}

/** Plain HTTP is for a forge on this machine, which says so by GHE_PROTOCOL. */
function protocols(env: NodeJS.ProcessEnv): readonly string[] {
  return env.GHE_PROTOCOL === 'http' ? ['https', 'http'] : ['https']
}

async function stop(
  server: { stop(): Promise<void> },
  store: { close(): Promise<void> },
  logger: Logger,
): Promise<void> {
  await server.stop()
  await store.close()
  logger.info({}, 'the server ends')
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
