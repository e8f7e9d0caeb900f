import { expect, test } from 'vitest'
import type { Cluster } from '../../../src/agent/cluster/cluster.ts'
import { applicationLabel } from '../../../src/model/fields.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { configMap } from '../../builders/objects.ts'
import { useSyncFixture } from './fixture.ts'
import { written } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const many = Array.from({ length: 30 }, (_, at) =>
  written(configMap({ name: `settings-${at}`, data: { mode: 'fast' } })),
)

test('many new objects are all dry-run before the first is written, and none is read one by one', async () => {
  const shop = await fixture.shop()
  plane.forgetRequests()
  const result = await shop.sync(many)
  expect(result).toMatchObject({ outcome: 'synced' })
  const ours = plane.requests.filter(it =>
    it.path.includes(`/namespaces/${shop.namespace}/configmaps/settings-`),
  )
  const kinds = ours.map(it => (it.method === 'GET' ? 'read' : it.dryRun ? 'dry run' : 'write'))
  expect(kinds).toEqual([...many.map(() => 'dry run'), ...many.map(() => 'write')])
})

/** Somebody creates an object right after the sync has seen that it is not there. */
function quicker(namespace: string, object: KubernetesObject): Cluster {
  let planned = false
  return {
    ...plane.cluster,
    apply: (applied, options, signal) => {
      planned ||= options.dryRun
      return plane.cluster.apply(applied, options, signal)
    },
    list: async (resource, options, signal) => {
      const listed = await plane.cluster.list(resource, options, signal)
      if (planned && options.metadataOnly && options.namespace === namespace) {
        planned = false
        await plane.cluster.apply(object, { dryRun: false, fieldManager: 'somebody' }, signal)
      }
      return listed
    },
  }
}

test.each([
  { what: 'says something else', data: { mode: 'slow' } },
  { what: 'says the same', data: { mode: 'fast' } },
  { what: 'says more', data: { colour: 'green' } },
])('an object that somebody else creates in the very moment, and that $what, is left as it is', async it => {
  const shop = await fixture.shop()
  const theirs = configMap({ name: 'settings-7', namespace: shop.namespace, data: it.data })
  const syncer = fixture.syncer({}, quicker(shop.namespace, theirs))
  const result = await syncer.sync(shop.request(many), plane.signal)
  expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'created-meanwhile' } })
  const live = await shop.live('v1', 'ConfigMap', 'settings-7')
  expect(live).toMatchObject({ data: it.data })
  expect(live?.metadata.labels).toBeUndefined()
  expect(live?.metadata.managedFields?.map(entry => entry.manager)).toEqual(['somebody'])
  expect(await shop.live('v1', 'ConfigMap', 'settings-8')).toBeNull()
})

test('an object that another application has created meanwhile stays its own', async () => {
  const [shop, other] = [await fixture.shop(), await fixture.shop()]
  const theirs = configMap({ name: 'settings-7', namespace: shop.namespace, data: { mode: 'slow' } })
  let isFirst = true
  const cluster: Cluster = {
    ...plane.cluster,
    async apply(object, options, signal) {
      const begins = isFirst && object.kind === 'Secret' && object.metadata.name.startsWith('journal.')
      if (begins) {
        isFirst = false
        expect(await other.sync([theirs])).toMatchObject({ outcome: 'synced' })
      }
      return plane.cluster.apply(object, options, signal)
    },
  }
  const result = await fixture.syncer({}, cluster).sync(shop.request(many), plane.signal)
  expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'owned-by-another' }, applied: [] })
  expect(await shop.live('v1', 'ConfigMap', 'settings-7')).toMatchObject({ data: { mode: 'slow' } })
  expect(await shop.live('v1', 'ConfigMap', 'settings-8')).toBeNull()
})

test('of two applications that create one object at once, never both go on', async () => {
  for (let round = 0; round < 5; round++) {
    const [shop, other] = [await fixture.shop(), await fixture.shop()]
    const shared = configMap({ name: 'shared', namespace: shop.namespace, data: { mode: 'fast' } })
    const own = (name: string) => configMap({ name, namespace: shop.namespace })
    const [one, two] = await Promise.all([shop.sync([shared, own('one')]), other.sync([shared, own('two')])])
    const live = await shop.live('v1', 'ConfigMap', 'shared')
    const synced = [one, two].filter(it => it.outcome === 'synced')
    expect(synced.length).toBeLessThanOrEqual(1)
    expect(live?.metadata.labels?.[applicationLabel]).toBe(synced[0]?.application)
    for (const failed of [one, two].filter(it => it.outcome !== 'synced')) {
      expect(failed.error?.message).toMatch(/shared/)
    }
  }
})
