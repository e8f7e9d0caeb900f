import { expect, test } from 'vitest'
import { createPlanWatch } from '../../../src/agent/observe/plan-watch.ts'
import { createPlanner } from '../../../src/agent/plan/planner.ts'
import { observedBy } from '../../../src/engine/observed.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { handOn } from '../drift/hand.ts'
import { type Shop, silent, useSyncFixture } from '../sync/fixture.ts'
import { frontend, settings } from '../sync/objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const repository = {
  forge: 'github',
  host: 'github.test',
  fullName: 'acme/shop',
  cloneUrl: 'https://github.test/acme/shop.git',
} as const

/** What a plan of these would depend on, and its watch. */
async function watched(shop: Shop, objects: readonly KubernetesObject[]) {
  const { cluster } = plane
  const { state } = fixture
  const planner = createPlanner({ cluster, state, clock: () => new Date(), clusterName: 'dev' })
  const request = { application: shop.application, base: [], revision: null }
  const head = objects.map(object => ({ object, source: null }))
  const { plan, input } = await planner.plan({ ...request, head }, plane.signal)
  const watch = createPlanWatch({
    cluster,
    state,
    clusterName: 'dev',
    logger: silent,
    timing: { burst: 100, everything: 3_600_000 },
  })
  const command = {
    kind: 'watch',
    application: shop.application,
    repository,
    subject: '#7',
    objects: observedBy(plan, input),
  } as const
  const stop = new AbortController()
  const answer = watch.watch(command, AbortSignal.any([stop.signal, plane.signal]))
  answer.catch(() => {})
  return {
    command,
    watch,
    answer,
    stop: () => stop.abort(new Error('the test is over')),
  }
}

test('a field that the plan changes, and that somebody changed meanwhile, is told', async () => {
  const shop = await fixture.shop()
  await shop.sync([settings('fast')])
  const { answer } = await watched(shop, [settings('slow')])
  await handOn(plane, shop.namespace, settings('fast')).patch({ data: { mode: 'never' } })
  expect((await answer).changed).toEqual([
    { id: `/ConfigMap/${shop.namespace}/${settings('fast').metadata.name}`, how: 'changed' },
  ])
})

test('an object that the plan creates, and that somebody created meanwhile, is told', async () => {
  const shop = await fixture.shop()
  const { answer } = await watched(shop, [settings('slow')])
  await plane.cluster.create(
    { ...settings('other'), metadata: { ...settings('other').metadata, namespace: shop.namespace } },
    plane.signal,
  )
  expect((await answer).changed).toMatchObject([{ how: 'appeared' }])
})

test('an object that went is told, though it went before the watch began', async () => {
  const shop = await fixture.shop()
  await shop.sync([settings('fast')])
  const first = await watched(shop, [settings('slow')])
  first.stop()
  await handOn(plane, shop.namespace, settings('fast')).kubectl([
    'delete',
    'configmap',
    settings('fast').metadata.name,
  ])
  const told = await first.watch.watch(first.command, plane.signal)
  expect(told.changed).toMatchObject([{ how: 'went' }])
})

test('a status, an annotation of others and a field that nobody here wants are not told', async () => {
  const shop = await fixture.shop()
  await shop.sync([frontend({ replicas: 0 }), settings('fast')])
  const scaled = frontend({ replicas: 1 })
  const { answer } = await watched(shop, [scaled, settings('slow')])
  const hand = handOn(plane, shop.namespace, scaled)
  await hand.kubectl(['annotate', hand.target, 'note=mine'])
  const status = ['--subresource=status', '--type=merge', '-p', '{"status":{"observedGeneration":99}}']
  await hand.kubectl(['patch', hand.target, ...status])
  await hand.patch({ spec: { progressDeadlineSeconds: 77 } })
  // Comes after those: whatever counted of them would be told before, or with it.
  await handOn(plane, shop.namespace, settings('fast')).patch({ data: { mode: 'never' } })
  expect((await answer).changed.map(it => it.id)).toEqual([
    `/ConfigMap/${shop.namespace}/${settings('fast').metadata.name}`,
  ])
})

test('a newer watch of the same subject ends the older one', async () => {
  const shop = await fixture.shop()
  await shop.sync([settings('fast')])
  const older = await watched(shop, [settings('slow')])
  const stop = new AbortController()
  const newer = older.watch.watch(older.command, stop.signal)
  newer.catch(() => {})
  expect((await older.answer).changed).toEqual([])
  stop.abort(new Error('the test is over'))
})
