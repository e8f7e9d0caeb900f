import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { openClusterAccess } from '../../../src/agent/cluster/cluster-access.ts'
import { createAgentParts } from '../../../src/compose/agent-parts.ts'
import { keepHeapSteady } from '../../../src/compose/steady-heap.ts'
import { applicationFrom, plainSource } from '../../../src/model/application-from.ts'

/*
 * What of an agent a plan needs, in a process of its own: `warm-agent.ts KUBECONFIG DATA-FOLDER CHECKOUT NAMESPACE APPLICATION ROUNDS`. Plans a checkout as often
 * as it is told, as for one commit after the other, and prints a line of JSON: milliseconds of each plan, and the most memory that it held.
 */
const [kubeconfig = '', dataFolder = '', folder = '', namespace = '', name = '', rounds = '1'] =
  process.argv.slice(2)

keepHeapSteady()
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
const document = {
  apiVersion: 'plumbline.dev/v1alpha1' as const,
  kind: 'Application' as const,
  metadata: { name },
  spec: { source: { repoURL: '.' }, destination: { name: 'bench', namespace } },
}
const application = { ...applicationFrom(document, null), sources: [plainSource('.', '.')] }

async function planOnce(round: number): Promise<number> {
  const startedAt = performance.now()
  const { kubernetesVersion, apiVersions } = await parts.cluster.discover(signal)
  const head = await parts.renderer.render(
    {
      folder,
      // Another commit each time: what is remembered of a render must not be what is measured.
      contentKey: `commit-${round}`,
      application,
      inRepository: () => true,
      destination: { kubernetesVersion, apiVersions },
    },
    signal,
  )
  const { plan } = await parts.planner.plan({ application, head, base: null, revision: null }, signal)
  if (plan.summary.error > 0) throw new Error(`${plan.summary.error} objects could not be planned`)
  return performance.now() - startedAt
}

const milliseconds: number[] = []
for (let round = 0; round < Number(rounds); round++) {
  milliseconds.push(await planOnce(round))
  // As between two pull requests: what one plan leaves behind is not swept up in the time of the next.
  await wait(50)
}
const status = await readFile('/proc/self/status', 'utf8')
const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN)
console.log(JSON.stringify({ milliseconds, peakBytes: peak * 1024 }))
parts.cluster.close()
