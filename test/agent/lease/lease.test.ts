import { expect, test } from 'vitest'
import { type LeaseDependencies, lead } from '../../../src/agent/lease/lease.ts'
import { holdsStill } from '../../../src/agent/lease/lease-spec.ts'
import { useControlPlane } from '../../control-plane.ts'

const plane = useControlPlane()

async function candidate(
  namespace: string,
  identity: string,
): Promise<LeaseDependencies & { waited: string[] }> {
  const waited: string[] = []
  return {
    cluster: plane.cluster,
    namespace,
    name: 'leader',
    identity,
    clock: () => new Date(),
    durationSeconds: 2,
    onWaiting: holder => waited.push(holder),
    waited,
  }
}

test('a second process leads only after the first has let go', async () => {
  const namespace = await plane.namespace()
  const first = await lead(await candidate(namespace, 'first'), plane.signal)
  const second = await candidate(namespace, 'second')
  let secondLeads = false
  const waiting = lead(second, plane.signal).then(leadership => {
    secondLeads = true
    return leadership
  })
  await expect.poll(() => second.waited.length, { timeout: 10_000 }).toBeGreaterThan(1)
  expect(secondLeads).toBe(false)
  await first.release()
  await (await waiting).release()
  expect(first.lost.aborted).toBe(false)
})

test('a leader whose lease was taken from it is told so', async () => {
  const namespace = await plane.namespace()
  const leadership = await lead(await candidate(namespace, 'first'), plane.signal)
  const { kind, apiVersion } = { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1' }
  const resource = (await plane.cluster.discover(plane.signal)).find(apiVersion, kind)!
  await plane.cluster.patch(
    resource,
    { namespace, name: 'leader' },
    { type: 'merge', body: { spec: { holderIdentity: 'thief', renewTime: '2999-01-01T00:00:00.000000Z' } } },
    plane.signal,
  )
  await expect.poll(() => leadership.lost.aborted, { timeout: 10_000 }).toBe(true)
  await leadership.release()
})

test.each([
  { spec: {}, holds: false },
  { spec: { holderIdentity: '', renewTime: '2026-01-01T00:00:10Z', leaseDurationSeconds: 15 }, holds: false },
  { spec: { holderIdentity: 'a', renewTime: '2026-01-01T00:00:10Z', leaseDurationSeconds: 15 }, holds: true },
  {
    spec: { holderIdentity: 'a', renewTime: '2026-01-01T00:00:00Z', leaseDurationSeconds: 15 },
    holds: false,
  },
])('a lease of $spec holds at 00:00:20: $holds', ({ spec, holds }) => {
  expect(holdsStill(spec, new Date('2026-01-01T00:00:20Z'))).toBe(holds)
})
