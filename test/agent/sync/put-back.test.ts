import { describe, expect, test } from 'vitest'
import type { Application } from '../../../src/model/application.ts'
import { SyncCancelled } from '../../../src/agent/sync/syncer.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { annotated } from '../../builders/objects.ts'
import { kubectl, type Shop, useSyncFixture } from './fixture.ts'
import { frontend, settings, simulating } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const frozen = (mode: string): KubernetesObject => ({ ...settings(mode), immutable: true })

test('what was replaced by leave of its new version is replaced back when the sync fails', async () => {
  const shop = await fixture.shop()
  await shop.sync([frozen('fast')])
  const next = annotated(frozen('slow'), { 'argocd.argoproj.io/sync-options': 'Replace=true' })
  const result = await shop.sync([next, simulating('crash', frontend())])
  expect(result).toMatchObject({ outcome: 'rolled-back' })
  expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'fast' } })
})

describe('what others had written into an object that the sync replaced', () => {
  const replacing = annotated(frozen('slow'), { 'argocd.argoproj.io/sync-options': 'Replace=true' })

  async function besideAnother(): Promise<Shop> {
    const shop = await fixture.shop()
    const theirs = { ...frozen('fast'), data: { mode: 'fast', theirs: 'kept' } }
    await kubectl(plane, ['create', '--field-manager=theirs', '-n', shop.namespace, '-f', '-'], theirs)
    return shop
  }

  async function isAsItWas(shop: Shop): Promise<void> {
    const live = await shop.live('v1', 'ConfigMap', 'settings')
    expect(live).toMatchObject({ data: { mode: 'fast', theirs: 'kept' }, immutable: true })
    const entry = live?.metadata.managedFields?.find(it => it.manager === 'theirs')
    expect(entry?.fieldsV1).toHaveProperty(['f:data', 'f:theirs'])
  }

  test('comes back with a take-over that fails', async () => {
    const shop = await besideAnother()
    const result = await shop.sync([replacing, simulating('crash', frontend())])
    expect(result).toMatchObject({ outcome: 'rolled-back' })
    await isAsItWas(shop)
  })

  test('comes back with a later sync that fails', async () => {
    const shop = await besideAnother()
    expect(await shop.sync([frozen('fast')])).toMatchObject({ outcome: 'synced' })
    const result = await shop.sync([replacing, simulating('crash', frontend())])
    expect(result).toMatchObject({ outcome: 'rolled-back' })
    await isAsItWas(shop)
  })
})

/** Two applications that go to one namespace, which either of them may create. */
async function intoOneNamespace(): Promise<{ first: Shop; second: Shop; namespace: string }> {
  const namespace = plane.freeName('shared')
  plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const moved = (shop: Shop): Shop => {
    const application: Application = {
      ...shop.application,
      destination: { ...shop.application.destination, namespace },
      syncPolicy: { ...shop.application.syncPolicy, syncOptions: ['CreateNamespace=true'] },
    }
    return { ...shop, application, sync: (objects, more) => shop.sync(objects, { application, ...more }) }
  }
  return { first: moved(await fixture.shop()), second: moved(await fixture.shop()), namespace }
}

describe('a namespace that a failed sync has created', () => {
  test('stays when another application has been synced into it meanwhile', async () => {
    const { first, second, namespace } = await intoOneNamespace()
    const failing = first.sync([settings('fast'), simulating('crash', frontend())])
    const there = async () =>
      plane.cluster.get(
        { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, verbs: [] },
        { namespace, name: 'settings' },
        plane.signal,
      )
    await expect.poll(async () => (await there()) !== null, { timeout: 20_000 }).toBe(true)
    expect(await second.sync([{ ...settings('x'), metadata: { name: 'theirs' } }])).toMatchObject({
      outcome: 'synced',
    })
    const failed = await failing
    expect(failed).toMatchObject({ outcome: 'rolled-back' })
    expect(failed.health).toContainEqual({
      id: `/Namespace//${namespace}`,
      status: 'unknown',
      message: `was created, and stays: the application ${second.application.name} needs it by now`,
    })
    const again = await second.sync([{ ...settings('x'), metadata: { name: 'theirs' } }])
    expect(again).toMatchObject({ outcome: 'synced', applied: [] })
    expect(await there()).toBeNull()
    const kept = await kubectl(plane, [
      'get',
      'namespace',
      namespace,
      '-o',
      'jsonpath={.metadata.deletionTimestamp}',
    ])
    expect(kept).toBe('')
  })
})

test('a sync that is superseded when all is done, and only to be remembered, is synced', async () => {
  const shop = await fixture.shop()
  const controller = new AbortController()
  const onProgress = ({ step }: { step: string }) => {
    if (step === 'save') controller.abort(new SyncCancelled('superseded', 'a newer revision came'))
  }
  const request = shop.request([settings('fast')], { onProgress })
  expect(await fixture.syncer().sync(request, controller.signal)).toMatchObject({
    outcome: 'synced',
    error: null,
  })
  expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
})
