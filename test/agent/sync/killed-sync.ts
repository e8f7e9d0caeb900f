import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import { createPlanner } from '../../../src/agent/plan/planner.ts'
import { createState } from '../../../src/agent/state/create-state.ts'
import { createSyncer } from '../../../src/agent/sync/create-syncer.ts'
import type { SyncRequest } from '../../../src/agent/sync/syncer.ts'

/** A process that syncs as told by its parent, and says when it waits for health: there it is killed. */
interface Told {
  readonly kubeconfig: string
  readonly stateNamespace: string
  readonly request: SyncRequest
}

process.once('message', (told: Told) => {
  const cluster = createCluster({ kubeConfig: loadKubeConfig({ kubeconfig: told.kubeconfig }) })
  const state = createState(cluster, { namespace: told.stateNamespace })
  const clock = () => new Date()
  const planner = createPlanner({ cluster, state, clock, clusterName: 'dev' })
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const namespace = told.stateNamespace
  const syncer = createSyncer({ cluster, state, planner, clock, clusterName: 'dev', logger, namespace })
  const onProgress = ({ step }: { step: string }) => {
    if (step === 'health') process.send?.('waiting')
  }
  void syncer.sync({ ...told.request, onProgress }, new AbortController().signal)
})
