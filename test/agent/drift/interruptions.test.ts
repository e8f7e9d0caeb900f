import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Cluster } from '../../../src/agent/cluster/cluster.ts'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import type { DriftReport } from '../../../src/model/drift.ts'
import { type Fate, passes, statusReply } from '../../go-between/fate.ts'
import { faulty } from '../../go-between/faults.ts'
import { type GoBetween, startGoBetween } from '../../go-between/go-between.ts'
import { resourceOf, type Shop, useSyncFixture } from '../sync/fixture.ts'
import { randomFrom } from '../sync/proof/random.ts'
import { listen, type Listener } from './listener.ts'
import { killApiServer } from './restart-api-server.ts'
import { settings } from './rows/objects.ts'

// A full comparison comes once an hour here, so that what is told was seen by the watches or their new lists.

const fixture = useSyncFixture('bare-interrupted')
const { plane } = fixture
const patient = 120_000
const count = 40
const timing = { fullComparison: 3_600_000 }
let folder: string
let between: GoBetween
let cluster: Cluster & { close(): void }
let shop: Shop
let listener: Listener

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-drift-'))
  between = await startGoBetween(plane.kubeconfig, join(folder, 'between.kubeconfig'))
  cluster = createCluster({
    kubeConfig: loadKubeConfig({ kubeconfig: between.kubeconfig }),
    timeouts: { read: 1_000, write: 2_000 },
  })
})

afterAll(async () => {
  listener?.stop()
  cluster?.close()
  await between?.stop()
  await rm(folder, { recursive: true, force: true })
})

const names = Array.from({ length: count }, (_, at) => `settings-${at}`)

beforeEach(async () => {
  listener?.stop()
  between.decide(() => passes)
  shop = await fixture.shop()
  const { outcome } = await shop.sync(names.map(name => settings(name)))
  expect(outcome).toBe('synced')
  listener = await listen(fixture, { application: shop.application.name, cluster, timing })
  // The watch is open once it shows something.
  await edit('settings-0', 'first')
  await listener.until(isTold(['settings-0']))
}, patient)

/** As somebody who does not go through what is disturbed. */
async function edit(name: string, mode: string): Promise<void> {
  const resource = await resourceOf(plane, 'v1', 'ConfigMap')
  const identity = { namespace: shop.namespace, name }
  const patch = { type: 'merge' as const, body: { data: { mode } }, fieldManager: 'by-hand' }
  await plane.cluster.patch(resource, identity, patch, plane.signal)
}

async function remove(name: string): Promise<void> {
  const resource = await resourceOf(plane, 'v1', 'ConfigMap')
  await plane.cluster.delete(resource, { namespace: shop.namespace, name }, {}, plane.signal)
}

const idOf = (name: string) => `/ConfigMap/${shop.namespace}/${name}`

/** These and no others. */
function isTold(wanted: readonly string[]): (report: DriftReport | null) => boolean {
  const ids = wanted.map(idOf).toSorted().join()
  return report =>
    report?.drifted
      .map(it => it.id)
      .toSorted()
      .join() === ids
}

/** All of them, some of them twice, one of them back to what it was, two of them deleted. */
async function editAll(): Promise<void> {
  for (const name of names) await edit(name, 'slow')
  for (const name of names.slice(0, 5)) await edit(name, 'slower')
  await edit('settings-7', 'fast')
  for (const name of ['settings-8', 'settings-9']) await remove(name)
}

async function expectAllTold(): Promise<void> {
  const drifted = names.filter(name => name !== 'settings-7')
  const report = await listener.until(
    it =>
      isTold(drifted)(it) &&
      it?.drifted.find(change => change.id === idOf('settings-0'))?.fields[0]?.before === 'slower' &&
      it.drifted.filter(change => change.action === 'create').length === 2,
    60,
  )
  const deleted = report?.drifted.filter(it => it.action === 'create').map(it => it.id)
  expect(new Set(deleted)).toEqual(new Set(['settings-8', 'settings-9'].map(idOf)))
  // Nobody was told of a deletion or an edit that never was.
  const told = listener.reports.flatMap(it => it.drifted)
  expect(told.filter(it => it.action !== 'update' && !deleted?.includes(it.id))).toEqual([])
}

const onWatches =
  (fate: Fate): Parameters<GoBetween['decide']>[0] =>
  ({ isWatch }) =>
    isWatch ? fate : passes
const gone = statusReply(410, 'Expired', 'too old resource version: 1 (2)')

test.each<[string, Fate]>([
  ['cut again and again', { forward: true, reply: 'reset' }],
  ['refused as too old', { forward: false, reply: gone }],
  ['taken and never answered', { forward: false, reply: 'none' }],
  [
    'refused by a server that is busy',
    { forward: false, reply: statusReply(429, 'TooManyRequests', 'busy') },
  ],
])(
  'edits while watches are %s are all told',
  async (_, fate) => {
    between.decide(onWatches(fate))
    between.cutWatches()
    await editAll()
    between.decide(() => passes)
    await expectAllTold()
  },
  patient,
)

test(
  'edits while a third of all requests fails, in every way there is, are all told',
  async () => {
    const random = randomFrom(7)
    between.decide(faulty(0.33, random, () => undefined))
    between.cutWatches()
    await editAll()
    between.decide(() => passes)
    await expectAllTold()
  },
  patient,
)

test(
  'edits before and after the API server was killed are all told, those of the gap too',
  async () => {
    await edit('settings-1', 'slow')
    const start = await killApiServer(plane.kubeconfig)
    await start()
    await untilAnswered()
    await editAll()
    await expectAllTold()
  },
  patient,
)

test(
  'edits while the agent is stopped and started again are all told',
  async () => {
    const restart = async () => {
      listener.stop()
      listener = await listen(fixture, { application: shop.application.name, cluster, timing })
    }
    const edits = editAll()
    await restart()
    await restart()
    await edits
    await expectAllTold()
  },
  patient,
)

async function untilAnswered(): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      return await edit('settings-2', `slow-${Date.now()}`)
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}
