import { relative } from 'node:path'
import { styleText } from 'node:util'
import { startCommandLinePlace } from './command-line/place.ts'
import { planScenario } from './command-line/plan.ts'
import { syncScenario } from './command-line/sync.ts'
import { monorepoScenario } from './engine/monorepo-scenario.ts'
import { startEnginePlace } from './engine/place.ts'
import { planGrowthScenario } from './engine/plan-growth.ts'
import { planThousandScenario } from './engine/plan-thousand.ts'
import { syncFreshScenario } from './engine/sync-fresh.ts'
import { syncUnchangedScenario } from './engine/sync-unchanged.ts'
import { fidelityScenario, startFidelityPlace } from './fidelity/sequences.ts'
import { driftScenario } from './drift/drift.ts'
import { startDriftPlace } from './drift/place.ts'
import { driftIssueScenario } from './loop/drift.ts'
import { memoryScenario } from './loop/memory.ts'
import { startLoopPlace } from './loop/place.ts'
import { webhookScenario } from './loop/webhook.ts'
import { pageScenario } from './page/page.ts'
import { startPagePlace } from './page/place.ts'
import { crashScenario } from './proof/crash.ts'
import { faultsScenario } from './proof/faults.ts'
import { startBenchProofPlace } from './proof/place.ts'
import { loadNow, machineFacts } from './machine.ts'
import { reportFile, writeReport } from './report.ts'
import type { Measured, Scenario } from './scenario.ts'
import { tableText } from './table.ts'

const commandLineScenarios = [planScenario, syncScenario]
const engineScenarios = [
  planThousandScenario,
  planGrowthScenario,
  monorepoScenario,
  syncUnchangedScenario,
  syncFreshScenario,
]
const proofScenarios = [crashScenario, faultsScenario]
const loopScenarios = [webhookScenario, driftIssueScenario, memoryScenario]
const driftScenarios = [driftScenario]
const pageScenarios = [pageScenario]
/** Takes as long as all others together: when it is asked for. */
const fidelityScenarios = [fidelityScenario]
const names = [
  ...fidelityScenarios,
  ...engineScenarios,
  ...proofScenarios,
  ...commandLineScenarios,
  ...loopScenarios,
  ...driftScenarios,
  ...pageScenarios,
].map(it => it.name)

/** `make bench`: everything, into docs/benchmarks.md. `npm run bench -- plan drift`: these alone, in place of their sections. */
async function main(chosen: readonly string[]): Promise<number> {
  const unknown = chosen.filter(it => !names.includes(it))
  if (unknown.length > 0) {
    console.error(
      `There is no ${unknown.join(', ')} to measure: choose from ${names.join(', ')}, or name none for all.`,
    )
    return 2
  }
  const interrupted = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => interrupted.abort(new Error('interrupted')))
  const { signal } = interrupted
  const load = loadNow()
  const isChosen = ({ name }: { readonly name: string }) => chosen.length === 0 || chosen.includes(name)
  const fidelity = chosen.includes(fidelityScenario.name) || Boolean(process.env.FIDELITY)
  try {
    const measured = [
      ...(await measureGroup(
        'a cluster',
        startCommandLinePlace,
        commandLineScenarios.filter(isChosen),
        signal,
      )),
      ...(await measureGroup(
        'a cluster for large applications',
        startEnginePlace,
        engineScenarios.filter(isChosen),
        signal,
      )),
      ...(await measureGroup(
        'an API server without controllers',
        startFidelityPlace,
        fidelity ? fidelityScenarios : [],
        signal,
      )),
      ...(await measureGroup(
        'a cluster to be disturbed',
        startBenchProofPlace,
        proofScenarios.filter(isChosen),
        signal,
      )),
      ...(await measureGroup('the whole loop', startLoopPlace, loopScenarios.filter(isChosen), signal)),
      ...(await measureGroup(
        'a full cluster, its agent and a server',
        startDriftPlace,
        driftScenarios.filter(isChosen),
        signal,
      )),
      ...(await measureGroup(
        'a browser and pages on both databases',
        startPagePlace,
        pageScenarios.filter(isChosen),
        signal,
      )),
    ]
    const facts = await machineFacts([load, ...measured.map(it => it.load)])
    console.log(`\n${facts.join('\n')}`)
    await writeReport(facts, measured)
    console.log(`\nWritten to ${relative(process.cwd(), reportFile)}.`)
    return 0
  } catch (cause) {
    if (signal.aborted) return 130
    console.error(styleText('red', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)))
    return 1
  }
}

/** Starts a place, measures scenarios on it one after the other, and takes it down, however that ends. */
async function measureGroup<Place extends { stop(): Promise<void> }>(
  what: string,
  start: (signal: AbortSignal) => Promise<Place>,
  scenarios: readonly Scenario<Place>[],
  signal: AbortSignal,
): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  if (scenarios.length === 0) return measured
  console.log(styleText('dim', `Starting ${what} ...`))
  const place = await start(signal)
  try {
    for (const { name, title, about, measure } of scenarios) {
      const startedAt = performance.now()
      const table = await Promise.race([measure(place, signal), whenAborted(signal)])
      const took = styleText('dim', `measured in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
      console.log(`\n${styleText('bold', title)}  ${took}\n\n${tableText(table)}`)
      measured.push({ name, title, about, table, load: loadNow() })
    }
  } finally {
    console.log(styleText('dim', `\nTaking down ${what} ...`))
    await place.stop()
  }
  return measured
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.throwIfAborted()
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

process.exitCode = await main(process.argv.slice(2))
