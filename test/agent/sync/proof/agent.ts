import { createCluster } from '../../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../../src/agent/cluster/kube-config.ts'
import type { Timeouts } from '../../../../src/agent/cluster/client.ts'
import { createPlanner } from '../../../../src/agent/plan/planner.ts'
import { createState } from '../../../../src/agent/state/create-state.ts'
import type { SyncLimits } from '../../../../src/agent/sync/context.ts'
import { createSyncer } from '../../../../src/agent/sync/create-syncer.ts'
import type { Syncer } from '../../../../src/agent/sync/syncer.ts'

export interface AgentOptions {
  readonly kubeconfig: string
  readonly stateNamespace: string
  readonly identity: string
  readonly limits: Partial<SyncLimits>
  readonly timeouts?: Timeouts
}

/** What syncs in an agent, with nothing in its memory: as after a start. */
export interface FreshAgent {
  readonly syncer: Syncer
  close(): void
}

export function openAgent(options: AgentOptions): FreshAgent {
  const { kubeconfig, stateNamespace, identity, limits, timeouts } = options
  const kubeConfig = loadKubeConfig({ kubeconfig })
  const cluster = createCluster({ kubeConfig, ...(timeouts ? { timeouts } : {}) })
  const state = createState(cluster, { namespace: stateNamespace })
  const common = { cluster, state, clock: () => new Date(), clusterName: 'dev' }
  const logger = process.env['PLUMBLINE_TEST_LOG'] ? loud : silent
  const planner = createPlanner(common)
  const syncer = createSyncer({ ...common, planner, logger, namespace: stateNamespace, identity, limits })
  return { syncer, close: () => cluster.close() }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const tell = (fields: object, message: string) => console.log(message, fields)
const loud = { info: tell, warn: tell, error: tell }
