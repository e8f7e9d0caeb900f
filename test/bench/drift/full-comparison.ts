import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import { loadAssignment } from '../../../src/agent/drift/assignment.ts'
import { compare } from '../../../src/agent/drift/compare.ts'
import { readLive } from '../../../src/agent/plan/read-live.ts'
import { createState } from '../../../src/agent/state/create-state.ts'

export interface FullComparison {
  /** Of this process. */
  readonly processorMs: number
  readonly requests: number
}

/** What a poller does each time: every object of every application read and compared. */
export async function compareEverything(kubeconfig: string, signal: AbortSignal): Promise<FullComparison> {
  let requests = 0
  const cluster = createCluster({ kubeConfig: loadKubeConfig({ kubeconfig }), onRequest: () => requests++ })
  const state = createState(cluster)
  const redactionKey = await state.redactionKey(signal)
  const names = (await state.list(signal)).map(it => it.application.name)
  requests = 0
  const before = process.cpuUsage()
  for (const name of names) {
    const assignment = await loadAssignment(state, { name, known: null }, signal)
    if (!assignment) continue
    const wanted = new Map(
      Array.from(assignment.desired.values(), it => [it.id, it.object.apiVersion] as const),
    )
    const live = await readLive({ cluster, application: name, wanted }, signal)
    await compare({ cluster, assignment, live, redactionKey }, signal)
  }
  const { user, system } = process.cpuUsage(before)
  cluster.close()
  return { processorMs: (user + system) / 1000, requests }
}
