import type { Scenario } from '../scenario.ts'
import { compare } from './compare.ts'
import type { CommandLinePlace } from './place.ts'

export const syncScenario: Scenario<CommandLinePlace> = {
  name: 'sync',
  title: '`plumbline sync` and `kubectl apply` of what is in the cluster already',
  about: `Nothing has changed since the last sync. Plumbline checks every object, its health and what is to be pruned, and writes nothing;
\`kubectl apply --server-side\` sends every object again, checks no health, and leaves it to the API server to find out that nothing changes.`,
  measure: (place, signal) =>
    compare(
      place,
      place.applications.map(it => ({
        what: `sync, 0 of ${it.objects} objects changed`,
        ours: ['sync', it.ours, '--application', it.name],
        theirs: ['apply', '--server-side', '-k', it.theirs],
        differs: false,
        rounds: it.objects > 100 ? 5 : 7,
        counted: true,
      })),
      signal,
    ),
}
