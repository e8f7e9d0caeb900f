import { expect, test } from 'vitest'
import type { Cluster } from '../../../src/agent/cluster/cluster.ts'
import { resourceOf, type Shop, useSyncFixture } from '../sync/fixture.ts'
import { settings } from '../sync/objects.ts'
import { listen } from './listener.ts'

const fixture = useSyncFixture()
const { plane } = fixture

/** By somebody who holds the field from then on, so that a second edit takes nothing from us that would show. */
async function edit(shop: Shop, mode: string): Promise<void> {
  const resource = await resourceOf(plane, 'v1', 'ConfigMap')
  const identity = { namespace: shop.namespace, name: 'settings' }
  const patch = { type: 'merge' as const, body: { data: { mode } }, fieldManager: 'by-hand' }
  await plane.cluster.patch(resource, identity, patch, plane.signal)
}

test('an edit that comes between the read of an object and its comparison is told', async () => {
  const shop = await fixture.shop()
  await shop.sync([settings('fast')])
  let seen = Promise.withResolvers<void>()
  let isOvertaken = false
  const cluster: Cluster = {
    ...plane.cluster,
    async get(resource, identity, signal) {
      const object = await plane.cluster.get(resource, identity, signal)
      const isEdited = identity.namespace === shop.namespace && JSON.stringify(object).includes('"first"')
      if (isEdited && !isOvertaken) {
        isOvertaken = true
        seen = Promise.withResolvers()
        await edit(shop, 'second')
        await seen.promise
      }
      return object
    },
    async *watch(resource, options, signal) {
      for await (const event of plane.cluster.watch(resource, options, signal)) {
        yield event
        // Whoever watches has dealt with it when it asks for the next.
        if (event.type === 'set' && JSON.stringify(event.object).includes(shop.namespace)) seen.resolve()
      }
    },
  }
  const { until } = await listen(fixture, { application: shop.application.name, cluster })
  await edit(shop, 'first')
  await until(it => it?.drifted[0]?.fields[0]?.before === 'second')
  expect(isOvertaken).toBe(true)
})
