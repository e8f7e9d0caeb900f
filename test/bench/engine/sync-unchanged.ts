import { join } from 'node:path'
import { duration, median, ratio } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import { countApi } from '../counted-api.ts'
import { type EnginePlace, objectsFile } from './place.ts'
import { lastMilliseconds, requestsOf, warmOutput } from './plan-thousand.ts'

const rounds = 5
const names = { ours: 'unchanged-plumbline', flux: 'unchanged-flux' }

export const syncUnchangedScenario: Scenario<EnginePlace> = {
  name: 'sync-unchanged',
  title: 'A sync of 1,000 objects of which none has changed',
  about: `400 ConfigMaps, 300 Deployments, 200 ServiceAccounts, 100 Roles, as they are in the cluster already; ${rounds} rounds in turn, and the median counts. Flux is
\`ApplyAllStaged\` of its ssa library, four at once, in a process that is running already. The warm agent renders, plans, looks at everybody's health and finds that there is nothing
to do, in a process that has done so before. Requests, dry runs and writes are those of one sync: the API server's own counters, and a counting proxy.`,
  async measure(place, signal) {
    const { same } = await place.writeObjects(1_000, 20)
    for (const name of Object.values(names)) await place.run(place.kubectl('create', 'namespace', name))
    const flux = place.fluxSsa('apply', names.flux, join(same, objectsFile))
    const warm = (times: number) =>
      place.warmSync({ folder: same, namespace: names.ours, application: names.ours, rounds: times })
    const sync = place.plumbline('sync', same, '--application', names.ours, '--namespace', names.ours)
    await place.run(flux)
    await place.run(sync)

    const counted = await countApi(place.cluster, place.folder)
    await place.run({ ...sync, args: [...sync.args, '--kubeconfig', counted.kubeconfig] })
    const { writes } = counted.take()
    await counted.stop()
    const times: [flux: number[], ours: number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      times[0].push(lastMilliseconds(await place.run(flux)))
      const { milliseconds } = warmOutput.parse(JSON.parse(await place.run(warm(8))))
      times[1].push(median(milliseconds.slice(-3)))
      signal.throwIfAborted()
    }
    const ofFlux = await requestsOf(place, () => place.run(flux))
    const ofOurs = await requestsOf(place, () => place.run(warm(1)))
    await place.run(place.kubectl('delete', 'namespace', ...Object.values(names)))
    const row = (label: string, at: 0 | 1, counters: typeof ofFlux, written: string) => [
      label,
      duration(median(times[at])),
      duration(Math.min(...times[at])),
      ratio(median(times[0]), median(times[at])),
      String(counters.requests),
      String(counters.dryRuns),
      written,
    ]
    return {
      columns: ['', 'median', 'best', 'Flux ÷ it', 'requests', 'dry runs', 'writes'],
      rows: [
        row('Flux ssa `ApplyAllStaged`, 4 at once', 0, ofFlux, '0'),
        row('warm agent', 1, ofOurs, String(writes)),
      ],
    }
  },
}
