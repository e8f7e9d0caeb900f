import { afterAll, beforeAll, expect, test } from 'vitest'
import { useControlPlane } from '../../../control-plane.ts'
import { playFaults } from './faults.ts'
import { type ProofPlace, startProofPlace } from './proof-place.ts'

const plane = useControlPlane()
const seed = Number(process.env['FAULT_SEED'] ?? 11)
let place: ProofPlace

beforeAll(async () => {
  place = await startProofPlace(plane.kubeconfig, plane.freeName('proof'))
})
afterAll(() => place.stop())

test('syncs end synced or rolled back when one request in ten meets a fault', {
  timeout: 300_000,
}, async () => {
  const weathered = await playFaults(place, { count: 10, seed, share: 0.1, lanes: 5, world: { small: true } })
  expect(weathered.flatMap(it => it.wrong)).toEqual([])
  expect(weathered).toHaveLength(10)
})
