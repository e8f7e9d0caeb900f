import { afterAll, beforeAll, expect, test } from 'vitest'
import { useControlPlane } from '../../../control-plane.ts'
import { type Fate, passes } from '../../../go-between/fate.ts'
import { openAgent } from './agent.ts'
import { type ProofPlace, startProofPlace } from './proof-place.ts'
import { createWorld } from './world.ts'

const plane = useControlPlane()
const turnSeconds = 3
let place: ProofPlace

beforeAll(async () => {
  place = await startProofPlace(plane.kubeconfig, plane.freeName('proof'))
})
afterAll(() => place.stop())

test('a sync goes on when the API server was away for longer than its turn lasts', async () => {
  const between = await place.goBetween('outage')
  const { stateNamespace, state } = await place.memory('outage')
  const world = await createWorld(place.cluster, place.signal, { small: true })
  const agent = openAgent({
    kubeconfig: between.kubeconfig,
    stateNamespace,
    identity: 'outage',
    limits: { ...place.limits, turnSeconds },
  })
  const away: Fate = { forward: false, reply: 'reset' }
  let writes = 0
  let until: number | null = null
  between.decide(({ isWrite, url }) => {
    if (isWrite && url.includes(`/namespaces/${world.namespace}/`)) writes++
    if (writes === 10) until ??= performance.now() + turnSeconds * 1000 + 1_000
    return until !== null && performance.now() < until ? away : passes
  })
  const result = await agent.syncer.sync(world.request(world.old, 'a'.repeat(40)), place.signal)
  expect(result).toMatchObject({ outcome: 'synced', error: null })
  expect(until).not.toBeNull()
  expect(await state.readJournal(world.application.name, place.signal)).toBeNull()
  agent.close()
})
