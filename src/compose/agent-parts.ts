import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Checkouts } from '../agent/checkout/checkouts.ts'
import { createCheckouts } from '../agent/checkout/create-checkouts.ts'
import type { ClusterAccess } from '../agent/cluster/cluster-access.ts'
import type { Cluster } from '../agent/cluster/cluster.ts'
import { createCluster } from '../agent/cluster/create-cluster.ts'
import { createPlanner, type Planner } from '../agent/plan/planner.ts'
import type { Charts } from '../agent/render/charts/charts.ts'
import type { Renderer } from '../agent/render/renderer.ts'
import { createState } from '../agent/state/create-state.ts'
import type { State } from '../agent/state/state.ts'
import type { SyncLogger } from '../agent/sync/context.ts'
import { createSyncer } from '../agent/sync/create-syncer.ts'
import { noTenancy, type Tenancy } from '../agent/tenancy/tenancy.ts'
import type { Syncer } from '../agent/sync/syncer.ts'
import { createGitCache } from '../git/git-cache.ts'
import type { GitCache } from '../git/repository.ts'
import { rendererFor } from './renderer.ts'

export interface AgentPartsConfig {
  readonly access: ClusterAccess
  readonly clusterName: string
  /** Mirrors, checkouts and caches; may be emptied at any time. */
  readonly dataFolder: string
  readonly concurrentSyncs: number
  /** `http` is for forges on this machine; `file` for the command line, whose repository is on disk. */
  readonly gitProtocols: readonly string[]
  /** Charts that are not in the repository; null when there are none. */
  readonly charts?: Charts | null
  /** Whom the cluster's owner allows what; missing: everything is done as the agent itself. */
  readonly tenancy?: Tenancy
  readonly logger: SyncLogger
  readonly env: NodeJS.ProcessEnv
}

/** What the agent and the command line share: everything that decides about and acts on one cluster. */
export interface AgentParts {
  readonly cluster: Cluster & { close(): void }
  readonly state: State
  readonly planner: Planner
  readonly syncer: Syncer
  readonly renderer: Renderer
  /** Charts that are not in the repository; null when there are none. */
  readonly charts: Charts | null
  readonly gitCache: GitCache
  readonly checkouts: Checkouts
  readonly clock: () => Date
  readonly tenancy: Tenancy
}

export function createAgentParts(config: AgentPartsConfig): AgentParts {
  mkdirSync(config.dataFolder, { recursive: true })
  const { logger, clusterName, tenancy = noTenancy } = config
  const clock = () => new Date()
  const cluster = createCluster({
    kubeConfig: config.access,
    onWatchTrouble: (resource, error) =>
      logger.warn({ err: error, kind: resource.kind }, 'a watch starts over'),
  })
  const state = createState(cluster, {
    clock,
    onUnreadable: (name, error) =>
      logger.warn({ err: error, application: name }, 'an Application object is left out'),
  })
  const planner = createPlanner({ cluster, state, clock, clusterName, tenancy })
  const limits = { syncs: config.concurrentSyncs }
  const syncer = createSyncer({ cluster, state, planner, clock, clusterName, logger, limits, tenancy })
  const charts = config.charts ?? null
  const renderer = rendererFor(config.env, { cacheFolder: join(config.dataFolder, 'renders'), charts })
  const gitCache = createGitCache({
    folder: join(config.dataFolder, 'git'),
    allowedProtocols: config.gitProtocols,
  })
  const checkouts = createCheckouts({ gitCache, folder: join(config.dataFolder, 'checkouts') })
  return { cluster, state, planner, syncer, renderer, charts, gitCache, checkouts, clock, tenancy }
}
