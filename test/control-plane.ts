import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, inject } from 'vitest'
import type { Cluster } from '../src/agent/cluster/cluster.ts'
import { createCluster } from '../src/agent/cluster/create-cluster.ts'
import type { RequestNotice } from '../src/agent/cluster/client.ts'
import { loadKubeConfig } from '../src/agent/cluster/kube-config.ts'
import type { KubernetesObject } from '../src/model/object.ts'

/** A real control plane, shared by the run; what a test file makes goes into namespaces of its own. */
export interface ControlPlane {
  /** Path of a kubeconfig that may do everything. */
  readonly kubeconfig: string
  readonly cluster: Cluster
  /** Every request of `cluster` since the last `forget`. */
  readonly requests: readonly RequestNotice[]
  forgetRequests(): void
  /** Creates a namespace that no other test uses; removed when the file is done. */
  namespace(): Promise<string>
  /** A namespace name that no other test uses; nothing is created. */
  freeName(prefix?: string): string
  /** Removed when the file is done: cluster-scoped things a test makes. */
  cleanUp(object: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>): void
  readonly signal: AbortSignal
}

/** To be called at the top of a test file or describe; the cluster is there when the first test runs. */
export function useControlPlane(name = 'shared'): ControlPlane {
  const requests: RequestNotice[] = []
  const leftovers: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>[] = []
  const ended = new AbortController()
  let kubeconfig = ''
  let cluster: (Cluster & { close(): void }) | null = null

  beforeAll(async () => {
    kubeconfig = await kubeconfigOf(name)
    const kubeConfig = loadKubeConfig({ kubeconfig })
    cluster = createCluster({ kubeConfig, onRequest: request => requests.push(request) })
  })

  afterAll(async () => {
    ended.abort(new Error('the test file is done'))
    if (!cluster) return
    const signal = AbortSignal.timeout(20_000)
    cluster.forgetDiscovery()
    const discovery = await cluster.discover(signal)
    for (const object of leftovers) {
      const resource = discovery.find(object.apiVersion, object.kind)
      const { namespace = '', name: of } = object.metadata
      if (resource) await cluster.delete(resource, { namespace, name: of }, {}, signal)
    }
    cluster.close()
  })

  const freeName = (prefix = 'test') => `${prefix}-${randomUUID().slice(0, 8)}`
  return {
    get kubeconfig() {
      return kubeconfig
    },
    get cluster() {
      if (!cluster) throw new Error('the control plane is there once the first test runs')
      return cluster
    },
    get requests() {
      return requests
    },
    forgetRequests: () => {
      requests.length = 0
    },
    freeName,
    async namespace() {
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: freeName() } }
      await this.cluster.create(object, ended.signal)
      leftovers.push(object)
      return object.metadata.name
    },
    cleanUp: object => {
      leftovers.push(object)
    },
    signal: ended.signal,
  }
}

/** The kubeconfig of one of this run's clusters, which is started first if need be. */
async function kubeconfigOf(name: string): Promise<string> {
  const answer = await fetch(`${inject('services')}/clusters/${name}`)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the control plane did not start: ${text}`)
  return text
}
