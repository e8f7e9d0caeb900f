import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ObjectId, objectIdOf } from '../../../src/model/identity.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { Change } from '../../../src/model/plan.ts'
import { type Shop, useSyncFixture } from '../sync/fixture.ts'
import { handOn } from './hand.ts'
import { listen, type Listener } from './listener.ts'
import { admissionRows, policies } from './rows/admission.ts'
import { configRows } from './rows/config.ts'
import { settings } from './rows/objects.ts'
import { ignored, ownershipRows } from './rows/ownership.ts'
import type { Row } from './rows/row.ts'
import { autoscaled, workloadRows } from './rows/workloads.ts'

const fixture = useSyncFixture()
const { plane } = fixture
const rows: readonly Row[] = [...ownershipRows, ...configRows, ...admissionRows, ...workloadRows]
const clusterScoped = ['ClusterRole', 'ValidatingWebhookConfiguration']
const patient = 120_000
const timing = { leftBehind: 50 }

/**
 * All rows on one application, one after the other. After each edit comes one of a sentinel, an object of the same kind: its event comes on the same
 * watch, after the row's. Once it is told, what was not told of the row will not be.
 */
let shop: Shop
let listener: Listener
const expected = new Map<ObjectId, Row['told']>()
const sentinels = new Map<string, KubernetesObject>()
let round = 0

beforeAll(async () => {
  shop = await fixture.shop({ ignoreDifferences: ignored })
  for (const { object } of rows)
    if (!sentinels.has(object.kind)) sentinels.set(object.kind, sentinelOf(object))
  const objects = [settings('owner'), ...sentinels.values(), ...rows.map(row => row.object)]
  for (const object of objects.filter(it => clusterScoped.includes(it.kind))) plane.cleanUp(object)
  const { outcome, error } = await shop.sync(objects)
  expect({ outcome, error }).toEqual({ outcome: 'synced', error: null })
  const { kubectl } = handOn(plane, shop.namespace, settings('owner'))
  for (const name of autoscaled) await kubectl(['autoscale', `deployment/${name}`, '--min=3', '--max=5'])
  for (const object of policies) {
    plane.cleanUp(object)
    await kubectl(['apply', '-f', '-'], { input: object })
  }
  plane.cleanUp({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'classified-part' },
  })
  listener = await listen(fixture, { application: shop.application.name, timing })
}, patient)

afterAll(() => listener?.stop())

test('there are enough of them', () => {
  expect(new Set(rows.map(row => idOf(row.object))).size).toBe(rows.length)
  expect(rows.length).toBeGreaterThanOrEqual(40)
})

describe('a hand edit', () => {
  test.each(rows)(
    '$what: $told',
    async row => {
      // Autoscalers come when they come.
      const before = new Set([
        ...(listener.reports.at(-1)?.drifted ?? []).map(it => it.id),
        ...autoscaledIds(),
      ])
      before.delete(toldOf(row))
      const told = listener.reports.length
      await row.edit(handOn(plane, shop.namespace, row.object))
      await waveSentinel(row.object.kind)
      if (row.told !== 'nothing') {
        expected.set(toldOf(row), row.told)
        // What is deleted and made again may be told twice.
        await listener.until(
          it => it?.drifted.some(change => change.id === toldOf(row) && isSaid(change, row)) ?? false,
        )
      }
      const news = listener.reports
        .slice(told)
        .flatMap(it => it.drifted)
        .filter(it => !before.has(it.id) && !isSentinel(it.id))
      expect(new Set(news.map(it => it.id))).toEqual(new Set(row.told === 'nothing' ? [] : [toldOf(row)]))
      const last = news.at(-1)
      if (last) expect(said(last)).toEqual(row.told)
      expect(JSON.stringify(news)).not.toMatch(/canary|Y2FuYXJ5/)
    },
    patient,
  )
})

test.each(['after a full comparison', 'by an agent that has just started'])(
  'all of it is told %s, and nothing else',
  async how => {
    if (how.includes('started')) {
      listener.stop()
      listener = await listen(fixture, { application: shop.application.name, timing })
    } else listener.refresh()
    await waveSentinel('ConfigMap')
    const isRest = (it: Change) => !isSentinel(it.id)
    const newest = await listener.until(it => (it?.drifted.filter(isRest).length ?? 0) >= expected.size)
    const drifted = newest?.drifted.filter(isRest) ?? []
    expect(new Map(drifted.map(it => [it.id, said(it)]))).toEqual(expected)
  },
  patient,
)

function isSaid(change: Change, { told }: Row): boolean {
  return isDeepStrictEqual(said(change), told)
}

function autoscaledIds(): readonly ObjectId[] {
  return workloadRows.filter(it => autoscaled.includes(it.object.metadata.name)).map(it => idOf(it.object))
}

function said({ id, action, fields, note }: Change): Row['told'] {
  if (action === 'create') return 'deleted'
  if (action === 'leave-behind') {
    expect(note).toContain('is no part of it')
    return { leftBehind: id.split('/').at(-1) ?? '' }
  }
  return { fields: fields.map(it => it.path) }
}

function toldOf({ object, told }: Row): ObjectId {
  if (typeof told === 'string' || !('leftBehind' in told)) return idOf(object)
  return idOf({ ...object, metadata: { name: told.leftBehind } })
}

function idOf(object: KubernetesObject): ObjectId {
  if (clusterScoped.includes(object.kind)) return objectIdOf(object)
  return objectIdOf({ ...object, metadata: { ...object.metadata, namespace: shop?.namespace ?? '' } })
}

const sentinelName = 'classified-sentinel'

function sentinelOf(object: KubernetesObject): KubernetesObject {
  const copy = structuredClone(object)
  return { ...copy, metadata: { name: sentinelName, labels: { sentinel: 'at-rest' } } }
}

function isSentinel(id: ObjectId): boolean {
  return id.endsWith(`/${sentinelName}`)
}

/** Resolves once its edit has been told. */
async function waveSentinel(kind: string): Promise<void> {
  const sentinel = sentinels.get(kind)
  if (!sentinel) throw new Error(`there is no sentinel of ${kind}`)
  const flag = `round-${++round}`
  await handOn(plane, shop.namespace, sentinel).patch({ metadata: { labels: { sentinel: flag } } })
  const id = idOf(sentinel)
  await listener.until(
    it => it?.drifted.find(change => change.id === id)?.fields.some(field => field.before === flag) ?? false,
  )
}
