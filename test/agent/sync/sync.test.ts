import { describe, expect, test } from 'vitest'
import { applicationLabel } from '../../../src/model/fields.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../../../src/model/object.ts'
import type { SyncResult } from '../../../src/model/sync.ts'
import { configMap, secret, service } from '../../builders/objects.ts'
import { kubectl, useSyncFixture } from './fixture.ts'
import { frontend, settings, simulating, written } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const writes = () => plane.requests.filter(it => it.method !== 'GET')

describe('a sync', () => {
  test('brings a new application to a healthy state and remembers it', async () => {
    const shop = await fixture.shop()
    const result = await shop.sync([frontend(), settings('fast'), written(service())])
    expect(result).toMatchObject({ outcome: 'synced', error: null, rolledBack: [] })
    expect(result.applied.toSorted()).toEqual(
      [
        `/ConfigMap/${shop.namespace}/settings`,
        `/Service/${shop.namespace}/frontend`,
        `apps/Deployment/${shop.namespace}/frontend`,
      ].toSorted(),
    )
    expect(new Set(result.health.map(it => it.status))).toEqual(new Set(['healthy']))
    const live = await shop.live('apps/v1', 'Deployment', 'frontend')
    expect(live?.metadata.labels?.[applicationLabel]).toBe(shop.application.name)
    expect(live?.['status']).toMatchObject({ readyReplicas: 2 })

    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status).toMatchObject({ revision: result.revision, failedRevision: null })
    expect(managed?.status.inventory.toSorted()).toEqual(result.applied.toSorted())
    expect(Object.fromEntries(managed?.status.conditions.map(it => [it.type, it.status]) ?? [])).toEqual({
      Synced: 'True',
      Healthy: 'True',
      Ready: 'True',
      Drifted: 'False',
    })
    expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
  })

  test('of an unchanged application makes no write and no dry run', async () => {
    const shop = await fixture.shop()
    const revision = 'a'.repeat(40)
    await shop.sync([frontend(), settings('fast')], { revision })
    plane.forgetRequests()
    const again = await shop.sync([frontend(), settings('fast')], { revision })
    expect(again).toMatchObject({ outcome: 'synced', applied: [], pruned: [] })
    expect(writes()).toEqual([])
  })

  test('writes what changed and nothing else', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    const result = await shop.sync([frontend({ replicas: 3 }), settings('fast')])
    expect(result).toMatchObject({
      outcome: 'synced',
      applied: [`apps/Deployment/${shop.namespace}/frontend`],
    })
    const live = await shop.live('apps/v1', 'Deployment', 'frontend')
    expect(live?.['status']).toMatchObject({ readyReplicas: 3 })
  })

  test('prunes what left Git, and takes it from the inventory', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    const result = await shop.sync([frontend()])
    expect(result).toMatchObject({ outcome: 'synced', pruned: [`/ConfigMap/${shop.namespace}/settings`] })
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toBeNull()
    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status.inventory).toEqual([`apps/Deployment/${shop.namespace}/frontend`])
  })

  test('leaves alone what says Prune=false', async () => {
    const shop = await fixture.shop()
    const kept = configMap({ annotations: { 'plumbline.dev/sync-options': 'Prune=false' } })
    await shop.sync([frontend(), written(kept)])
    const result = await shop.sync([frontend()])
    expect(result).toMatchObject({ outcome: 'synced', pruned: [] })
    expect(await shop.live('v1', 'ConfigMap', 'settings')).not.toBeNull()
  })

  test('applies waves in order, each healthy before the next', async () => {
    const shop = await fixture.shop()
    const inWave = (wave: number, object: KubernetesObject) => ({
      ...object,
      metadata: { ...object.metadata, annotations: { 'argocd.argoproj.io/sync-wave': String(wave) } },
    })
    const result = await shop.sync([
      inWave(2, settings('fast')),
      inWave(1, frontend()),
      inWave(-1, written(service())),
    ])
    expect(result.applied.map(id => id.split('/')[1])).toEqual(['Service', 'Deployment', 'ConfigMap'])
    const ready = (await shop.live('apps/v1', 'Deployment', 'frontend')) as unknown as Ready
    const progressed = ready.status.conditions.find(it => it.type === 'Available')
    const made = (await shop.live('v1', 'ConfigMap', 'settings'))?.metadata.creationTimestamp ?? ''
    expect(Date.parse(made)).toBeGreaterThanOrEqual(Date.parse(progressed?.lastTransitionTime ?? ''))
  })

  test('creates a CustomResourceDefinition and objects of its kind at once', async () => {
    const shop = await fixture.shop()
    const group = `${plane.freeName('group')}.example.com`
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
              },
            },
          },
        ],
      },
    }
    plane.cleanUp(definition)
    const widget = { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'one' }, spec: { size: 3 } }
    const result = await shop.sync([widget, definition])
    expect(result).toMatchObject({ outcome: 'synced', error: null })
    expect(await shop.live(`${group}/v1`, 'Widget', 'one')).toMatchObject({ spec: { size: 3 } })
  })

  test('creates the destination namespace when CreateNamespace=true asks for it', async () => {
    const shop = await fixture.shop()
    const namespace = plane.freeName('made')
    plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    const application = {
      ...shop.application,
      destination: { ...shop.application.destination, namespace },
      syncPolicy: { ...shop.application.syncPolicy, syncOptions: ['CreateNamespace=true'] },
    }
    const result = await shop.sync([settings('fast')], { application })
    expect(result).toMatchObject({ outcome: 'synced', applied: [`/ConfigMap/${namespace}/settings`] })
  })

  test('takes over what client-side kubectl applied', async () => {
    const shop = await fixture.shop()
    await kubectl(plane, ['apply', '-n', shop.namespace, '-f', '-'], {
      ...settings('slow'),
      data: { mode: 'slow', old: 'yes' },
    })
    const result = await shop.sync([settings('fast')])
    expect(result).toMatchObject({ outcome: 'synced', error: null })
    const live = await shop.live('v1', 'ConfigMap', 'settings')
    expect(live?.['data']).toEqual({ mode: 'fast' })
    expect(live?.metadata.annotations ?? {}).toEqual({})
  })

  test('deletes what a removed application owns, and forgets the application', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    const result = await shop.sync([], { removed: true })
    expect(result).toMatchObject({ outcome: 'synced', applied: [] })
    expect(result.pruned).toHaveLength(2)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toBeNull()
    expect(await fixture.state.get(shop.application.name, plane.signal)).toBeNull()
    expect(await fixture.state.journals(plane.signal)).not.toContain(shop.application.name)
  })

  test('waits for what is being deleted to be gone, and makes it again', async () => {
    const shop = await fixture.shop()
    const held = written(configMap({ data: { mode: 'fast' } }))
    const withHold = { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } }
    await shop.sync([withHold])
    const inShop = ['-n', shop.namespace, 'configmap/settings']
    await kubectl(plane, ['delete', '--wait=false', ...inShop])
    const letGo = () =>
      kubectl(plane, ['patch', ...inShop, '--type=merge', '-p={"metadata":{"finalizers":null}}'])
    const onProgress = ({ step }: { step: string }) => {
      if (step === 'apply') void letGo()
    }
    expect(await shop.sync([held], { onProgress })).toMatchObject({
      outcome: 'synced',
      applied: [`/ConfigMap/${shop.namespace}/settings`],
    })
    const live = await shop.live('v1', 'ConfigMap', 'settings')
    expect(live?.metadata.deletionTimestamp).toBeUndefined()
    expect(live?.['data']).toEqual({ mode: 'fast' })
  })

  test('creates a Namespace, and writes what the cluster puts into it by itself', async () => {
    const shop = await fixture.shop()
    const name = plane.freeName('made')
    plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: name },
      imagePullSecrets: [{ name: 'login' }],
    }
    const waits = {
      ...account,
      metadata: { ...account.metadata, annotations: { 'plumbline.dev/sync-wave': '1' } },
    }
    const between = { ...frontend(), metadata: { ...frontend().metadata, namespace: name } }
    const result = await shop.sync([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      between,
      waits,
    ])
    expect(result).toMatchObject({ outcome: 'synced', error: null })
  })

  test('of an empty render prunes nothing', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    expect(await shop.sync([])).toMatchObject({ outcome: 'synced', pruned: [] })
    expect(await shop.live('v1', 'ConfigMap', 'settings')).not.toBeNull()
  })
})

interface Ready {
  readonly status: { readonly conditions: readonly { type: string; lastTransitionTime: string }[] }
}

describe('a sync that must not begin', () => {
  test('writes nothing when one object is refused', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend()])
    const broken = { ...written(service()), spec: { ports: [{ port: 700_000 }] } }
    plane.forgetRequests()
    const result = await shop.sync([frontend({ replicas: 5 }), broken, settings('fast')])
    expect(result).toMatchObject({ outcome: 'refused', applied: [], error: { code: 'objects-refused' } })
    expect(result.error?.message).toMatch(/Service .*frontend.*65535/s)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toBeNull()
    const live = await shop.live('apps/v1', 'Deployment', 'frontend')
    expect(live?.['spec']).toMatchObject({ replicas: 2 })
    expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
  })

  test('is refused when an object would have to be replaced and does not allow it', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend()])
    const other = frontend()
    const spec = other['spec'] as { selector: object; template: { metadata: object } }
    const labels = { app: 'frontend', tier: 'web' }
    const moved = (annotations: Record<string, string>) => ({
      ...other,
      metadata: { ...other.metadata, annotations },
      spec: {
        ...spec,
        selector: { matchLabels: labels },
        template: { ...spec.template, metadata: { labels } },
      },
    })
    const result = await shop.sync([moved({})])
    expect(result).toMatchObject({ outcome: 'refused', error: { code: 'replace-not-allowed' } })

    const before = await shop.live('apps/v1', 'Deployment', 'frontend')
    const allowed = await shop.sync([moved({ 'argocd.argoproj.io/sync-options': 'Replace=true' })])
    expect(allowed).toMatchObject({ outcome: 'synced', error: null })
    const after = await shop.live('apps/v1', 'Deployment', 'frontend')
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid)
  })

  test('waits when it would change something else than what was reviewed', async () => {
    const shop = await fixture.shop()
    const reviewedDigest = `sha256:${'0'.repeat(64)}`
    const waiting = await shop.sync([settings('fast')], { requireReviewedPlan: true, reviewedDigest })
    expect(waiting).toMatchObject({ outcome: 'waiting', error: { code: 'plan-moved' } })
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toBeNull()
    const reviewed = await shop.sync([settings('fast')], {
      requireReviewedPlan: true,
      reviewedDigest: waiting.plan?.changeDigest ?? null,
    })
    expect(reviewed.outcome).toBe('synced')
  })

  test('refuses an object that another application owns', async () => {
    const one = await fixture.shop()
    const other = await fixture.shop()
    await one.sync([settings('fast')])
    const theirs = configMap({ namespace: one.namespace, data: { mode: 'stolen' } })
    const result = await other.sync([theirs])
    expect(result).toMatchObject({ outcome: 'refused', applied: [] })
    expect(result.error?.message).toContain(one.application.name)
    expect(await one.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'fast' } })
  })
})

/** Who owns what, but for when. */
function ownership({ time: _time, ...entry }: ManagedFieldsEntry): Omit<ManagedFieldsEntry, 'time'> {
  return entry
}

describe('a sync that cannot finish healthy', () => {
  test('puts the previous state back, takes away what it created, and says why in the words of the cluster', async () => {
    const shop = await fixture.shop()
    const first = await shop.sync([frontend(), settings('fast')])
    const bad = simulating('image-pull', frontend({ image: 'registry.example/frontend:2.0' }))
    const result = await shop.sync([bad, settings('slow'), written(secret())])
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy' } })
    expect(result.error?.message).toMatch(/ImagePullBackOff/)
    expect(result.health[0]).toMatchObject({ status: 'degraded' })
    expect(result.events.join('\n')).toMatch(/Failed/)
    expect(result.rolledBack).toEqual(
      expect.arrayContaining([
        `apps/Deployment/${shop.namespace}/frontend`,
        `/ConfigMap/${shop.namespace}/settings`,
        `/Secret/${shop.namespace}/credentials`,
      ]),
    )
    expect(await shop.live('v1', 'Secret', 'credentials')).toBeNull()
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'fast' } })
    const live = await shop.live('apps/v1', 'Deployment', 'frontend')
    expect(JSON.stringify(live?.['spec'])).toContain('registry.example/frontend:1.0')
    expect(JSON.stringify(live?.['spec'])).not.toContain('simulate')

    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status).toMatchObject({ revision: first.revision, failedRevision: result.revision })
    expect(managed?.status.conditions.find(it => it.type === 'Synced')).toMatchObject({
      status: 'False',
      reason: 'RolledBack',
    })
    expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
    expect(await fixture.state.loadRevision(shop.application.name, 'latest', plane.signal)).toHaveLength(2)
  })

  test('goes back to nothing when it was the first', async () => {
    const shop = await fixture.shop()
    const result = await shop.sync([simulating('crash', frontend()), settings('fast')])
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy' } })
    expect(result.error?.message).toMatch(/CrashLoopBackOff/)
    expect(await shop.live('apps/v1', 'Deployment', 'frontend')).toBeNull()
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toBeNull()
    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status).toMatchObject({ revision: null, inventory: [] })
  })

  test('is rolled back at its timeout when a pod is never ready', async () => {
    const shop = await fixture.shop()
    const application = {
      ...shop.application,
      syncPolicy: { ...shop.application.syncPolicy, timeoutSeconds: 3 },
    }
    const result = await shop.sync([simulating('never-ready', frontend())], { application })
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy-in-time' } })
    expect(await shop.live('apps/v1', 'Deployment', 'frontend')).toBeNull()
  })

  test('names what is being deleted and does not go, and leaves it at that', async () => {
    const shop = await fixture.shop()
    const held = written(configMap({ data: { mode: 'fast' } }))
    const withHold = { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } }
    await shop.sync([withHold])
    const inShop = ['-n', shop.namespace, 'configmap/settings']
    await kubectl(plane, ['delete', '--wait=false', ...inShop])
    const application = {
      ...shop.application,
      syncPolicy: { ...shop.application.syncPolicy, timeoutSeconds: 2 },
    }
    const result = await shop.sync([withHold], { application })
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-gone-in-time' } })
    expect(result.error?.message).toMatch(/settings was deleted.*example\.com\/hold/)
    await kubectl(plane, ['patch', ...inShop, '--type=merge', '-p={"metadata":{"finalizers":null}}'])
  })

  test('gives an object that it had taken over back as it was', async () => {
    const shop = await fixture.shop()
    const theirs = configMap({ namespace: shop.namespace, data: { mode: 'theirs', other: 'kept' } })
    const before = await plane.cluster.create(theirs, plane.signal)
    const result = await shop.sync([settings('ours'), simulating('crash', frontend())])
    expect(result.outcome).toBe('rolled-back')
    const after = await shop.live('v1', 'ConfigMap', 'settings')
    expect(after?.['data']).toEqual(before['data'])
    expect(after?.metadata.uid).toBe(before.metadata.uid)
    expect(after?.metadata.labels ?? {}).toEqual({})
    expect(after?.metadata.managedFields?.map(ownership)).toEqual(
      before.metadata.managedFields?.map(ownership),
    )
  })

  test('gives others back what it took from them, and leaves alone what they wrote besides', async () => {
    const shop = await fixture.shop()
    const { replicas: _, ...unscaled } = frontend()['spec'] as { replicas?: number }
    const quiet = { ...frontend(), spec: unscaled }
    await shop.sync([quiet, settings('fast')])
    const patch = (kind: string, name: string, body: object) =>
      kubectl(plane, [
        'patch',
        '-n',
        shop.namespace,
        kind,
        name,
        '--type=merge',
        `-p=${JSON.stringify(body)}`,
      ])
    await kubectl(plane, ['scale', '-n', shop.namespace, 'deployment/frontend', '--replicas=4'])
    await patch('deployment', 'frontend', { metadata: { annotations: { team: 'theirs' } } })
    await patch('configmap', 'settings', { data: { level: 'theirs', other: 'kept' } })
    const before = await shop.live('apps/v1', 'Deployment', 'frontend')

    const taking = {
      ...simulating('crash', frontend({ replicas: 2 })),
      metadata: { ...frontend().metadata, annotations: { team: 'ours' } },
    }
    const result = await shop.sync([taking, written(configMap({ data: { mode: 'slow', level: 'ours' } }))])
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy' } })
    const after = await shop.live('apps/v1', 'Deployment', 'frontend')
    expect(after?.['spec']).toEqual(before?.['spec'])
    expect(after?.metadata.annotations).toMatchObject({ team: 'theirs' })
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({
      data: { mode: 'fast', level: 'theirs', other: 'kept' },
    })
    const owners = (it: KubernetesObject | null) =>
      it?.metadata.managedFields?.filter(entry => entry.subresource !== 'status').map(ownership)
    expect(owners(after)).toEqual(expect.arrayContaining(owners(before) ?? []))
    expect(owners(after)).toHaveLength(owners(before)?.length ?? 0)
  })

  test('neither takes nor deletes what somebody else creates meanwhile', async () => {
    const shop = await fixture.shop()
    const late = {
      ...settings('ours'),
      metadata: { name: 'settings', annotations: { 'argocd.argoproj.io/sync-wave': '1' } },
    }
    const theirs = configMap({ namespace: shop.namespace, data: { mode: 'theirs' } })
    const created: Promise<KubernetesObject>[] = []
    const onProgress = ({ step }: { step: string }) => {
      if (step === 'apply' && created.length === 0) created.push(plane.cluster.create(theirs, plane.signal))
    }
    const result = await shop.sync([frontend(), late], { onProgress })
    await Promise.all(created)
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'created-meanwhile' } })
    expect(result.rolledBack).toEqual([`apps/Deployment/${shop.namespace}/frontend`])
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'theirs' } })
  })

  test('brings back what it had pruned already, with what others wrote into it', async () => {
    const shop = await fixture.shop()
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'kept' } }
    await shop.sync([frontend(), settings('fast'), account])
    await kubectl(plane, ['label', '-n', shop.namespace, 'configmap/settings', 'team=theirs'])
    const cancel = new AbortController()
    const { cluster } = plane
    const failing = {
      ...cluster,
      delete: async (...call: Parameters<typeof cluster.delete>) => {
        if (call[0].kind === 'ServiceAccount') cancel.abort()
        return cluster.delete(...call)
      },
    }
    const result = await fixture.syncer({}, failing).sync(shop.request([frontend()]), cancel.signal)
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'cancelled' } })
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({
      metadata: { labels: { team: 'theirs' } },
      data: { mode: 'fast' },
    })
    expect(await shop.live('v1', 'ServiceAccount', 'kept')).not.toBeNull()
    expect(await shop.sync([frontend(), settings('fast'), account])).toMatchObject({ applied: [] })
  })

  test('does not prune before everything is healthy', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const uid = (await shop.live('v1', 'ConfigMap', 'settings'))?.metadata.uid
    const result = await shop.sync([simulating('crash', frontend())])
    expect(result).toMatchObject({ outcome: 'rolled-back', pruned: [] })
    expect((await shop.live('v1', 'ConfigMap', 'settings'))?.metadata.uid).toBe(uid)
  })

  test('is rolled back when it is cancelled', async () => {
    const shop = await fixture.shop()
    const cancel = new AbortController()
    const onProgress = ({ step }: { step: string }) => {
      if (step === 'health') cancel.abort()
    }
    const request = shop.request([simulating('never-ready', frontend())], { onProgress })
    const result = await fixture.syncer().sync(request, cancel.signal)
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'cancelled' } })
    expect(await shop.live('apps/v1', 'Deployment', 'frontend')).toBeNull()
  })

  test('tells nothing of the content of a Secret', async () => {
    const shop = await fixture.shop()
    const canary = 'canary-4711-never-seen'
    const result = await shop.sync([
      written(secret({ data: { password: canary } })),
      simulating('image-pull', frontend({ image: `registry.example/${canary}:never-pulls` })),
    ])
    expect(result.outcome).toBe('rolled-back')
    expect(JSON.stringify({ ...result, plan: null })).not.toContain(canary)
  })
})

test('syncs of one application never overlap, those of two do', async () => {
  const one = await fixture.shop()
  const two = await fixture.shop()
  const syncer = fixture.syncer()
  const running = new Set<string>()
  const seen: string[] = []
  const start = (name: string, shop: typeof one, mode: string) => {
    const onProgress = () => running.add(name)
    const request = shop.request([frontend(), settings(mode)], { onProgress })
    return syncer.sync(request, plane.signal).finally(() => {
      seen.push([...running].toSorted().join(' '))
      running.delete(name)
    })
  }
  await Promise.all([start('a1', one, 'x'), start('a2', one, 'y'), start('b1', two, 'x')])
  expect(seen.every(it => !(it.includes('a1') && it.includes('a2')))).toBe(true)
  expect(seen.some(it => it.includes('a1') && it.includes('b1'))).toBe(true)
  expect(await one.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'y' } })
})

describe('two processes that sync one application', () => {
  test('take turns: what the second brings is not rolled back by the first', async () => {
    const shop = await fixture.shop()
    const said: string[] = []
    const second = Promise.withResolvers<SyncResult>()
    const begin = () => {
      const onProgress = ({ message }: { message: string }) => said.push(message)
      const syncer = fixture.syncer({}, plane.cluster, 'second')
      syncer
        .sync(shop.request([settings('good')], { onProgress }), plane.signal)
        .then(second.resolve, second.reject)
    }
    let begun = false
    const onProgress = ({ step }: { step: string }) => {
      if (step === 'health' && !begun) begin()
      begun ||= step === 'health'
    }
    const bad = [simulating('crash', frontend()), settings('bad')]
    const first = fixture
      .syncer({}, plane.cluster, 'first')
      .sync(shop.request(bad, { onProgress }), plane.signal)
    expect(await first).toMatchObject({ outcome: 'rolled-back' })
    expect(await second.promise).toMatchObject({ outcome: 'synced' })
    expect(said.join('\n')).toContain('by first to end')
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'good' } })
    expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
  })

  test('that begin at the same moment both end, one after the other', async () => {
    const shop = await fixture.shop()
    const start = (identity: string, mode: string) =>
      fixture
        .syncer({}, plane.cluster, identity)
        .sync(shop.request([frontend(), settings(mode)]), plane.signal)
    const results = await Promise.all([start('first', 'x'), start('second', 'y')])
    expect(results.map(it => it.outcome)).toEqual(['synced', 'synced'])
    const last = results.toSorted((a, b) => a.finishedAt.localeCompare(b.finishedAt)).at(-1)
    const mode = last === results[0] ? 'x' : 'y'
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode } })
  })
})
