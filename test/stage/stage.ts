import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type EnsureBinariesOptions, ensureBinaries } from '../../tools/control-plane/binaries.ts'
import { type Cluster, createCluster } from '../../tools/control-plane/cluster.ts'
import { startGuard } from '../../tools/machine/guard.ts'
import { type StageGitHub, type StageGitHubOptions, startStageGitHub } from './github.ts'
import { type PlumblineProcess, startPlumbline } from './process.ts'
import { type StageServer, startStageServer } from './server.ts'

/** Everything of the story, for real: clusters, GitHub, the server, and an agent in each cluster. */
export interface Stage {
  /** Holds data; removed by {@link stop}. */
  readonly folder: string
  readonly github: StageGitHub
  readonly server: StageServer
  readonly clusters: Readonly<Record<string, Cluster>>
  readonly logFiles: readonly string[]
  startAgent(cluster: string): Promise<void>
  stopAgent(cluster: string, signal?: NodeJS.Signals): Promise<void>
  /** Ends and removes all of it. */
  stop(): Promise<void>
}

export interface StageOptions extends StageGitHubOptions {
  /** Names of clusters, each with an agent. Cluster names on this machine get `prefix` before them. */
  readonly clusters: readonly string[]
  readonly prefix: string
  /** Told before each part is started; they come in this order. */
  readonly onPart?: (part: StagePart) => void
  readonly onBinaries?: EnsureBinariesOptions['onProgress']
  /** Aborting takes down what is there so far. */
  readonly signal?: AbortSignal
  /** Environment of server and agents. */
  readonly env?: Readonly<Record<string, string>>
}

export const stageParts = ['binaries', 'clusters', 'github', 'server', 'agents'] as const
export type StagePart = (typeof stageParts)[number]

/** Logs outlive the stage, so that what went wrong can be read: the last run's, by prefix. */
const logsFolder = resolve(import.meta.dirname, '..', '..', '.plumbline', 'logs')

/** Starts all parts; when one fails, those before it are taken down again. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-stage-'))
  const guard = startGuard(['rm', '-rf', folder])
  const logFolder = join(logsFolder, options.prefix)
  await rm(logFolder, { recursive: true, force: true })
  await mkdir(logFolder, { recursive: true })
  const undo: (() => Promise<void>)[] = [
    async () => {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      guard.dismiss()
    },
  ]
  const stop = async () => {
    for (const step of undo.splice(0).toReversed()) await step()
  }
  const begin = (part: StagePart) => {
    options.signal?.throwIfAborted()
    options.onPart?.(part)
  }
  try {
    begin('binaries')
    const binaries = await ensureBinaries({ onProgress: options.onBinaries, signal: options.signal })
    begin('clusters')
    const clusters: Record<string, Cluster> = {}
    for (const name of options.clusters) {
      const cluster = await createCluster({
        name: `${options.prefix}-${name}`,
        ...(options.signal ? { signal: options.signal } : {}),
      })
      undo.push(() => cluster.down())
      clusters[name] = cluster
    }
    begin('github')
    const github = await startStageGitHub(options)
    undo.push(() => github.simulator.stop())
    begin('server')
    const env = options.env ?? {}
    const server = await startStageServer({
      simulator: github.simulator,
      folder,
      logFolder,
      clusters: options.clusters,
      env,
    })
    undo.push(() => server.stop())
    begin('agents')
    const agents = createStageAgents({
      folder,
      logFolder,
      server,
      clusters,
      env: { ...env, PLUMBLINE_BIN: binaries },
    })
    undo.push(() => agents.stopAll())
    await Promise.all(options.clusters.map(name => agents.start(name)))
    const logFiles = [server.logFile, ...options.clusters.map(name => agents.logFile(name))]
    return {
      folder,
      github,
      server,
      clusters,
      logFiles,
      startAgent: agents.start,
      stopAgent: agents.stop,
      stop,
    }
  } catch (cause) {
    await stop()
    throw cause
  }
}

interface AgentsOptions {
  readonly folder: string
  readonly logFolder: string
  readonly server: StageServer
  readonly clusters: Readonly<Record<string, Cluster>>
  readonly env: Readonly<Record<string, string>>
}

function createStageAgents(options: AgentsOptions) {
  const running = new Map<string, PlumblineProcess>()
  const logFile = (name: string) => join(options.logFolder, `agent-${name}.log`)

  async function start(name: string): Promise<void> {
    const data = join(options.folder, `agent-${name}`)
    await mkdir(data, { recursive: true })
    const { kubeconfig } = options.clusters[name]!
    const tokenFile = options.server.tokenFiles[name]!
    const agent = startPlumbline({
      args: [
        'agent',
        '--server',
        options.server.url,
        '--cluster',
        name,
        '--token-file',
        tokenFile,
        '--kubeconfig',
        kubeconfig,
        '--data',
        data,
      ],
      env: { LOG_LEVEL: 'debug', ...options.env },
      logFile: logFile(name),
    })
    running.set(name, agent)
    await agent.waitForOutput(/connected to the server/, 60_000)
  }

  async function stop(name: string, signal?: NodeJS.Signals): Promise<void> {
    await running.get(name)?.stop(signal)
    running.delete(name)
  }

  return {
    logFile,
    start,
    stop,
    async stopAll() {
      await Promise.all([...running.keys()].map(name => stop(name)))
    },
  }
}
