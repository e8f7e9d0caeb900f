import type { Probot } from 'probot'
import type { Logger } from 'pino'
import type { Forge, ForgeEvent } from '../forge/forge.ts'
import type { GitCache } from '../git/repository.ts'
import { agentRoutes } from './agents/agent-service.ts'
import { createWakeUps } from './agents/wake-ups.ts'
import { plumblineApp } from './app.ts'
import { createForges } from './forges.ts'
import { type PageHandler, startHttpServer } from './http/http-server.ts'
import { receiveWebhook } from './http/webhook-route.ts'
import { defaultPatience, type Patience } from './jobs/deps.ts'
import { createPipeline } from './pipeline.ts'
import { pagesFrom } from './plan-pages.ts'
import { createQueue } from './queue/create-queue.ts'
import type { Store } from './store/store.ts'
import { newTraceId } from './trace-id.ts'
import { createPages } from './web/pages.ts'

export interface ServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** How people reach it, without trailing slash; the address it listens on when null. */
  readonly publicUrl: string | null
  readonly version: string
  readonly store: Store
  readonly git: GitCache
  readonly logger: Logger
  /** The GitHub App; null while none is configured. */
  readonly github: {
    readonly probot: Probot
    readonly forge: Forge
    readonly eventFrom: (name: string, payload: unknown) => ForgeEvent
  } | null
  /** Pages that come before ours, such as the setup. */
  readonly pages?: PageHandler
  readonly patience?: Partial<Patience>
  readonly keepAliveSeconds?: number
  /** Between two searches for what webhooks should have told. */
  readonly sweepSeconds?: number
}

export interface RunningServer {
  readonly url: string
  /** Ends connections, interrupts jobs (they are done again at the next start) and resolves when all is quiet. Leaves the store open. */
  stop(): Promise<void>
}

/** Starts everything that the server does. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { store, git, logger, github, version } = options
  const patience = { ...defaultPatience, ...options.patience }
  const stopping = new AbortController()
  const forges = createForges(github ? [github.forge] : [])
  const queue = await createQueue({ store, logger })
  const wakeUps = await createWakeUps(store)
  const agents = agentRoutes({
    store,
    queue,
    forges,
    wakeUps,
    logger,
    version,
    keepAliveSeconds: options.keepAliveSeconds ?? 5,
    stopping: stopping.signal,
  })
  if (github) await github.probot.load(plumblineApp({ store, queue, logger, eventFrom: github.eventFrom }))
  let publicUrl = options.publicUrl
  const silenceSeconds = patience.silence
  const ours = createPages(pagesFrom(store, { version, publicUrl: () => publicUrl, silenceSeconds }))
  const pages: PageHandler = async (request, response) =>
    (await options.pages?.(request, response)) || ours(request, response)
  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    logger,
    agents,
    pages,
    webhooks: github
      ? (request, response) => receiveWebhook({ probot: github.probot, logger }, request, response)
      : null,
    ready: () => store.check(),
  })
  publicUrl ??= http.url
  await queue.work(
    createPipeline({ store, queue, forges, git, logger, publicUrl, patience, clock: () => new Date() }),
  )
  const sweeping = sweepRegularly(
    options.sweepSeconds ?? 300,
    async () => {
      await queue.enqueue(store, { traceId: newTraceId(), job: { kind: 'sweep' } })
    },
    logger,
  )
  logger.info({ url: http.url, publicUrl }, 'the server listens')
  return {
    url: http.url,
    async stop() {
      clearInterval(sweeping)
      stopping.abort(new Error('the server stops'))
      await http.stop()
      await queue.stop()
      await wakeUps.close()
    },
  }
}

function sweepRegularly(seconds: number, sweep: () => Promise<void>, logger: Logger): NodeJS.Timeout {
  const once = () => {
    sweep().catch((error: unknown) => logger.error({ err: error }, 'the search for lost changes failed'))
  }
  once()
  return setInterval(once, seconds * 1000)
}
