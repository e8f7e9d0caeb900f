import { afterAll, beforeAll, expect, test } from 'vitest'
import { useControlPlane } from '../../../control-plane.ts'
import { playCrashes } from './play-crashes.ts'
import { createProcessPool } from './processes.ts'
import { type ProofPlace, startProofPlace } from './proof-place.ts'

const plane = useControlPlane()
const pool = createProcessPool(1)
let place: ProofPlace

beforeAll(async () => {
  place = await startProofPlace(plane.kubeconfig, plane.freeName('proof'))
})
afterAll(async () => {
  await pool.stop()
  await place.stop()
})

test('a process killed at any instant of a sync leaves the new or the old state', {
  timeout: 400_000,
}, async () => {
  const aftermaths = await playCrashes(place, pool, { count: 6, seed: 5, lanes: 2 })
  expect(aftermaths.filter(it => it.ended === 'neither')).toEqual([])
  expect(new Set(aftermaths.map(it => it.ended))).toEqual(new Set(['new', 'old']))
})
