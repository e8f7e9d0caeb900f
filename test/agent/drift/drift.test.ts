import { describe, expect, onTestFinished, test } from 'vitest'
import type { DriftTiming, DriftWatcher } from '../../../src/agent/drift/drift-watcher.ts'
import { createDriftWatcher } from '../../../src/agent/drift/create-drift-watcher.ts'
import type { Syncer } from '../../../src/agent/sync/syncer.ts'
import { applicationLabel } from '../../../src/model/fields.ts'
import type { DriftReport } from '../../../src/model/drift.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { secret, service } from '../../builders/objects.ts'
import { kubectl, resourceOf, type Shop, silent, useSyncFixture } from '../sync/fixture.ts'
import { frontend, settings, simulating, written } from '../sync/objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

interface Watch {
  readonly reports: readonly DriftReport[]
  readonly watcher: DriftWatcher
  readonly syncer: Syncer
  stop(): void
  /** The first report from number `from` on that is as wanted. Fails after ten seconds. */
  next(wanted: (report: DriftReport) => boolean): Promise<DriftReport>
}

/** Watches until the test ends; hears of this application only. */
async function watch(
  shop: Shop,
  timing: Partial<DriftTiming> = {},
  seen: (syncer: Syncer) => Syncer = it => it,
): Promise<Watch> {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const reports: DriftReport[] = []
  let heard = Promise.withResolvers<void>()
  const syncer = fixture.syncer()
  const watcher = createDriftWatcher({
    cluster: plane.cluster,
    state: fixture.state,
    syncer: seen(syncer),
    clock: () => new Date(),
    clusterName: 'dev',
    namespace: fixture.stateNamespace,
    logger: silent,
    timing,
    onReport(report) {
      if (report.application !== shop.application.name) return
      reports.push(report)
      heard.resolve()
      heard = Promise.withResolvers()
    },
  })
  await watcher.start(stop.signal)
  let taken = 0
  return {
    reports,
    watcher,
    syncer,
    stop: () => stop.abort(),
    async next(wanted) {
      for (;;) {
        while (taken < reports.length) {
          const report = reports[taken++]
          if (report && wanted(report)) return report
        }
        await Promise.race([heard.promise, late(reports)])
      }
    },
  }
}

async function late(reports: readonly DriftReport[]): Promise<never> {
  await new Promise(resolve => setTimeout(resolve, 10_000).unref())
  throw new Error(`no such report in ten seconds; there were ${JSON.stringify(reports, null, 2)}`)
}

const drifts = (report: DriftReport) => report.drifted.length > 0
const isConverged = (report: DriftReport) => report.drifted.length === 0
const heals = (report: DriftReport) => report.healed.length > 0

const scale = (shop: Shop, replicas: number) =>
  kubectl(plane, ['-n', shop.namespace, 'scale', 'deployment/frontend', `--replicas=${replicas}`])

async function remove(shop: Shop, apiVersion: string, kind: string, name: string): Promise<void> {
  const resource = await resourceOf(plane, apiVersion, kind)
  await plane.cluster.delete(resource, { namespace: shop.namespace, name }, {}, plane.signal)
}

async function patch(shop: Shop, body: unknown): Promise<void> {
  const resource = await resourceOf(plane, 'v1', 'ConfigMap')
  const identity = { namespace: shop.namespace, name: 'settings' }
  await plane.cluster.patch(resource, identity, { type: 'merge', body }, plane.signal)
}

const drifted = async (shop: Shop) =>
  (await fixture.state.get(shop.application.name, plane.signal))?.status.conditions.find(
    it => it.type === 'Drifted',
  )

describe('a hand edit', () => {
  test('is told, with who did it', async () => {
    const shop = await fixture.shop()
    const synced = await shop.sync([frontend(), settings('fast')])
    const { next } = await watch(shop)
    await scale(shop, 5)
    const report = await next(drifts)
    expect(report).toMatchObject({
      cluster: 'dev',
      namespace: shop.namespace,
      revision: synced.revision,
      healed: [],
      fight: null,
    })
    expect(report.drifted).toMatchObject([
      {
        id: `apps/Deployment/${shop.namespace}/frontend`,
        action: 'update',
        origin: 'drift',
        fields: [{ path: '/spec/replicas', before: 5, after: 2, manager: 'kubectl' }],
      },
    ])
    await expect.poll(() => drifted(shop)).toMatchObject({ status: 'True', reason: 'DriftDetected' })
  })

  test('is told once, again when it changes, and once more when it is undone', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    const { next, reports, syncer } = await watch(shop)
    await scale(shop, 5)
    await next(drifts)
    await scale(shop, 4)
    const second = await next(drifts)
    expect(second.drifted[0]?.fields).toMatchObject([{ before: 4 }])
    const restored = await syncer.restore(shop.application.name, [], plane.signal)
    expect(restored).toMatchObject({ outcome: 'synced', applied: [second.drifted[0]?.id] })
    await next(isConverged)
    expect(reports.map(it => it.drifted.length)).toEqual([0, 1, 1, 0])
    await expect.poll(() => drifted(shop)).toMatchObject({ status: 'False' })
  })

  test('that touches nothing of ours is no drift', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const { next, reports } = await watch(shop)
    await patch(shop, { data: { theirs: 'yes' }, metadata: { annotations: { note: 'mine' } } })
    await patch(shop, { data: { mode: 'slow' } })
    const report = await next(drifts)
    expect(report.drifted[0]?.fields.map(it => it.path)).toEqual(['/data/mode'])
    expect(reports).toHaveLength(2)
  })

  test('of a Secret is told without its content', async () => {
    const shop = await fixture.shop()
    await shop.sync([written(secret({ data: { password: 'canary-before-1' } }))])
    const { next } = await watch(shop)
    const data = { password: Buffer.from('canary-after-1').toString('base64') }
    const resource = await resourceOf(plane, 'v1', 'Secret')
    const identity = { namespace: shop.namespace, name: 'credentials' }
    await plane.cluster.patch(resource, identity, { type: 'merge', body: { data } }, plane.signal)
    const text = JSON.stringify(await next(drifts))
    for (const canary of ['canary-before-1', 'canary-after-1']) {
      expect(text).not.toContain(canary)
      expect(text).not.toContain(Buffer.from(canary).toString('base64'))
    }
  })

  test('that takes our label off is drift, not a deletion', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const { next } = await watch(shop)
    await patch(shop, { metadata: { labels: { [applicationLabel]: null } } })
    const report = await next(drifts)
    expect(report.drifted).toMatchObject([{ action: 'update' }])
    expect(report.drifted[0]?.fields.map(it => it.path)).toEqual([
      `/metadata/labels/${applicationLabel.replace('/', '~1')}`,
    ])
  })

  test('of an object without our label is found by the full comparison', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const { next } = await watch(shop, { fullComparison: 300 })
    await patch(shop, { metadata: { labels: { [applicationLabel]: null } } })
    await next(drifts)
    await patch(shop, { data: { mode: 'slow' } })
    const report = await next(drifts)
    expect(report.drifted[0]?.fields.map(it => it.path)).toContain('/data/mode')
  })

  test('made while nobody watched is told at the start', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    await scale(shop, 7)
    const { next } = await watch(shop)
    expect((await next(drifts)).drifted).toHaveLength(1)
  })

  test('undone while nobody watched is told as converged at the start', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const first = await watch(shop)
    await patch(shop, { data: { mode: 'slow' } })
    await first.next(drifts)
    await expect.poll(() => drifted(shop)).toMatchObject({ status: 'True' })
    first.stop()
    await patch(shop, { data: { mode: 'fast' } })
    const second = await watch(shop)
    await second.next(isConverged)
    await expect.poll(() => drifted(shop)).toMatchObject({ status: 'False' })
  })

  test('that nobody made is told as none at the start, and whenever the server may have lost it', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const { next, reports, watcher } = await watch(shop)
    expect(reports).toMatchObject([{ drifted: [], healed: [] }])
    expect(await drifted(shop)).toMatchObject({ status: 'False' })
    watcher.tellAgain()
    expect(reports).toEqual(Array(2).fill(reports[0]))
    await patch(shop, { data: { mode: 'slow' } })
    const told = await next(drifts)
    watcher.tellAgain()
    expect(reports.at(-1)).toEqual(told)
  })

  test('is told as over when Git no longer has the only object', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const { next, syncer } = await watch(shop)
    await patch(shop, { data: { mode: 'slow' } })
    await next(drifts)
    const result = await syncer.sync(shop.request([]), plane.signal)
    expect(result).toMatchObject({ outcome: 'synced' })
    expect(await next(isConverged)).toMatchObject({ revision: result.revision })
    await expect.poll(() => drifted(shop)).toMatchObject({ status: 'False' })
  })

  test('by somebody who holds the field already is told like the first', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const { next } = await watch(shop)
    for (const round of [1, 2, 3]) {
      await patch(shop, { data: { mode: `by hand ${round}` } })
      await next(drifts)
      await patch(shop, { data: { mode: 'fast' } })
      await next(isConverged)
    }
  })
})

describe('a deleted object', () => {
  test('is told as one to create, where nothing heals', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    const { next } = await watch(shop)
    await remove(shop, 'apps/v1', 'Deployment', 'frontend')
    const report = await next(drifts)
    expect(report.drifted).toMatchObject([
      { id: `apps/Deployment/${shop.namespace}/frontend`, action: 'create', origin: 'drift' },
    ])
  })

  test('comes back by itself with self-heal, and that is told', async () => {
    const shop = await fixture.shop({ selfHeal: true })
    await shop.sync([frontend(), settings('fast')])
    const { next, reports } = await watch(shop)
    await remove(shop, 'apps/v1', 'Deployment', 'frontend')
    const report = await next(heals)
    expect(report).toMatchObject({ drifted: [], fight: null })
    expect(report.healed).toMatchObject([
      { id: `apps/Deployment/${shop.namespace}/frontend`, change: { action: 'create' } },
    ])
    expect(await shop.live('apps/v1', 'Deployment', 'frontend')).not.toBeNull()
    expect(reports).toHaveLength(2)
  })
})

describe('self-heal', () => {
  test('puts back what was edited, and only that', async () => {
    const shop = await fixture.shop({ selfHeal: true })
    await shop.sync([frontend(), settings('fast'), written(service())])
    const { next } = await watch(shop)
    const untouched = await shop.live('v1', 'Service', 'frontend')
    await patch(shop, { data: { mode: 'slow' } })
    const report = await next(heals)
    expect(report.healed).toMatchObject([{ change: { fields: [{ path: '/data/mode', before: 'slow' }] } }])
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'fast' } })
    const after = await shop.live('v1', 'Service', 'frontend')
    expect(after?.metadata.resourceVersion).toBe(untouched?.metadata.resourceVersion)
  })

  test('is told all the same when a sync begins right after it', async () => {
    const shop = await fixture.shop({ selfHeal: true })
    await shop.sync([settings('fast')])
    let isSyncing = false
    const { next } = await watch(shop, {}, syncer => ({
      ...syncer,
      async restore(...about) {
        const result = await syncer.restore(...about)
        isSyncing = true
        void syncer.sync(shop.request([settings('fast'), frontend()]), plane.signal)
        return result
      },
      isSyncing: name => isSyncing || syncer.isSyncing(name),
      subscribe: listener =>
        syncer.subscribe((name, syncing) => {
          isSyncing = syncing
          listener(name, syncing)
        }),
    }))
    await patch(shop, { data: { mode: 'slow' } })
    const report = await next(heals)
    expect(report).toMatchObject({ drifted: [], healed: [{ change: { fields: [{ before: 'slow' }] } }] })
    expect(await shop.live('apps/v1', 'Deployment', 'frontend')).not.toBeNull()
  })

  test('stops after five heals of one field, and names whom it fights with', async () => {
    const shop = await fixture.shop({ selfHeal: true })
    await shop.sync([settings('fast')])
    const { next, reports } = await watch(shop, { healPause: 20, longestHealPause: 50 })
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const foe = (async () => {
      const resource = await resourceOf(plane, 'v1', 'ConfigMap')
      const options = { namespace: shop.namespace, fieldSelector: 'metadata.name=settings' }
      for await (const event of plane.cluster.watch(resource, options, stop.signal)) {
        const [object] = event.type === 'synced' ? event.objects : [event.object]
        if (!isFast(object)) continue
        const args = ['-n', shop.namespace, 'patch', 'configmap/settings', '--field-manager=foe', '-p']
        await kubectl(plane, [...args, '{"data":{"mode":"slow"}}'])
      }
    })()
    const report = await next(it => it.fight !== null)
    stop.abort()
    await foe
    expect(report.fight).toEqual({
      id: `/ConfigMap/${shop.namespace}/settings`,
      manager: 'foe',
      path: '/data/mode',
    })
    expect(report.drifted).toHaveLength(1)
    expect(reports.flatMap(it => it.healed)).toHaveLength(5)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'slow' } })
  })
})

function isFast(object: KubernetesObject | undefined): boolean {
  return (object?.['data'] as { mode?: string } | undefined)?.mode === 'fast'
}

describe('while an application syncs', () => {
  test('nothing is told of it, and what it became is what counts afterwards', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    const { next, reports, syncer } = await watch(shop)
    const result = await syncer.sync(
      shop.request([frontend({ replicas: 4 }), settings('slow')]),
      plane.signal,
    )
    expect(result.outcome).toBe('synced')
    expect(reports.map(it => it.drifted.length)).toEqual([0])
    await patch(shop, { data: { mode: 'by hand' } })
    const report = await next(drifts)
    expect(report).toMatchObject({ revision: result.revision })
    expect(report.drifted[0]?.fields).toMatchObject([{ path: '/data/mode', after: 'slow' }])
  })

  test('a rollback is no drift', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    const { next, reports, syncer } = await watch(shop)
    const failing = [simulating('crash', frontend()), settings('slow')]
    const result = await syncer.sync(shop.request(failing), plane.signal)
    expect(result.outcome).toBe('rolled-back')
    await patch(shop, { data: { mode: 'by hand' } })
    await next(drifts)
    expect(reports).toHaveLength(2)
  })

  test('from a laptop, it is left alone as well', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('fast')])
    const { next, reports } = await watch(shop)
    await shop.sync([frontend({ replicas: 4 }), settings('slow')])
    await patch(shop, { data: { mode: 'by hand' } })
    const report = await next(drifts)
    expect(report.drifted[0]?.fields).toMatchObject([{ path: '/data/mode', after: 'slow' }])
    expect(reports).toHaveLength(2)
  })
})

test('an application that is synced for the first time is watched from then on', async () => {
  const shop = await fixture.shop()
  const { next } = await watch(shop)
  await shop.sync([settings('fast')])
  await patch(shop, { data: { mode: 'slow' } })
  expect((await next(drifts)).drifted).toHaveLength(1)
})

test('ignored differences are no drift', async () => {
  const rule = { group: 'apps', kind: 'Deployment', name: null, namespace: null }
  const shop = await fixture.shop({
    ignoreDifferences: [
      { ...rule, jsonPointers: ['/spec/replicas'], jqPathExpressions: [], managedFieldsManagers: [] },
    ],
  })
  await shop.sync([frontend(), settings('fast')])
  const { next, reports } = await watch(shop)
  await scale(shop, 6)
  await patch(shop, { data: { mode: 'slow' } })
  const report = await next(drifts)
  expect(report.drifted.map(it => it.id)).toEqual([`/ConfigMap/${shop.namespace}/settings`])
  expect(reports).toHaveLength(2)
})
