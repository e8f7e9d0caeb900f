import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, createCluster } from '../../tools/control-plane/cluster.ts'
import { type Place, startPlace } from './place.ts'
import { playRow } from './row.ts'
import { rows } from './rows.ts'
import { runSequences } from './run-sequences.ts'

let cluster: Cluster
let place: Place

beforeAll(async () => {
  // Without controllers: what an object holds after a sync is what the sync made of it.
  cluster = await createCluster({ name: `fidelity-${process.pid}`, controllers: false })
  place = await startPlace(cluster.kubeconfig)
})

afterAll(async () => {
  await place.stop()
  await cluster.down()
})

test.concurrent.each(rows)('what a plan says is what a sync does: $what', async row => {
  await playRow(row, place, place.openLane())
})

// The same ones every time, so that a failure is the change's; `make bench FIDELITY=1` looks for new ones.
const seed = Number(process.env.FIDELITY_SEED ?? 1)
const count = Number(process.env.FIDELITY_COUNT ?? 40)

/*
 * What it must catch: a field left out of a prediction, an object written that the plan does not list, a change that a second plan still
 * shows, a dry run where nothing changed, a plan without errors that a sync refuses, drift told as the pull request's.
 */
test(`what a plan says is what a sync does, in ${count} sequences of edits by Git and by hand (FIDELITY_SEED=${seed})`, async () => {
  const { found, tally } = await runSequences(place, { seed, count, lanes: 4, enough: 3 })
  expect(found.map(it => `sequence ${it.index}\n${it.text}`)).toEqual([])
  // Sequences in which hardly anything happens would prove nothing.
  expect(tally.synced).toBeGreaterThan(count)
  expect(tally.update).toBeGreaterThan(count / 5)
}, 600_000)
