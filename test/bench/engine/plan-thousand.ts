import { join } from 'node:path'
import { z } from 'zod'
import { type Command, runCommand } from '../command.ts'
import { duration, median, ratio } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import { type ApiCounters, readCounters } from './api-counters.ts'
import { type EnginePlace, objectsFile } from './place.ts'

const rounds = 5
const oneIn = 20
const namespaces = { ours: 'thousand-plumbline', kubectl: 'thousand-kubectl', flux: 'thousand-flux' }
const application = 'thousand'

interface Contender {
  readonly label: string
  readonly times: number[]
  /** Milliseconds of one run. */
  measure(): Promise<number>
  /** One plan, where a run makes several. */
  readonly once?: () => Promise<unknown>
}

export const planThousandScenario: Scenario<EnginePlace> = {
  name: 'plan-thousand',
  title: 'A plan of 1,000 objects, and what others take for it',
  about: `One file: 400 ConfigMaps, 300 Deployments, 200 ServiceAccounts, 100 Roles, all of them in the cluster; one in ${oneIn} is changed, or none. Each tool
has a namespace in which it applied the file itself. They run in turn, ${rounds} rounds, and the median counts. \`plumbline plan\` and \`kubectl diff\` are whole
processes, from start to end. Flux is the \`Diff\` of its ssa library (what its controller runs for every object), four at once, in a process that is
running already. The warm agent is what an agent does for a commit it has not seen: render and plan, in a process that is running already.

Requests are read from the API server's own counters, in a run of their own. Factors say how many times as fast a row is as \`kubectl diff\`, and as Flux.`,
  async measure(place, signal) {
    const { same, changed } = await prepare(place)
    const kubectl = place.kubectl(
      'diff',
      '--server-side',
      '--namespace',
      namespaces.kubectl,
      '-f',
      join(changed, objectsFile),
    )
    const flux = place.fluxSsa('diff', namespaces.flux, join(changed, objectsFile))
    const plan = (path: string) =>
      place.plumbline('plan', path, '--application', application, '--namespace', namespaces.ours)
    const warm = (checkout: string, rounds = 6) =>
      place.warmAgent({ application, checkout, namespace: namespaces.ours, rounds })
    const whole = async (command: Command, differs: boolean) =>
      (await runCommand(command, { signal, differs })).milliseconds
    const contenders: readonly Contender[] = [
      { label: '`kubectl diff --server-side`', times: [], measure: () => whole(kubectl, true) },
      {
        label: 'Flux ssa `Diff`, 4 at once',
        times: [],
        measure: async () => lastMilliseconds(await place.run(flux)),
      },
      { label: '`plumbline plan`, 5 % changed', times: [], measure: () => whole(plan(changed), true) },
      { label: '`plumbline plan`, nothing changed', times: [], measure: () => whole(plan(same), false) },
      {
        label: 'warm agent, 5 % changed',
        times: [],
        measure: async () => warmTime(await place.run(warm(changed))),
        once: () => place.run(warm(changed, 1)),
      },
      {
        label: 'warm agent, nothing changed',
        times: [],
        measure: async () => warmTime(await place.run(warm(same))),
        once: () => place.run(warm(same, 1)),
      },
    ]
    const counted: ApiCounters[] = []
    for (const { measure, once = measure } of contenders) {
      // The first run fills caches, and counts for nobody.
      await measure()
      counted.push(await requestsOf(place, once))
    }
    for (let round = 0; round < rounds; round++) {
      for (const { times, measure } of round % 2 === 0 ? contenders : contenders.toReversed())
        times.push(await measure())
    }
    return tableOf(contenders, counted)
  },
}

async function prepare(place: EnginePlace): Promise<{ readonly same: string; readonly changed: string }> {
  const folders = await place.writeObjects(1_000, oneIn)
  for (const name of Object.values(namespaces)) await place.run(place.kubectl('create', 'namespace', name))
  const file = join(folders.same, objectsFile)
  await place.run(place.kubectl('apply', '--server-side', '--namespace', namespaces.kubectl, '-f', file))
  await place.run(place.fluxSsa('apply', namespaces.flux, file))
  await place.run(
    place.plumbline('sync', folders.same, '--application', application, '--namespace', namespaces.ours),
  )
  return folders
}

export async function requestsOf(place: EnginePlace, measure: () => Promise<unknown>): Promise<ApiCounters> {
  const before = await readCounters(place.cluster)
  await measure()
  const after = await readCounters(place.cluster)
  return { dryRuns: after.dryRuns - before.dryRuns, requests: after.requests - before.requests }
}

export function lastMilliseconds(output: string): number {
  const found = /^(\d+) ms$/m.exec(output)?.[1]
  if (found === undefined) throw new Error(`no milliseconds in ${output}`)
  return Number(found)
}

export const warmOutput = z.object({ milliseconds: z.array(z.number()), peakBytes: z.number() })

/** Without the first plans, which meet a process that has compiled nothing yet. */
function warmTime(output: string): number {
  return median(warmOutput.parse(JSON.parse(output)).milliseconds.slice(-3))
}

function tableOf(contenders: readonly Contender[], counted: readonly ApiCounters[]) {
  const [kubectl = 0, flux = 0] = contenders.map(it => median(it.times))
  const columns = ['', 'median', 'best', 'kubectl ÷ it', 'Flux ÷ it', 'requests', 'dry runs']
  const rows = contenders.map(({ label, times }, at) => [
    label,
    duration(median(times)),
    duration(Math.min(...times)),
    ratio(kubectl, median(times)),
    ratio(flux, median(times)),
    String(counted[at]?.requests ?? '–'),
    String(counted[at]?.dryRuns ?? '–'),
  ])
  return { columns, rows }
}
