import { join } from 'node:path'
import type { GitHubSimulator } from '../simulator/start-github-simulator.ts'
import { type PlumblineProcess, startPlumbline } from './process.ts'
import { runPlumbline } from './run-plumbline.ts'

/** The server as its own process, on the simulator's GitHub App. */
export interface StageServer {
  readonly url: string
  readonly logFile: string
  readonly dataFolder: string
  /** Where each cluster's token is kept. */
  readonly tokenFiles: Readonly<Record<string, string>>
  /** Ends it. With SIGKILL it has no time to tidy up. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on the same port and data. */
  start(): Promise<void>
}

export interface StageServerOptions {
  readonly simulator: GitHubSimulator
  readonly folder: string
  readonly logFolder: string
  /** Clusters to register; their tokens are written to `<folder>/<name>.token`. */
  readonly clusters: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export async function startStageServer(options: StageServerOptions): Promise<StageServer> {
  const dataFolder = join(options.folder, 'server')
  const logFile = join(options.logFolder, 'server.log')
  const tokenFiles: Record<string, string> = {}
  for (const name of options.clusters) {
    const file = join(options.folder, `${name}.token`)
    const add = ['clusters', 'add', name, '--data', dataFolder]
    await runPlumbline(add, { toFile: file, env: options.env ?? {} })
    tokenFiles[name] = file
  }
  const { app } = options.simulator
  const github = new URL(options.simulator.url)
  const env = {
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: app.webhookSecret,
    GITHUB_CLIENT_ID: app.clientId,
    GITHUB_CLIENT_SECRET: app.clientSecret,
    GHE_HOST: github.host,
    GHE_PROTOCOL: 'http',
    LOG_LEVEL: 'debug',
    ...options.env,
  }
  let port = '0'
  let process: PlumblineProcess | null = null

  async function start(): Promise<void> {
    process = startPlumbline({
      args: ['server', '--host', '127.0.0.1', '--port', port, '--data', dataFolder],
      env,
      logFile,
    })
    const [, found] = await process.waitForOutput(/"url":"http:\/\/127\.0\.0\.1:(\d+)"/, 30_000)
    port = found!
    options.simulator.setWebhookUrl(`http://127.0.0.1:${port}/api/github/webhooks`)
    options.simulator.setCallbackUrls([`http://127.0.0.1:${port}/sign-in/callback`])
  }

  await start()
  return {
    url: `http://127.0.0.1:${port}`,
    logFile,
    dataFolder,
    tokenFiles,
    start,
    async stop(signal) {
      await process?.stop(signal)
      process = null
    },
  }
}
