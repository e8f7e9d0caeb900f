import { setTimeout as wait } from 'node:timers/promises'
import { accessTo } from '../api.ts'
import { duration, spread, spreadColumns } from '../figures.ts'
import { mebibytes, plumblineProcesses, processorMilliseconds } from '../processes.ts'
import type { Scenario } from '../scenario.ts'
import { createEditor } from './edits.ts'
import { createForeign } from './foreign.ts'
import { compareEverything } from './full-comparison.ts'
import type { DriftPlace } from './place.ts'
import { waitsOfPoller } from './polling.ts'
import { lookEvery, readRecords, type Records } from './records.ts'
import { applicationNames } from './repository.ts'
import { perSecond, sizeFrom } from './size.ts'

const size = sizeFrom(process.env)
const thousands = (count: number) => count.toLocaleString('en')
const minutes = (count: number) => count * 60_000

export const driftScenario: Scenario<DriftPlace> = {
  name: 'drift',
  title: 'Drift of many objects, from a hand edit to the server’s record',
  about: `${thousands(size.objects)} managed objects in ${size.applications} applications (ConfigMaps, Deployments, ServiceAccounts, Roles), first alone, then beside ${thousands(size.foreign)} ConfigMaps of others
in the same namespaces. ${size.edits} objects are edited straight at the API server, ${perSecond} a second, each another one, over all applications by turns. The clock starts when the API server has
taken the edit, and stops when the server's database has it on record: the agent's watch, its comparison with a dry run, the report, the server's queue. Looks at the database are
${lookEvery} ms apart. It is a PostgreSQL; no issues are opened, whose pace is GitHub's. Server and agent are processes of their own, the agent with the flags of its chart, started anew before each round; memory is what the kernel counts
(\`VmRSS\`, \`VmHWM\`) after the edits. The processor at rest is that of ${size.idleSeconds} seconds before them, in which nobody edits anything: Lease, heartbeats and full comparisons go on.

The pollers are not measured: they are what somebody who looks every so often would have seen of the same edits, over all moments at which the looks could have begun. Ten
minutes is the interval in the examples of Flux's kustomize-controller, which does look at that pace; three minutes is Argo CD's \`timeout.reconciliation\` with its jitter, at which it looks at Git; it watches the
cluster besides, as we do, so that this is no time of Argo CD's. What one look costs is measured with our own comparison, of every object of every application.`,
  async measure(place, signal) {
    const { stage, api } = place
    const cluster = stage.clusters['dev']!
    const editor = createEditor(api, place.size)
    const records = await readRecords(place.database.url, signal)
    try {
      const round = () => measureRound(place, { records, editor }, signal)
      const alone = await round()
      // The second round begins as the first did.
      await editor.putBack(signal)
      await records.awaitNone()
      const namespaces = applicationNames(place.size)
      await createForeign(await accessTo(cluster), namespaces, place.size.foreign, signal)
      const beside = await round()
      const look = await compareEverything(cluster.kubeconfig, signal)
      const label = (what: string) => `${what}, beside ${thousands(place.size.foreign)} of others`
      const empty = (count: number) => Array.from({ length: count }, () => '')
      const rows = [
        ['edit → on record', ...spread(alone.waits), ...costs(alone)],
        [label('edit → on record'), ...spread(beside.waits), ...costs(beside)],
        ...[3, 10].map(every => [
          `a poller every ${every} minutes (expected)`,
          ...spread(waitsOfPoller(beside.edits, minutes(every))).with(0, '–'),
          ...empty(3),
        ]),
        [
          `one look of a poller: ${duration(look.processorMs)} of processor, ${look.requests} requests`,
          ...empty(spreadColumns.length + 3),
        ],
      ]
      return { columns: ['', ...spreadColumns, 'memory', 'peak', 'processor at rest'], rows }
    } finally {
      await records.close()
    }
  },
}

interface Round {
  /** Milliseconds. */
  readonly waits: readonly number[]
  /** When each was made, of `performance.now`. */
  readonly edits: readonly number[]
  readonly memory: number
  readonly peak: number
  /** Share of a core. */
  readonly idle: number
}

interface Tools {
  readonly records: Records
  readonly editor: ReturnType<typeof createEditor>
}

async function measureRound(
  { stage, size: { applications, edits, idleSeconds } }: DriftPlace,
  { records, editor }: Tools,
  signal: AbortSignal,
): Promise<Round> {
  await stage.stopAgent('dev')
  await stage.startAgent('dev')
  // One in each application: once all are on record, all are watched.
  const first = editor.take(applications)
  await editor.make(first, signal)
  await records.await(first.map(it => it.token))

  const agent = (await plumblineProcesses(stage.folder)).find(it => it.label === 'agent of dev')
  if (!agent) throw new Error('the agent does not run')
  const before = await processorMilliseconds(agent.pid)
  await wait(idleSeconds * 1000, undefined, { signal })
  const used = (await processorMilliseconds(agent.pid)) - before

  const made = editor.take(edits)
  const [takenAt, seenAt] = await Promise.all([
    editor.make(made, signal),
    records.await(made.map(it => it.token)),
  ])
  return {
    waits: made.map(({ token }) => seenAt.get(token)! - takenAt.get(token)!),
    edits: [...takenAt.values()],
    memory: await mebibytes(agent.pid, 'VmRSS'),
    peak: await mebibytes(agent.pid, 'VmHWM'),
    idle: used / (idleSeconds * 1000),
  }
}

function costs({ memory, peak, idle }: Round): readonly string[] {
  return [`${memory} MiB`, `${peak} MiB`, `${(100 * idle).toFixed(1)} %`]
}
