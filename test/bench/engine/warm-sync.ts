import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { openClusterAccess } from '../../../src/agent/cluster/cluster-access.ts'
import { createAgentParts } from '../../../src/compose/agent-parts.ts'
import { applicationFrom, plainSource } from '../../../src/model/application-from.ts'

/*
 * What of an agent a sync needs, in a process of its own: `warm-sync.ts KUBECONFIG DATA-FOLDER [FOLDER NAMESPACE APPLICATION ROUNDS]...`.
 * Syncs one folder after the other, each as often as it is told, as for one commit after the other, and prints a line of JSON:
 * milliseconds of the syncs of the last folder, and the most memory that the process held. The folders before it make it warm.
 */
const [kubeconfig = '', dataFolder = '', ...rest] = process.argv.slice(2)

const signal = AbortSignal.timeout(600_000)
const access = await openClusterAccess({ kubeconfig })
const parts = createAgentParts({
  access,
  clusterName: 'bench',
  dataFolder,
  concurrentSyncs: 1,
  gitProtocols: ['file'],
  logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  env: process.env,
})
await parts.state.prepare(signal)

async function syncOnce(folder: string, namespace: string, name: string, round: number): Promise<number> {
  const document = {
    apiVersion: 'plumbline.dev/v1alpha1' as const,
    kind: 'Application' as const,
    metadata: { name },
    spec: { source: { repoURL: '.' }, destination: { name: 'bench', namespace } },
  }
  const application = { ...applicationFrom(document, null), sources: [plainSource('.', '.')] }
  const startedAt = performance.now()
  const { kubernetesVersion, apiVersions } = await parts.cluster.discover(signal)
  const rendered = await parts.renderer.render(
    {
      folder,
      // Another commit each time: what is remembered of a render must not be what is measured.
      contentKey: `commit-${name}-${round}`,
      application,
      inRepository: () => true,
      destination: { kubernetesVersion, apiVersions },
    },
    signal,
  )
  const { outcome, error } = await parts.syncer.sync(
    {
      id: randomUUID(),
      application,
      removed: false,
      repository: null,
      revision: null,
      rendered,
      reviewedDigest: null,
      requireReviewedPlan: false,
    },
    signal,
  )
  if (outcome !== 'synced') throw new Error(`a sync ended as ${outcome}: ${error?.message}`)
  return performance.now() - startedAt
}

let milliseconds: number[] = []
for (let at = 0; at < rest.length; at += 4) {
  const [folder = '', namespace = '', name = '', rounds = '1'] = rest.slice(at)
  milliseconds = []
  for (let round = 0; round < Number(rounds); round++) {
    milliseconds.push(await syncOnce(folder, namespace, name, round))
    // As between two commits: what one sync leaves behind is not swept up in the time of the next.
    await wait(50)
  }
}
const status = await readFile('/proc/self/status', 'utf8')
const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN)
console.log(JSON.stringify({ milliseconds, peakBytes: peak * 1024 }))
parts.cluster.close()
