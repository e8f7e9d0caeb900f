import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster } from '../../../../src/agent/cluster/cluster.ts'
import { createCluster } from '../../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../../src/agent/cluster/kube-config.ts'
import { createState } from '../../../../src/agent/state/create-state.ts'
import type { State } from '../../../../src/agent/state/state.ts'
import type { SyncLimits } from '../../../../src/agent/sync/context.ts'
import { type GoBetween, startGoBetween } from '../../../go-between/go-between.ts'
import { gadgets } from './world.ts'

/** A cluster on which worlds are made, and go-betweens to it. */
export interface ProofPlace {
  readonly kubeconfig: string
  /** Straight to the API server, for tests to look and to prepare. */
  readonly cluster: Cluster
  readonly limits: Partial<SyncLimits>
  readonly signal: AbortSignal
  goBetween(name: string): Promise<GoBetween>
  /** One of an agent that nobody else uses. */
  memory(name: string): Promise<Memory>
  stop(): Promise<void>
}

export interface Memory {
  readonly stateNamespace: string
  readonly state: State
}

/** Short enough for tests; the rules are the same. */
const limits: Partial<SyncLimits> = {
  rollbackHealthMs: 20_000,
  patience: { stuckMs: 500, crashMs: 500, restarts: 1, degradedMs: 500 },
}

export async function startProofPlace(kubeconfig: string, prefix: string): Promise<ProofPlace> {
  const ended = new AbortController()
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-proof-'))
  const cluster = createCluster({ kubeConfig: loadKubeConfig({ kubeconfig }) })
  await cluster.apply(gadgets, { dryRun: false, fieldManager: 'test' }, ended.signal)
  const opened: GoBetween[] = []
  return {
    kubeconfig,
    cluster,
    limits,
    signal: ended.signal,
    async goBetween(name) {
      const between = await startGoBetween(kubeconfig, join(folder, `${name}.kubeconfig`))
      opened.push(between)
      return between
    },
    async memory(name) {
      const stateNamespace = `${prefix}-${name}`
      const state = createState(cluster, { namespace: stateNamespace })
      await state.prepare(ended.signal)
      return { stateNamespace, state }
    },
    async stop() {
      ended.abort(new Error('the proof has ended'))
      await Promise.all(opened.map(it => it.stop()))
      cluster.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
