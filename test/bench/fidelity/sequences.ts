import { type Cluster, createCluster } from '../../../tools/control-plane/cluster.ts'
import { type Place, startPlace } from '../../fidelity/place.ts'
import { runSequences } from '../../fidelity/run-sequences.ts'
import { count as counted } from '../../../src/model/phrase.ts'
import type { Scenario } from '../scenario.ts'

export interface FidelityPlace {
  readonly place: Place
  stop(): Promise<void>
}

export async function startFidelityPlace(signal: AbortSignal): Promise<FidelityPlace> {
  const cluster: Cluster = await createCluster({ name: 'bench-fidelity', controllers: false, signal })
  const place = await startPlace(cluster.kubeconfig)
  return {
    place,
    async stop() {
      await place.stop()
      await cluster.down()
    },
  }
}

const count = Number(process.env.FIDELITY_COUNT ?? 2_000)
const seed = Number(process.env.FIDELITY_SEED ?? Date.now() % 2 ** 31)

export const fidelityScenario: Scenario<FidelityPlace> = {
  name: 'fidelity',
  title: 'Plans held against what syncs made of them',
  about: `Sequences of edits by Git and by hand (kubectl apply of both kinds, scale, patches, other field managers, an admission policy that mutates) on objects of
more than 15 kinds; after each the plan, the sync, and a comparison of every prediction with what the API server then holds, of what the plan did not
list with what it was before, and a second plan, which has to be empty and to cost no dry run. Another seed each time (\`FIDELITY_SEED\`), which finds the same
sequences again; \`FIDELITY_COUNT\` plays fewer. A mismatch is simplified and printed.`,
  async measure({ place }) {
    const startedAt = performance.now()
    const { found, tally } = await runSequences(place, {
      seed,
      count,
      lanes: 4,
      onDone: done => {
        if (done % 100 === 0) console.log(`${done} of ${counted(count, 'sequence')} played`)
      },
    })
    for (const { index, text } of found) console.log(`\nsequence ${index} of seed ${seed}\n${text}`)
    const minutes = (performance.now() - startedAt) / 60_000
    const rows = [
      ['sequences', String(count)],
      ['seed', String(seed)],
      ['syncs that were compared', String(tally.synced ?? 0)],
      ['changes that were planned', String(changesIn(tally))],
      ['sequences with a mismatch', String(found.length)],
      ['minutes', minutes.toFixed(1)],
    ]
    return { columns: ['', 'fidelity'], rows }
  },
}

function changesIn(tally: Readonly<Record<string, number>>): number {
  return ['create', 'update', 'adopt', 'replace', 'delete'].reduce((sum, it) => sum + (tally[it] ?? 0), 0)
}
