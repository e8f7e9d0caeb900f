import { describe, expect, test } from 'vitest'
import type { Sibling, Siblings } from '../../../src/agent/plan/moves.ts'
import { applicationLabel, movedFromAnnotation } from '../../../src/model/fields.ts'
import type { Application } from '../../../src/model/application.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { configMap } from '../../builders/objects.ts'
import { type Shop, useSyncFixture } from './fixture.ts'
import { frontend, settings, simulating, written } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

/** Two applications of one repository in one namespace: `from` has the settings. */
async function pair() {
  const from = await fixture.shop()
  const other = await fixture.shop()
  const application: Application = {
    ...other.application,
    destination: { ...other.application.destination, namespace: from.namespace },
  }
  const to: Shop = {
    ...from,
    application,
    request: (objects, more) => ({ ...other.request(objects, more), application }),
    sync: (objects, more) => other.sync(objects, { application, ...more }),
  }
  await from.sync([settings('old'), written(configMap({ name: 'stays' }))])
  const before = await from.live('v1', 'ConfigMap', 'settings')
  return { from, to, id: `/ConfigMap/${from.namespace}/settings`, uid: before?.metadata.uid }
}

const stays = written(configMap({ name: 'stays' }))
const rendered = (shop: Shop, objects: readonly KubernetesObject[]): Sibling => ({
  kind: 'rendered',
  application: shop.application,
  objects: objects.map(object => ({ object, source: null })),
})

/** What the other application of the pair says at the revision. */
function beside(shop: Shop, sibling: Sibling): Siblings {
  const { name } = shop.application
  return {
    repository: null,
    together: [name],
    at: async asked => (asked === name ? sibling : { kind: 'unknown' }),
  }
}

const ownerOf = async (shop: Shop) =>
  (await shop.live('v1', 'ConfigMap', 'settings'))?.metadata.labels?.[applicationLabel]
const statusOf = async (shop: Shop) => (await fixture.state.get(shop.application.name, plane.signal))?.status

describe('an object that moves from one application to another with one commit', () => {
  test('is taken over, and neither deleted nor made anew, when the new one is synced first', async () => {
    const { from, to, id, uid } = await pair()
    const taken = await to.sync([settings('new')], { siblings: beside(from, rendered(from, [stays])) })
    expect(taken).toMatchObject({ outcome: 'synced', applied: [id] })
    expect(taken.plan?.changes).toMatchObject([
      { id, action: 'adopt', note: `moves here from the application ${from.application.name}` },
    ])
    const left = await from.sync([stays], { siblings: beside(to, rendered(to, [settings('new')])) })
    expect(left).toMatchObject({ outcome: 'synced', pruned: [] })
    expect(await ownerOf(to)).toBe(to.application.name)
    const live = await to.live('v1', 'ConfigMap', 'settings')
    expect(live).toMatchObject({ metadata: { uid }, data: { mode: 'new' } })
    expect((await statusOf(from))?.inventory).not.toContain(id)
    expect((await statusOf(to))?.inventory).toContain(id)
  })

  test('is left where it is, and then taken over, when the old one is synced first', async () => {
    const { from, to, id, uid } = await pair()
    const left = await from.sync([stays], { siblings: beside(to, rendered(to, [settings('new')])) })
    expect(left).toMatchObject({ outcome: 'synced', pruned: [] })
    expect(left.plan?.changes).toMatchObject([
      { id, action: 'leave-behind', note: `it moves to the application ${to.application.name}` },
    ])
    expect(await statusOf(from)).toMatchObject({ moving: [{ id, to: to.application.name }] })
    await to.sync([settings('new')], { siblings: beside(from, rendered(from, [stays])) })
    expect((await to.live('v1', 'ConfigMap', 'settings'))?.metadata.uid).toBe(uid)
    await from.sync([stays], { siblings: beside(to, rendered(to, [settings('new')])) })
    expect(await statusOf(from)).toMatchObject({ moving: [] })
    expect((await statusOf(from))?.inventory).not.toContain(id)
  })

  test('waits for the new one through later commits that touch the old one alone', async () => {
    const { from, to, id } = await pair()
    const other = beside(to, rendered(to, [settings('new')]))
    await from.sync([stays], { siblings: other })
    const later = await from.sync([stays, written(configMap({ name: 'more' }))], {
      siblings: { ...other, together: [] },
    })
    expect(later).toMatchObject({ outcome: 'synced', pruned: [] })
    const givenUp = await from.sync([stays], { siblings: beside(to, rendered(to, [])) })
    expect(givenUp.pruned).toContain(id)
  })

  test('goes back to the old one when the sync of the new one fails, even after the old one has let go of it', async () => {
    const { from, to, id, uid } = await pair()
    const failing = to.sync([settings('new'), simulating('crash', frontend())], {
      siblings: beside(from, rendered(from, [stays])),
    })
    await expect.poll(() => ownerOf(to), { timeout: 20_000, interval: 50 }).toBe(to.application.name)
    await from.sync([stays], { siblings: beside(to, rendered(to, [settings('new')])) })
    expect(await failing).toMatchObject({ outcome: 'rolled-back' })
    expect(await ownerOf(from)).toBe(from.application.name)
    expect(await from.live('v1', 'ConfigMap', 'settings')).toMatchObject({
      metadata: { uid },
      data: { mode: 'old' },
    })
    expect(await statusOf(from)).toMatchObject({
      inventory: expect.arrayContaining([id]),
      moving: [{ id, to: to.application.name }],
    })
  })

  test('leaves an application that is removed with the same commit', async () => {
    const { from, to, uid } = await pair()
    const all = [settings('old'), stays]
    const gone = await from.sync([], { removed: true, siblings: beside(to, rendered(to, all)) })
    expect(gone).toMatchObject({ outcome: 'synced', pruned: [] })
    await to.sync(all, { siblings: beside(from, { kind: 'removed' }) })
    expect((await to.live('v1', 'ConfigMap', 'settings'))?.metadata.uid).toBe(uid)
    expect(await ownerOf(to)).toBe(to.application.name)
  })
})

describe('an object of another application is', () => {
  test.each([
    {
      what: 'that one still has it',
      sibling: (from: Shop) => beside(from, rendered(from, [settings('old'), stays])),
    },
    { what: 'that one does not render', sibling: (from: Shop) => beside(from, { kind: 'unknown' }) },
    { what: 'nobody knows of a move', sibling: () => null },
  ])('refused when $what, with its owner', async ({ sibling }) => {
    const { from, to } = await pair()
    const result = await to.sync([settings('new')], { siblings: sibling(from) })
    expect(result).toMatchObject({ outcome: 'refused', applied: [] })
    expect(result.error?.message).toContain(`belongs to the application ${from.application.name}`)
    expect(await ownerOf(from)).toBe(from.application.name)
  })

  test('not deleted by its own when the one that may take it does not render', async () => {
    const { from, to } = await pair()
    const result = await from.sync([stays], { siblings: beside(to, { kind: 'unknown' }) })
    expect(result).toMatchObject({ outcome: 'synced', pruned: [] })
    expect(result.plan?.changes[0]?.note).toMatch(/cannot be rendered, may take it over/)
  })

  test('taken when a person says so', async () => {
    const { from, to } = await pair()
    await to.sync([settings('new')], { takeFrom: [from.application.name] })
    expect(await ownerOf(to)).toBe(to.application.name)
  })

  test('taken when Git says so, once that one has let go of it', async () => {
    const { from, to } = await pair()
    const announced = (mode: string): KubernetesObject => {
      const object = settings(mode)
      const annotations = { [movedFromAnnotation]: from.application.name }
      return { ...object, metadata: { ...object.metadata, annotations } }
    }
    expect(await to.sync([announced('new')])).toMatchObject({ outcome: 'refused' })
    const kept = { ...from.application.syncPolicy, automated: null }
    await from.sync([stays], { application: { ...from.application, syncPolicy: kept } })
    expect(await to.sync([announced('new')])).toMatchObject({ outcome: 'synced' })
    expect(await ownerOf(to)).toBe(to.application.name)
  })
})
