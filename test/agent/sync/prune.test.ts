import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { eventually } from '../../stage/eventually.ts'
import { kubectl, type Shop, useSyncFixture } from './fixture.ts'
import { settings } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture
const finalizer = 'example.com/hold'

/** Short, for what never goes. */
const hasty = () => fixture.syncer({ goneMs: 800 })

const held = (name: string): KubernetesObject => ({
  ...settings('fast'),
  metadata: { name, finalizers: [finalizer] },
})

async function letGo(shop: Shop, kind: string, name: string): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers: null } })
  await kubectl(plane, ['patch', kind, name, '-n', shop.namespace, '--type=merge', '-p', patch])
}

describe('what goes slowly', () => {
  test('is waited for, and is gone when the sync ends', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast'), held('slow')])
    const syncing = shop.sync([settings('fast')])
    await eventually(async () => {
      const live = await shop.live('v1', 'ConfigMap', 'slow')
      expect(live?.metadata.deletionTimestamp).toBeDefined()
    })
    await letGo(shop, 'configmap', 'slow')
    const result = await syncing
    expect(result).toMatchObject({ outcome: 'synced', pruned: [`/ConfigMap/${shop.namespace}/slow`] })
    expect(result.health.every(it => it.status === 'healthy')).toBe(true)
    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status.inventory).toEqual([`/ConfigMap/${shop.namespace}/settings`])
  })

  test('beyond its time is named with what holds it, and rolls nothing back', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast'), held('stuck')])
    const result = await hasty().sync(shop.request([settings('slow')]), plane.signal)
    const entry = {
      id: `/ConfigMap/${shop.namespace}/stuck`,
      status: 'progressing',
      message: `is still being deleted: it waits for its finalizer ${finalizer}`,
    }
    expect(result).toMatchObject({ outcome: 'synced', error: null })
    expect(result.health).toContainEqual(entry)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'slow' } })
    // The next one has nothing to delete any more, and still says what is in the way.
    const again = await hasty().sync(shop.request([settings('slow')]), plane.signal)
    expect(again).toMatchObject({ outcome: 'synced', pruned: [], applied: [] })
    expect(again.health).toContainEqual(entry)
    await letGo(shop, 'configmap', 'stuck')
    expect((await shop.sync([settings('slow')])).health).not.toContainEqual(entry)
  })

  test('as a Namespace is told with what is left in it', async () => {
    const shop = await fixture.shop()
    const name = plane.freeName('ends')
    const inside = { ...held('stuck'), metadata: { ...held('stuck').metadata, namespace: name } }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    await shop.sync([settings('fast'), namespace])
    await plane.cluster.create(inside, plane.signal)
    // The server needs a moment to say what is left; until then it says that it has not ended.
    await eventually(async () => {
      const result = await hasty().sync(shop.request([settings('fast')]), plane.signal)
      expect(result.outcome).toBe('synced')
      const told = result.health.find(it => it.id === `/Namespace//${name}`)
      expect(told?.message).toMatch(/is still being deleted: .*example\.com\/hold in 1 resource instances/)
    })
    await kubectl(plane, [
      'patch',
      'configmap',
      'stuck',
      '-n',
      name,
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    ])
  })
})

describe('what others may need', () => {
  const group = `${plane.freeName('ops')}.example.com`
  const definition: KubernetesObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  }
  const thing: KubernetesObject = {
    apiVersion: `${group}/v1`,
    kind: 'Thing',
    metadata: { name: 'one', finalizers: [finalizer] },
  }
  const account: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'operator' },
  }

  test('is not deleted before them: an application that goes is not forgotten until they have gone', async () => {
    plane.cleanUp(definition)
    const shop = await fixture.shop()
    expect(await shop.sync([definition, thing, account])).toMatchObject({ outcome: 'synced' })
    const first = await hasty().sync(shop.request([], { removed: true }), plane.signal)
    expect(first).toMatchObject({ outcome: 'failed', error: { code: 'not-gone-in-time' } })
    expect(first.pruned).toEqual([`${group}/Thing/${shop.namespace}/one`])
    expect(first.error?.message).toMatch(
      /Thing .*one is still being deleted.*finalizer.*2 objects that it may need stay/,
    )
    expect(await shop.live('v1', 'ServiceAccount', 'operator')).not.toBeNull()
    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status.inventory).toHaveLength(3)
    await letGo(shop, `things.${group}`, 'one')
    const second = await shop.sync([], { removed: true })
    expect(second).toMatchObject({ outcome: 'synced', error: null })
    expect(await fixture.state.get(shop.application.name, plane.signal)).toBeNull()
    expect(await shop.live('v1', 'ServiceAccount', 'operator')).toBeNull()
  })
})

test('later waves are deleted before earlier ones', async () => {
  const shop = await fixture.shop()
  const inWave = (name: string, wave: number) => ({
    ...settings('fast'),
    metadata: { name, annotations: { 'argocd.argoproj.io/sync-wave': String(wave) } },
  })
  await shop.sync([settings('fast'), inWave('b', 0), inWave('c', 2), inWave('a', 1)])
  const result = await shop.sync([settings('fast')])
  expect(result.pruned.map(id => id.at(-1))).toEqual(['c', 'a', 'b'])
})
