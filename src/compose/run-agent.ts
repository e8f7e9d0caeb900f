import { openClusterAccess } from '../agent/cluster/cluster-access.ts'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { createAdopter } from '../agent/adopt/create-adopter.ts'
import { createAuditLog } from '../agent/drift/audit-log.ts'
import { createDriftWatcher } from '../agent/drift/create-drift-watcher.ts'
import { lead } from '../agent/lease/lease.ts'
import { createLink, type Link } from '../agent/link/link.ts'
import { createPlanWatch } from '../agent/observe/plan-watch.ts'
import { createAgentPipeline } from '../agent/pipeline.ts'
import { pullOnce } from '../agent/pull.ts'
import { createSources, type Sources, type SourcesDependencies } from '../agent/sources.ts'
import { HandOver, type RecoveredSync } from '../agent/sync/syncer.ts'
import { readTenants } from '../agent/tenancy/tenants-file.ts'
import { createTenancy, noTenancy } from '../agent/tenancy/tenancy.ts'
import { version } from '../cli/version.ts'
import { stateNamespace } from '../model/fields.ts'
import { isInRepository } from '../repository/same-repository.ts'
import { type AgentParts, createAgentParts } from './agent-parts.ts'
import { agentCharts } from './charts.ts'
import { createCredentials } from './credentials.ts'
import { finishLeft } from './finish-left.ts'
import { createLogger } from './logger.ts'
import { shutdownSignal } from './shutdown.ts'
import { keepHeapSteady } from './steady-heap.ts'
import { untilDone } from './until-done.ts'

export interface AgentConfig {
  readonly serverUrl: string
  readonly clusterName: string
  readonly tokenFile: string
  readonly kubeconfig: string | null
  readonly context: string | null
  readonly dataFolder: string
  readonly concurrentSyncs: number
  /** File that lists where charts may be fetched from; without, they come from the repository alone. */
  readonly chartHostsFile: string | null
  /** File that lists which repositories may deploy where, and as whom; without, all may do what the agent may. */
  readonly tenantsFile: string | null
  /** The API server's audit log; without, no users are named. */
  readonly auditLogFile: string | null
}

/** How often is looked for syncs that others began, and nobody ends. */
const finishEveryMs = 60_000
/** How often Git is asked while the server is gone. */
const pullEveryMs = 60_000

/** The agent's life: prepare, lead, finish what an earlier life began, watch, and serve commands until asked to end. */
export async function runAgent(config: AgentConfig): Promise<void> {
  keepHeapSteady()
  const logger = createLogger('agent', process.env)
  const asked = shutdownSignal(() => new HandOver())
  const gitProtocols = config.serverUrl.startsWith('http:') ? ['https', 'http'] : ['https']
  const { kubeconfig, context } = config
  const access = await openClusterAccess({
    kubeconfig: kubeconfig ?? undefined,
    context: context ?? undefined,
  })
  const charts = await agentCharts(config.chartHostsFile, join(config.dataFolder, 'charts'))
  const tenancy =
    config.tenantsFile === null ? noTenancy : createTenancy(await readTenants(config.tenantsFile))
  const parts = createAgentParts({
    ...config,
    tenancy,
    charts,
    access,
    gitProtocols,
    logger,
    env: process.env,
  })
  const { state, syncer } = parts
  try {
    await untilDone('prepare the state in the cluster', () => state.prepare(asked), { signal: asked, logger })
    const leadership = await becomeLeader(parts, logger, asked)
    const signal = AbortSignal.any([asked, handOverWhen(leadership.lost)])
    const link = createLink({ serverUrl: config.serverUrl, token: await tokenFrom(config.tokenFile), logger })
    const recovered = await untilDone('finish interrupted syncs', () => syncer.recover(signal), {
      signal,
      logger,
    })
    recovered.forEach(tellEnd(link))
    await serve(parts, { config, link, logger, signal })
    await leadership.release()
  } catch (cause) {
    if (!asked.aborted) throw cause
  } finally {
    parts.cluster.close()
  }
  logger.info({}, 'the agent ends')
  if (!asked.aborted) process.exitCode = 1
}

function tellEnd(link: Link) {
  return ({ id, result }: RecoveredSync) => link.settle(id, { kind: 'sync', result })
}

async function serve(
  parts: AgentParts,
  life: {
    readonly config: AgentConfig
    readonly link: Link
    readonly logger: Logger
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { state, syncer, planner, cluster, clock } = parts
  const { link, logger, signal } = life
  const { clusterName, auditLogFile } = life.config
  const sources = sourcesOf(parts, link)
  const onFault = (cause: unknown, application: string) =>
    logger.error({ err: cause, application }, 'a command failed unexpectedly')
  const adopter = createAdopter({
    ...parts,
    clusterName,
    inRepository: ofRepository,
    credential: credentialsOf(parts, link),
    folder: join(life.config.dataFolder, 'adoptions'),
    onFault,
  })
  const pipeline = createAgentPipeline({
    sources,
    planner,
    syncer,
    adopter,
    state,
    planWatch: createPlanWatch({ cluster, state, clusterName, logger, tenancy: parts.tenancy }),
    clusterName,
    clock,
    onFault,
    onPlanned: ({ spent, ...made }) => logger.info({ ...made, spentMs: spent }, 'a plan was made'),
  })
  const drift = createDriftWatcher({
    cluster,
    state,
    syncer,
    clock,
    clusterName,
    logger,
    tenancy: parts.tenancy,
    auditLog: auditLogFile === null ? null : createAuditLog({ path: auditLogFile }),
    onReport: report => link.reportDrift(report),
  })
  const hello = async () => ({
    version,
    kubernetesVersion: (await cluster.discover(signal)).kubernetesVersion,
    applications: (await state.list(signal)).map(it => it.application.name),
  })
  const resolve: Sources['resolve'] = sources.resolve
  const serverIsThere = () => link.connected
  await Promise.all([
    untilDone('watch for drift', () => drift.start(signal), { signal, logger }),
    link.run({ hello, greeted: drift.tellAgain, execute: pipeline.execute }, signal),
    repeat(finishEveryMs, signal, () => finishLeft({ syncer, logger, onEnd: tellEnd(link) }, signal)),
    repeat(pullEveryMs, signal, () =>
      pullOnce({ state, resolve, pipeline, serverIsThere, clock, logger }, signal),
    ),
  ])
}

function sourcesOf(parts: AgentParts, link: Link): Sources {
  const { gitCache, checkouts, renderer, cluster } = parts
  return createSources({
    gitCache,
    checkouts,
    renderer,
    cluster,
    inRepository: ofRepository,
    credential: credentialsOf(parts, link),
  })
}

function credentialsOf({ clock }: AgentParts, link: Link): SourcesDependencies['credential'] {
  return createCredentials((cloneUrl, signal) => link.gitCredential(cloneUrl, signal), clock)
}

const ofRepository: SourcesDependencies['inRepository'] = (source, repository) =>
  isInRepository(source, repository.cloneUrl)

function becomeLeader(parts: AgentParts, logger: Logger, signal: AbortSignal) {
  const identity = `${hostname()}_${randomUUID()}`
  const waiting = (holder: string) => logger.info({ holder }, 'another agent leads: waiting for its lease')
  const lease = {
    cluster: parts.cluster,
    namespace: stateNamespace,
    name: 'plumbline-agent',
    identity,
    clock: parts.clock,
  }
  return untilDone(
    'become the leader',
    () => lead({ ...lease, durationSeconds: 15, onWaiting: waiting }, signal),
    { signal, logger },
  )
}

/** A leader that lost its lease stops writing at once; whoever leads next finds the journal. */
function handOverWhen(lost: AbortSignal): AbortSignal {
  const controller = new AbortController()
  lost.addEventListener('abort', () => controller.abort(new HandOver()))
  return controller.signal
}

async function tokenFrom(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8')).trim()
  if (token === '')
    throw new Error(`${file} is empty: put the token in it that \`plumbline clusters add\` printed`)
  return token
}

/** Runs `work` every `ms` until `signal` aborts. `work` sees to its own failures. */
async function repeat(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
    })
    if (!signal.aborted) await work()
  }
}
