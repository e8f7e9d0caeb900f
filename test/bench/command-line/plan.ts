import type { Scenario } from '../scenario.ts'
import { compare, type Contest } from './compare.ts'
import type { CommandLinePlace } from './place.ts'

export const planScenario: Scenario<CommandLinePlace> = {
  name: 'plan',
  title: '`plumbline plan` and `kubectl diff`',
  about: `The same change, planned on the same API server: one image of the guestbook (7 objects), and one image among 300 objects (100 each of
ConfigMap, Deployment and Service). Each tool has a namespace in which it applied the manifests itself. Both render with kustomize. They run in
turn, and the median of all rounds counts, from the start of the process to its end. \`kubectl\` runs with its default limits and a warm
discovery cache. The first two rows are processes that do nothing: that is how much of each time is Node or Go starting.

Requests were counted in a run of their own, by a proxy before the API server. A plan reads what is live by lists and dry-runs only what it
cannot prove to be unchanged, so that dry runs follow the change and not the size of the application; \`kubectl diff\` reads and dry-runs every object.`,
  async measure(place, signal) {
    const start: Contest = {
      what: 'process start alone (`--version`)',
      ours: ['--version'],
      theirs: ['version', '--client'],
      differs: false,
      rounds: 7,
      counted: false,
    }
    try {
      for (const it of place.applications) await it.change(true)
      const plans = place.applications.map(it => ({
        what: `plan, 1 of ${it.objects} objects changed`,
        ours: ['plan', it.ours, '--application', it.name],
        theirs: ['diff', '--server-side', '-k', it.theirs],
        differs: true,
        rounds: it.objects > 100 ? 5 : 7,
        counted: true,
      }))
      return await compare(place, [start, ...plans], signal)
    } finally {
      for (const it of place.applications) await it.change(false)
    }
  },
}
