import { describe, expect, test } from 'vitest'
import { HandOver } from '../../../src/agent/sync/syncer.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { service } from '../../builders/objects.ts'
import { dyingCluster } from './dying-cluster.ts'
import { type Shop, useSyncFixture } from './fixture.ts'
import { frontend, settings, simulating, written } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const impatient = { patience: { stuckMs: 300, crashMs: 300, restarts: 1, degradedMs: 300 } }
const oldRevision = 'a'.repeat(40)
const newRevision = 'b'.repeat(40)

const named = (name: string, object: KubernetesObject) => ({
  ...object,
  metadata: { ...object.metadata, name },
})
const old = [frontend(), settings('fast'), named('leaves', settings('soon'))]
const next = [frontend({ image: 'registry.example/frontend:2.0' }), settings('slow'), written(service())]
const failing = [simulating('crash', frontend()), settings('slow'), written(service())]

/** One sync in a process that dies after so many writes, then one that finds what it left. */
async function interrupted(shop: Shop, objects: readonly KubernetesObject[], writesToLive: number) {
  const dying = dyingCluster(plane.cluster, writesToLive)
  const request = shop.request(objects, { revision: newRevision })
  const ended = fixture.syncer(impatient, dying.cluster).sync(request, plane.signal)
  const end = await Promise.race([ended, dying.death.then(() => null)])
  const recovered = await fixture.syncer(impatient).recover(plane.signal)
  return { end, recovered: recovered.find(it => it.id === request.id)?.result ?? null }
}

/** The cluster and the memory are exactly what a sync of these objects leaves: another sync of them has nothing to do. */
async function expectToBe(shop: Shop, objects: readonly KubernetesObject[], revision: string): Promise<void> {
  expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
  const managed = await fixture.state.get(shop.application.name, plane.signal)
  expect(managed?.status.revision).toBe(revision)
  expect(managed?.status.inventory).toHaveLength(objects.length)
  expect(await fixture.state.loadRevision(shop.application.name, 'latest', plane.signal)).toHaveLength(3)
  const again = await shop.sync(objects, { revision })
  expect(again).toMatchObject({ outcome: 'synced', applied: [], pruned: [] })
  for (const [name, kind, apiVersion] of [
    ['leaves', 'ConfigMap', 'v1'],
    ['frontend', 'Service', 'v1'],
  ] as const) {
    const wanted = objects.some(it => it.kind === kind && it.metadata.name === name)
    expect(Boolean(await shop.live(apiVersion, kind, name))).toBe(wanted)
  }
}

/** How many writes such a sync makes when nobody kills it. */
async function writesOf(objects: readonly KubernetesObject[]): Promise<number> {
  const shop = await fixture.shop()
  await shop.sync(old, { revision: oldRevision })
  const counting = dyingCluster(plane.cluster, Number.POSITIVE_INFINITY)
  await fixture.syncer(impatient, counting.cluster).sync(shop.request(objects), plane.signal)
  return counting.writes()
}

async function afterEachWrite(
  objects: readonly KubernetesObject[],
  check: (shop: Shop, outcome: string | undefined, writes: number) => Promise<void>,
  every = 1,
): Promise<void> {
  const writes = await writesOf(objects)
  expect(writes).toBeGreaterThan(6)
  // The first write of all is the journal; one more than there are means that nobody is killed.
  for (let at = 1; at <= writes; at += every) {
    const shop = await fixture.shop()
    await shop.sync(old, { revision: oldRevision })
    const { end, recovered } = await interrupted(shop, objects, at)
    await check(shop, (recovered ?? end)?.outcome, at)
  }
}

describe('a sync whose process is killed', () => {
  test('after any of its writes ends as the new state', { timeout: 180_000 }, async () => {
    await afterEachWrite(next, async (shop, outcome) => {
      // Killed after its journal was cleared, there is nothing left to recover.
      expect(outcome ?? 'synced').toBe('synced')
      await expectToBe(shop, next, newRevision)
    })
  })

  test('after every other write of a sync that fails ends as the old state', {
    timeout: 240_000,
  }, async () => {
    await afterEachWrite(
      failing,
      async (shop, outcome) => {
        expect(outcome ?? 'rolled-back').toBe('rolled-back')
        await expectToBe(shop, old, oldRevision)
      },
      2,
    )
  })

  test('before its first write ends as the old state', async () => {
    const shop = await fixture.shop()
    await shop.sync(old, { revision: oldRevision })
    const { recovered } = await interrupted(shop, next, 0)
    expect(recovered).toBeNull()
    await expectToBe(shop, old, oldRevision)
  })
})

test('a sync that is handed over stops without putting anything back, and is finished by the next', async () => {
  const shop = await fixture.shop()
  const leaving = new AbortController()
  const onProgress = ({ step }: { step: string }) => {
    if (step === 'health') leaving.abort(new HandOver())
  }
  const request = shop.request([frontend(), settings('fast')], { onProgress })
  await expect(fixture.syncer().sync(request, leaving.signal)).rejects.toThrow(HandOver)
  expect(await shop.live('apps/v1', 'Deployment', 'frontend')).not.toBeNull()
  const recovered = await fixture.syncer().recover(plane.signal)
  expect(recovered.map(it => [it.id, it.result.outcome])).toContainEqual([request.id, 'synced'])
})

test('a command that is delivered again carries its own journal on', async () => {
  const shop = await fixture.shop()
  const dying = dyingCluster(plane.cluster, 3)
  const request = shop.request([frontend(), settings('fast')])
  void fixture.syncer({}, dying.cluster).sync(request, plane.signal)
  await dying.death
  expect(await fixture.state.readJournal(shop.application.name, plane.signal)).not.toBeNull()
  const result = await fixture.syncer().sync(request, plane.signal)
  expect(result.outcome).toBe('synced')
  expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
})

test('another command goes on from a journal that was left, and a failure goes back to where that one began', async () => {
  const shop = await fixture.shop()
  await shop.sync(old, { revision: oldRevision })
  const dying = dyingCluster(plane.cluster, 5)
  void fixture.syncer({}, dying.cluster).sync(shop.request(next), plane.signal)
  await dying.death
  const result = await fixture.syncer(impatient).sync(shop.request(failing), plane.signal)
  expect(result.outcome).toBe('rolled-back')
  await expectToBe(shop, old, oldRevision)
})
