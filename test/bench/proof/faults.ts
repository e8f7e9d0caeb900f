import { playFaults } from '../../agent/sync/proof/faults.ts'
import type { FaultName } from '../../go-between/faults.ts'
import { spread, spreadColumns } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import type { BenchProofPlace } from './place.ts'

const count = Number(process.env['FAULT_COUNT'] ?? 100)
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 2 ** 31)

export const faultsScenario: Scenario<BenchProofPlace> = {
  name: 'faults',
  title: 'Syncs through an API server in trouble',
  about: `One request in ten between the agent and the API server meets a fault: 429, 500 and 503 before or after it was carried out, a webhook that is not ready, a connection that breaks
before or after it, no answer ever, a slow one. Syncs of 60 objects go to and fro, now and then towards a state that is never healthy. After each, every object is compared with
what the result says that there is, and no hook may have been made twice. "Wrong" is whatever is neither synced nor rolled back, or not what it says. \`FAULT_COUNT\` plays fewer; \`FAULT_SEED\` meets the same faults again.`,
  async measure({ place }) {
    const met = new Map<FaultName, number>()
    const weathered = await playFaults(place, {
      count,
      seed,
      share: 0.1,
      lanes: 4,
      world: {},
      onFault: name => met.set(name, (met.get(name) ?? 0) + 1),
      onDone({ wrong }, done) {
        if (wrong.length > 0) console.log(`\n${wrong.join('\n')}`)
        if (done % 10 === 0) console.log(`${done} of ${count} synced`)
      },
    })
    console.log([...met].map(([name, times]) => `${times} times ${name}`).join(', '))
    const rows = (['synced', 'rolled-back'] as const).map(outcome => {
      const all = weathered.filter(it => it.outcome === outcome)
      const faults = all.reduce((sum, it) => sum + it.faults, 0)
      const wrong = all.filter(it => it.wrong.length > 0).length
      const times = all.length > 0 ? spread(all.map(it => it.ms)) : spreadColumns.map(() => '–')
      return [outcome, ...times, String(faults), String(wrong)]
    })
    const others = weathered.filter(it => it.outcome !== 'synced' && it.outcome !== 'rolled-back')
    rows.push(['anything else', String(others.length), '–', '–', '–', '–', String(others.length)])
    return { columns: [`seed ${seed}`, ...spreadColumns, 'faults', 'wrong'], rows }
  },
}
