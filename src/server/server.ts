import type { Logger } from 'pino'
import type { GitCache } from '../git/repository.ts'
import { createReadingMemory } from '../repository/reading-memory.ts'
import { agentRoutes } from './agents/agent-service.ts'
import { createWakeUps } from './agents/wake-ups.ts'
import { createForges } from './forges.ts'
import { createGitHubService, type GitHubApp } from './github-service.ts'
import { startHttpServer } from './http/http-server.ts'
import { defaultPatience, type Patience } from './jobs/deps.ts'
import { createPipeline } from './pipeline.ts'
import { pagesFrom } from './plan-pages.ts'
import { createQueue } from './queue/create-queue.ts'
import type { Job } from './queue/job.ts'
import type { GitHubSetup } from './setup/github-setup.ts'
import { createSetup } from './setup/setup.ts'
import { createSignIn } from './sign-in/sign-in.ts'
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
  readonly github: GitHubApp | null
  /** How to get one. Used while {@link github} is null; without it the server does without. */
  readonly setup?: GitHubSetup | null
  readonly patience?: Partial<Patience>
  readonly clock?: () => Date
  readonly keepAliveSeconds?: number
  /** Between two searches for what webhooks should have told. */
  readonly sweepSeconds?: number
  /** Between two looks for clusters that are not heard of. */
  readonly watchSeconds?: number
}

export interface RunningServer {
  readonly url: string
  /** Ends connections, interrupts jobs (they are done again at the next start) and resolves when all is quiet. Leaves the store open. */
  stop(): Promise<void>
}

/** Starts everything that the server does. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { store, git, logger, version } = options
  const patience = { ...defaultPatience, ...options.patience }
  const clock = options.clock ?? (() => new Date())
  const startedAt = clock()
  const stopping = new AbortController()
  const forges = createForges(store.repositories)
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
  const github = createGitHubService({ store, queue, logger, forges })
  if (options.github) await github.begin(options.github)
  let publicUrl = options.publicUrl
  const silenceSeconds = patience.silence
  const read = pagesFrom(store, { version, publicUrl: () => publicUrl, silenceSeconds })
  const signIn = createSignIn({
    forges,
    sessions: store.sessions,
    publicUrl: () => publicUrl ?? '',
    logger,
    clock,
  })
  const ours = createPages({ ...read, gate: signIn.gate })
  const setup =
    !options.github && options.setup
      ? createSetup({
          ...options.setup,
          publicUrl: () => publicUrl ?? '',
          logger,
          clock,
          begin: github.begin,
        })
      : null
  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    logger,
    agents,
    pages: async (request, response) =>
      (await setup?.pages(request, response)) ||
      (await signIn.pages(request, response)) ||
      ours(request, response),
    webhooks: github.receive,
    ready: () => store.check(),
  })
  publicUrl ??= http.url
  const readings = createReadingMemory()
  await queue.work(
    createPipeline({ store, queue, forges, git, readings, logger, publicUrl, patience, clock, startedAt }),
  )
  const enqueue = (job: Job) => queue.enqueue(store, { traceId: newTraceId(), job })
  const rounds = [
    regularly(options.sweepSeconds ?? 300, () => enqueue({ kind: 'sweep' }), logger),
    regularly(options.watchSeconds ?? 60, () => enqueue({ kind: 'clusters-watched' }), logger),
  ]
  logger.info({ url: http.url, publicUrl }, 'the server listens')
  if (options.github && !options.github.forge.signIn) {
    logger.warn(
      {},
      'nobody signs in: whoever has the unguessable address of a plan can read it; set GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET to ask the forge',
    )
  }
  setup?.announce()
  return {
    url: http.url,
    async stop() {
      for (const round of rounds) clearInterval(round)
      stopping.abort(new Error('the server stops'))
      await http.stop()
      await queue.stop()
      await wakeUps.close()
    },
  }
}

/** Now, and again and again. */
function regularly(seconds: number, work: () => Promise<void>, logger: Logger): NodeJS.Timeout {
  const once = () => {
    work().catch((error: unknown) => logger.error({ err: error }, 'a regular look could not be asked for'))
  }
  once()
  return setInterval(once, seconds * 1000)
}
