import { expect, onTestFinished, test } from 'vitest'
import { applicationLabel, fieldManager } from '../../../src/model/fields.ts'
import { type Shop, useSyncFixture } from '../sync/fixture.ts'
import { settings } from '../sync/objects.ts'
import { handOn } from './hand.ts'
import { listen as listenOn, type Listener, type ListenTo } from './listener.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const handIn = (shop: Shop) => handOn(plane, shop.namespace, settings('fast'))

/** Until the test ends: a second agent would heal what the first is to tell of. */
async function listen(to: ListenTo): Promise<Listener> {
  const listener = await listenOn(fixture, to)
  onTestFinished(listener.stop)
  return listener
}

/** As from a sync whose record was lost. */
async function leaveBehind(shop: Shop, name: string): Promise<void> {
  const metadata = { name, labels: { [applicationLabel]: shop.application.name } }
  await handIn(shop).apply({ metadata }, { as: fieldManager })
}

test('what was left behind is told while others heal, and is nobody’s to delete', async () => {
  const shop = await fixture.shop({ selfHeal: true, prune: true })
  await shop.sync([settings('fast')])
  const { until } = await listen({
    application: shop.application.name,
    timing: { leftBehind: 50 },
  })
  await leaveBehind(shop, 'stray')
  const report = await until(it => it?.drifted.length === 1)
  expect(report?.drifted).toMatchObject([
    { id: `/ConfigMap/${shop.namespace}/stray`, action: 'leave-behind', fields: [] },
  ])
  await handIn(shop).patch({ data: { mode: 'slow' } })
  await until(it => it?.healed.length === 1)
  expect(await shop.live('v1', 'ConfigMap', 'stray')).not.toBeNull()
  await handIn(shop).kubectl(['delete', 'configmap/stray'])
  await until(it => it?.drifted.length === 0)
})

test('what a sync leaves because pruning is off is no drift: the application knows of it', async () => {
  const shop = await fixture.shop({ prune: false })
  const second = { ...settings('fast'), metadata: { name: 'second' } }
  await shop.sync([settings('fast'), second])
  const { until, reports } = await listen({
    application: shop.application.name,
    timing: { leftBehind: 50, fullComparison: 200 },
  })
  await shop.sync([settings('fast')])
  expect(await shop.live('v1', 'ConfigMap', 'second')).not.toBeNull()
  await leaveBehind(shop, 'stray')
  await until(it => it?.drifted.length === 1)
  await handIn(shop).patch({ data: { mode: 'slow' } })
  await until(it => it?.drifted.length === 2)
  expect(new Set(reports.flatMap(it => it.drifted.map(change => change.id)))).toEqual(
    new Set([`/ConfigMap/${shop.namespace}/stray`, `/ConfigMap/${shop.namespace}/settings`]),
  )
})

test('an object that has lost our label heals, with all that was done to it', async () => {
  const shop = await fixture.shop({ selfHeal: true })
  await shop.sync([settings('fast')])
  const { until } = await listen({ application: shop.application.name })
  await handIn(shop).patch(
    { metadata: { labels: null, managedFields: [{}] }, data: { mode: 'slow' } },
    { type: 'merge' },
  )
  const report = await until(it => (it?.healed.length ?? 0) > 0)
  expect(report?.healed).toMatchObject([{ change: { action: 'update' } }])
  const live = await shop.live('v1', 'ConfigMap', 'settings')
  expect(live).toMatchObject({ data: { mode: 'fast' } })
  expect(live?.metadata.labels?.[applicationLabel]).toBe(shop.application.name)
})

test('what is done to an object without our label is told, although no watch shows it', async () => {
  const shop = await fixture.shop()
  await shop.sync([settings('fast')])
  const { until } = await listen({ application: shop.application.name, timing: { outOfSight: 50 } })
  await handIn(shop).kubectl(['label', 'configmap/settings', `${applicationLabel}-`])
  await until(it => it?.drifted.length === 1)
  await handIn(shop).patch({ data: { mode: 'slow' } })
  await until(it => it?.drifted[0]?.fields.some(field => field.path === '/data/mode') ?? false)
})
