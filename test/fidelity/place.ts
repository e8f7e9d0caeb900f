import { setTimeout as pause } from 'node:timers/promises'
import { createCluster } from '../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../src/agent/cluster/kube-config.ts'
import type { Cluster, Discovery } from '../../src/agent/cluster/cluster.ts'
import type { RequestNotice } from '../../src/agent/cluster/client.ts'
import { createPlanner, type Planner } from '../../src/agent/plan/planner.ts'
import { createState } from '../../src/agent/state/create-state.ts'
import { createSyncer } from '../../src/agent/sync/create-syncer.ts'
import type { Syncer } from '../../src/agent/sync/syncer.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { admissionLabel, startAdmission } from './admission.ts'
import { type Api, openApi } from './api.ts'
import { type Controllers, startControllers } from './controllers.ts'
import { createHands, type Hands } from './hands.ts'
import { definitions } from './kinds/custom.ts'

/** An API server, without controllers, on which sequences are played. */
export interface Place {
  readonly api: Api
  readonly hands: Hands
  readonly controllers: Controllers
  /** What the API server serves. */
  readonly discovery: Discovery
  readonly signal: AbortSignal
  /** The real agent, with its own count of requests. Sequences may run on several lanes at the same time. */
  openLane(): Lane
  /** A namespace's name that is new on this API server. */
  freeName(): string
  stop(): Promise<void>
}

export interface Lane {
  readonly cluster: Cluster
  readonly planner: Planner
  readonly syncer: Syncer
  /** What the agent asked since the last call. */
  takeRequests(): readonly RequestNotice[]
}

const stateNamespace = 'plumbline-system'
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The API server takes a moment to obey a policy and the webhooks that it was given. */
async function untilAdmitted(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const marks = { policy: 'policy.example.com/stamp', annotates: 'admission.example.com/seen' }
  for (const [admission, mark] of Object.entries(marks)) {
    const name = `admitted-${admission}`
    const metadata = { name, labels: { [admissionLabel]: admission } }
    const options = { dryRun: false, fieldManager: 'test' }
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata }, options, signal)
    const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe', namespace: name } }
    for (;;) {
      const { metadata: answered } = await cluster.apply(probe, { ...options, dryRun: true }, signal)
      if (answered.annotations?.[mark]) break
      await pause(100, undefined, { signal })
    }
  }
}

/** Prepares the API server of a kubeconfig, which nobody else uses. */
export async function startPlace(kubeconfig: string): Promise<Place> {
  const ended = new AbortController()
  const { signal } = ended
  const kubeConfig = loadKubeConfig({ kubeconfig })
  const clusters = [createCluster({ kubeConfig })] as const
  const [own] = clusters
  const api = openApi(kubeconfig)
  const admission = await startAdmission(kubeconfig)
  await createState(own, { namespace: stateNamespace }).prepare(signal)
  await define(own, definitions, signal)
  for (const object of admission.objects)
    await own.apply(object, { dryRun: false, fieldManager: 'test' }, signal)
  await untilAdmitted(own, signal)
  const controllers = await startControllers(own, api)
  const lanes: (Cluster & { close(): void })[] = []
  const prefix = `f${Date.now().toString(36)}`
  let names = 0

  return {
    api,
    hands: createHands(api, kubeconfig),
    controllers,
    discovery: await own.discover(signal),
    signal,
    freeName: () => `${prefix}-${names++}`,
    openLane() {
      let requests: RequestNotice[] = []
      const cluster = createCluster({ kubeConfig, onRequest: request => requests.push(request) })
      lanes.push(cluster)
      const state = createState(cluster, { namespace: stateNamespace })
      const common = { cluster, state, clock: () => new Date(), clusterName: 'dev' }
      const planner = createPlanner(common)
      return {
        cluster,
        planner,
        syncer: createSyncer({ ...common, planner, logger: silent }),
        takeRequests() {
          const taken = requests
          requests = []
          return taken
        },
      }
    },
    async stop() {
      await controllers.stop()
      ended.abort(new Error('the place is taken down'))
      await admission.stop()
      api.close()
      for (const cluster of [...lanes, ...clusters]) cluster.close()
    },
  }
}

async function define(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const object of objects) await cluster.apply(object, { dryRun: false, fieldManager: 'test' }, signal)
  for (;;) {
    cluster.forgetDiscovery()
    const discovery = await cluster.discover(signal)
    const isServed = (object: KubernetesObject) => {
      const { group, names } = object['spec'] as { group: string; names: { kind: string } }
      return discovery.find(`${group}/v1`, names.kind) !== null
    }
    if (objects.every(isServed)) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
