import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { config } from 'zod'
import { openClusterAccess } from '../agent/cluster/cluster-access.ts'
import { type AgentParts, createAgentParts } from '../compose/agent-parts.ts'
import { localCharts } from '../compose/charts.ts'
import { explained } from './cluster-failure.ts'
import type { TargetOptions } from './commands/options.ts'
import { commandSignal } from './signal.ts'

/** The agent's engine on a laptop: one cluster by kubeconfig, nothing kept on disk. */
export interface LocalEngine extends AgentParts {
  /** Stands for the cluster in plans: the context's name. */
  readonly clusterName: string
}

/**
 * Runs `work` with an engine and tidies up after it. Ctrl-C, or the end of `timeout` (seconds), aborts the signal, which makes
 * a sync roll back; a second Ctrl-C ends the process, and the next sync finishes or rolls back by the journal.
 */
export async function withLocalEngine(
  options: Pick<TargetOptions, 'kubeconfig' | 'context' | 'timeout' | 'chartHosts' | 'fetch'>,
  work: (engine: LocalEngine, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  // Compiling a schema pays after a few hundred values, which a command seldom sees.
  config({ jitless: true })
  const { kubeconfig, context } = options
  const access = await openClusterAccess({ kubeconfig, context })
  const clusterName = access.getCurrentContext()
  const dataFolder = await mkdtemp(join(tmpdir(), 'plumbline-'))
  const parts = createAgentParts({
    access,
    clusterName,
    dataFolder,
    concurrentSyncs: 1,
    gitProtocols: ['file'],
    charts: localCharts(options, process.env),
    logger: quietLogger,
    env: process.env,
  })
  try {
    await work({ ...parts, clusterName }, commandSignal(options))
  } catch (error) {
    throw explained(error, access)
  } finally {
    parts.cluster.close()
    await rm(dataFolder, { recursive: true, force: true })
  }
}

/** Progress is for the agent's log; of a person's terminal only what went wrong is worth a line. */
const quietLogger = {
  info: () => undefined,
  // Why something goes another way is in the result that is printed.
  warn: (_fields: object, message: string) => tell(message),
  error(fields: object, message: string) {
    const { err } = fields as { err?: unknown }
    tell(`${message}${err instanceof Error ? `: ${err.message}` : ''}`)
  },
}

function tell(message: string): void {
  process.stderr.write(`plumbline: ${message}\n`)
}
