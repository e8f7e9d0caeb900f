import { playCrashes } from '../../agent/sync/proof/play-crashes.ts'
import { spread, spreadColumns } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import type { BenchProofPlace } from './place.ts'

const count = Number(process.env['CRASH_COUNT'] ?? 200)
const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)

export const crashScenario: Scenario<BenchProofPlace> = {
  name: 'crash',
  title: 'Syncs whose process is killed',
  about: `A sync that creates, changes and deletes 60 objects of eight kinds (a new kind and an object of it, Secrets, two objects that others made before) runs in a process of its own, which
SIGKILL ends at an instant chosen at random, so that all instants together cover the sync evenly: before a request reaches the API server, after it was carried out and before its answer is
heard, or at a time. Two of three syncs would have succeeded, one would have been rolled back. The next start recovers; then every object in the namespace, what the agent remembers and its
journal are compared with the state before and the state after. \`CRASH_COUNT\` kills fewer; \`CRASH_SEED\` finds the same instants again.`,
  async measure({ place, pool }) {
    const aftermaths = await playCrashes(place, pool, {
      count,
      seed,
      // Most of the time goes by until a killed process's turn has run out.
      lanes: 6,
      onDone({ crash, wrong }, done) {
        if (wrong.length > 0) console.log(`\n${JSON.stringify(crash)}\n${wrong.join('\n')}`)
        if (done % 20 === 0) console.log(`${done} of ${count} killed`)
      },
    })
    const rows = (['succeeds', 'fails'] as const).map(goal => {
      const all = aftermaths.filter(it => it.crash.goal === goal)
      const ended = (how: string) => String(all.filter(it => it.ended === how).length)
      const recovered = all.filter(it => it.recovery !== null).map(it => it.recoveryMs)
      return [
        goal === 'succeeds' ? 'would have succeeded' : 'would have been rolled back',
        String(all.length),
        ended('new'),
        ended('old'),
        ended('neither'),
        ...(recovered.length > 0 ? spread(recovered) : spreadColumns.map(() => '–')),
      ]
    })
    return {
      columns: [`seed ${seed}`, 'killed', 'new', 'old', 'neither', 'recovered', 'p50', 'p95', 'max'],
      rows,
    }
  },
}
