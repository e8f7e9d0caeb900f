import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, runCommand } from '../command.ts'
import { duration, median, ratio } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import { configMaps } from './objects.ts'
import { type EnginePlace, objectsFile } from './place.ts'
import { lastMilliseconds, requestsOf, warmOutput } from './plan-thousand.ts'
import type { ApiCounters } from './api-counters.ts'

const rounds = 3
const count = 4_000

interface Run {
  readonly milliseconds: number
  readonly peakBytes: number | null
}

interface Contender {
  readonly label: string
  readonly runs: (Run & { readonly counters: ApiCounters })[]
  /** In a namespace that nobody has used. */
  run(namespace: string): Promise<Run>
}

export const syncFreshScenario: Scenario<EnginePlace> = {
  name: 'sync-fresh',
  title: 'A first sync of 4,000 objects, and what Flux takes for it',
  about: `4,000 ConfigMaps into an empty namespace, a new one each time; ${rounds} rounds in turn, and the median counts. Flux is \`ApplyAllStaged\` of its ssa library,
four at once as its controller does by default, in a process that is running already; it dry-runs and applies one object after the other. The warm agent
renders, plans, dry-runs all 4,000 before it writes the first of them, keeps a journal and the revision, and waits for health, in a process that has synced 200 others
before. \`plumbline sync\` is the same as a whole process, from start to end. Memory is the most that the process ever held (VmHWM).`,
  async measure(place, signal) {
    const many = await folderOf(place, count)
    const few = await folderOf(place, 200)
    const memoryFile = join(place.folder, 'memory')
    const namespaces: string[] = []
    const namespace = async (name: string) => {
      await place.run(place.kubectl('create', 'namespace', name))
      namespaces.push(name)
      return name
    }
    const contenders: readonly Contender[] = [
      {
        label: 'Flux ssa `ApplyAllStaged`, 4 at once',
        runs: [],
        run: async name => {
          const output = await place.run(place.fluxSsa('apply', name, join(many, objectsFile)))
          return { milliseconds: lastMilliseconds(output), peakBytes: null }
        },
      },
      {
        label: 'warm agent',
        runs: [],
        run: async name => {
          const warm = await namespace(`${name}-before`)
          const output = await place.run(
            place.warmSync(
              { folder: few, namespace: warm, application: warm, rounds: 1 },
              { folder: many, namespace: name, application: name, rounds: 1 },
            ),
          )
          const { milliseconds, peakBytes } = warmOutput.parse(JSON.parse(output))
          return { milliseconds: median(milliseconds), peakBytes }
        },
      },
      {
        label: '`plumbline sync`',
        runs: [],
        run: async name => {
          const sync = place.plumbline('sync', many, '--application', name, '--namespace', name)
          const { milliseconds } = await runCommand(tellingMemory(sync, memoryFile), {
            signal,
            differs: false,
          })
          return { milliseconds, peakBytes: Number(await readFile(memoryFile, 'utf8')) }
        },
      },
    ]
    for (let round = 0; round < rounds; round++) {
      for (const [at, contender] of contenders.entries()) {
        const name = await namespace(`fresh-${round}-${at}`)
        let run: Run | null = null
        const counters = await requestsOf(place, async () => {
          run = await contender.run(name)
        })
        if (run) contender.runs.push({ ...(run as Run), counters })
      }
    }
    await place.run(place.kubectl('delete', 'namespace', ...namespaces))
    return tableOf(contenders)
  },
}

async function folderOf(place: EnginePlace, objects: number): Promise<string> {
  const folder = join(place.folder, `config-maps-${objects}`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, objectsFile), configMaps(objects))
  return folder
}

function tellingMemory(command: Command, file: string): Command {
  const teller = new URL('tell-memory.ts', import.meta.url).pathname
  return {
    ...command,
    args: ['--import', teller, ...command.args],
    env: { ...command.env, BENCH_MEMORY: file },
  }
}

function tableOf(contenders: readonly Contender[]) {
  const timeOf = ({ runs }: Contender) => median(runs.map(it => it.milliseconds))
  const [flux] = contenders
  const rows = contenders.map(contender => {
    const { label, runs } = contender
    const peak = Math.max(...runs.map(it => it.peakBytes ?? 0))
    return [
      label,
      duration(timeOf(contender)),
      duration(Math.min(...runs.map(it => it.milliseconds))),
      flux ? ratio(timeOf(flux), timeOf(contender)) : '',
      String(median(runs.map(it => it.counters.requests))),
      String(median(runs.map(it => it.counters.dryRuns))),
      peak > 0 ? `${Math.round(peak / 2 ** 20)} MiB` : '–',
    ]
  })
  return { columns: ['', 'median', 'best', 'Flux ÷ it', 'requests', 'dry runs', 'memory'], rows }
}
