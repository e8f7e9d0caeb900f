import { describe, expect, test } from 'vitest'
import type { Application } from '../../../src/model/application.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { annotated, configMap } from '../../builders/objects.ts'
import { eventually } from '../../stage/eventually.ts'
import { kubectl, type Shop, useSyncFixture } from './fixture.ts'
import { settings } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const named = (name: string, options?: string): KubernetesObject => {
  const object = { ...settings('fast'), metadata: { name } }
  return options === undefined ? object : annotated(object, { 'argocd.argoproj.io/sync-options': options })
}

const idOf = (shop: Shop, name: string) => `/ConfigMap/${shop.namespace}/${name}`

function saying(shop: Shop, syncOptions: readonly string[]): Application {
  return { ...shop.application, syncPolicy: { ...shop.application.syncPolicy, syncOptions } }
}

describe('an object that left Git', () => {
  test.each([
    { object: undefined, application: undefined, goes: true },
    { object: 'Prune=false', application: undefined, goes: false },
    { object: undefined, application: 'Prune=false', goes: false },
    { object: 'Prune=true', application: 'Prune=false', goes: true },
    { object: 'Prune=confirm', application: undefined, goes: false },
    { object: undefined, application: 'Prune=confirm', goes: false },
    { object: 'Validate=false, PruneLast=true', application: undefined, goes: true },
    { object: 'Delete=false', application: undefined, goes: true },
  ])('that says $object, in an application that says $application, goes: $goes', async it => {
    const shop = await fixture.shop()
    const application = saying(shop, it.application ? [it.application] : [])
    await shop.sync([named('stays'), named('old', it.object)], { application })
    const result = await shop.sync([named('stays')], { application })
    expect(result).toMatchObject({ outcome: 'synced', pruned: it.goes ? [idOf(shop, 'old')] : [] })
    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status.inventory.includes(idOf(shop, 'old'))).toBe(!it.goes)
  })

  test('and waits for somebody is named by each sync until somebody confirms it', async () => {
    const shop = await fixture.shop()
    await shop.sync([named('stays'), named('old', 'Prune=confirm')])
    for (const result of [await shop.sync([named('stays')]), await shop.sync([named('stays')])]) {
      expect(result).toMatchObject({ outcome: 'synced', pruned: [], applied: [] })
      expect(result.health).toContainEqual({
        id: idOf(shop, 'old'),
        status: 'suspended',
        message: expect.stringMatching(/stays until somebody confirms.*Prune=confirm/) as string,
      })
    }
    const confirmed = await shop.sync([named('stays')], { confirmPrune: true })
    expect(confirmed).toMatchObject({ outcome: 'synced', pruned: [idOf(shop, 'old')] })
  })

  test("and waits for somebody goes when the Application says so in Argo CD's way", async () => {
    const shop = await fixture.shop()
    await shop.sync([named('stays'), named('old', 'Prune=confirm')])
    const approve = (at: string) =>
      kubectl(plane, [
        'annotate',
        '--overwrite',
        'applications.plumbline.dev',
        shop.application.name,
        '-n',
        fixture.stateNamespace,
        `argocd.argoproj.io/deletion-approved=${at}`,
      ])
    await approve('2020-01-01T00:00:00Z')
    expect((await shop.sync([named('stays')])).pruned).toEqual([])
    await approve(new Date(Date.now() + 2_000).toISOString())
    expect((await shop.sync([named('stays')])).pruned).toEqual([idOf(shop, 'old')])
  })
})

describe('an object of an application that goes', () => {
  test.each([
    { options: 'Delete=false', stays: true },
    { options: 'Prune=false', stays: true },
    { options: 'Delete=true', stays: false },
  ])('and says $options stays: $stays', async ({ options, stays }) => {
    const shop = await fixture.shop()
    await shop.sync([named('one'), named('two', options)])
    expect(await shop.sync([], { removed: true })).toMatchObject({ outcome: 'synced' })
    expect((await shop.live('v1', 'ConfigMap', 'two')) !== null).toBe(stays)
    expect(await shop.live('v1', 'ConfigMap', 'one')).toBeNull()
  })

  test('and says Delete=confirm holds up everything until somebody confirms it', async () => {
    const shop = await fixture.shop()
    await shop.sync([named('one'), named('two', 'Delete=confirm')])
    const waiting = await shop.sync([], { removed: true })
    expect(waiting).toMatchObject({
      outcome: 'waiting',
      error: { code: 'delete-not-confirmed', message: expect.stringMatching(/two/) as string },
    })
    expect(await shop.live('v1', 'ConfigMap', 'one')).not.toBeNull()
    const confirmed = await shop.sync([], { removed: true, confirmPrune: true })
    expect(confirmed.pruned).toHaveLength(2)
    expect(await fixture.state.get(shop.application.name, plane.signal)).toBeNull()
  })
})

describe('a Job that changes', () => {
  const job = (version: string, options?: string): KubernetesObject => {
    const object = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'task' },
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: `registry.example/task:${version}` }],
          },
        },
      },
    }
    return options ? annotated(object, { 'argocd.argoproj.io/sync-options': options }) : object
  }

  test.each([
    { options: undefined, outcome: 'refused' },
    { options: 'Replace=true', outcome: 'synced' },
    { options: 'Force=true,Replace=true', outcome: 'synced' },
    { options: 'Replace=false', outcome: 'refused' },
  ])('and says $options is $outcome', async ({ options, outcome }) => {
    const shop = await fixture.shop()
    await shop.sync([job('1', options)])
    const before = await shop.live('batch/v1', 'Job', 'task')
    expect((await shop.sync([job('2', options)])).outcome).toBe(outcome)
    const after = await shop.live('batch/v1', 'Job', 'task')
    expect(after?.metadata.uid === before?.metadata.uid).toBe(outcome === 'refused')
  })
})

test('a namespace that CreateNamespace=true makes has the metadata that the application gives it', async () => {
  const namespace = plane.freeName('made')
  plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const shop = await fixture.shop()
  const application: Application = {
    ...shop.application,
    destination: { ...shop.application.destination, namespace },
    syncPolicy: {
      ...shop.application.syncPolicy,
      syncOptions: ['CreateNamespace=true'],
      managedNamespaceMetadata: { labels: { team: 'shop' }, annotations: { note: 'made for it' } },
    },
  }
  expect(await shop.sync([settings('fast')], { application })).toMatchObject({ outcome: 'synced' })
  const made = JSON.parse(
    await kubectl(plane, ['get', 'namespace', namespace, '-o', 'json']),
  ) as KubernetesObject
  expect(made.metadata.labels).toMatchObject({ team: 'shop' })
  expect(made.metadata.annotations).toMatchObject({ note: 'made for it' })
  const managed = await fixture.state.get(application.name, plane.signal)
  expect(managed?.application.syncPolicy.managedNamespaceMetadata).toEqual({
    labels: { team: 'shop' },
    annotations: { note: 'made for it' },
  })
})

describe('an object whose kind nobody defines yet', () => {
  const group = `${plane.freeName('later')}.example.com`
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `limits.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind: 'Limit', plural: 'limits' },
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
  const limit = (options?: string): KubernetesObject => {
    const object = { apiVersion: `${group}/v1`, kind: 'Limit', metadata: { name: 'one' }, spec: { most: 3 } }
    const late = annotated(object, { 'argocd.argoproj.io/sync-wave': '1' })
    return options ? annotated(late, { 'argocd.argoproj.io/sync-options': options }) : late
  }

  test('is refused, but waited for with SkipDryRunOnMissingResource=true', async () => {
    plane.cleanUp(definition)
    const shop = await fixture.shop()
    expect(await shop.sync([settings('fast'), limit()])).toMatchObject({ outcome: 'refused' })
    const syncing = shop.sync([settings('fast'), limit('SkipDryRunOnMissingResource=true')])
    // Some controller defines it when it sees the first wave.
    await eventually(async () => expect(await shop.live('v1', 'ConfigMap', 'settings')).not.toBeNull())
    await plane.cluster.create(definition, plane.signal)
    expect(await syncing).toMatchObject({ outcome: 'synced', error: null })
    expect((await shop.sync([settings('fast')])).pruned).toEqual([`${group}/Limit//one`])
  })
})

test.each([
  { policy: undefined, gone: true },
  { policy: 'PrunePropagationPolicy=foreground', gone: true },
  { policy: 'PrunePropagationPolicy=orphan', gone: false },
])('with $policy what a pruned object owns is gone: $gone', async ({ policy, gone }) => {
  const shop = await fixture.shop()
  const application = saying(shop, policy ? [policy] : [])
  await shop.sync([settings('fast'), named('owner')], { application })
  const owner = await shop.live('v1', 'ConfigMap', 'owner')
  const owned = configMap({
    name: 'owned',
    namespace: shop.namespace,
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner?.metadata.uid ?? '' }],
  })
  await plane.cluster.create(owned, plane.signal)
  expect((await shop.sync([settings('fast')], { application })).pruned).toEqual([idOf(shop, 'owner')])
  await eventually(async () => {
    const left = await shop.live('v1', 'ConfigMap', 'owned')
    expect(gone ? left : (left?.metadata.ownerReferences ?? [])).toEqual(gone ? null : [])
  })
})
