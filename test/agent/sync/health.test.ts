import { join } from 'node:path'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import { isForbidden } from '../../../src/agent/sync/last-logs.ts'
import type { SyncProgress } from '../../../src/agent/sync/syncer.ts'
import type { HealthCheck } from '../../../src/model/application.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { limitedKubeConfig } from '../cluster/limited-user.ts'
import { passes, statusReply } from '../../go-between/fate.ts'
import { startGoBetween } from '../../go-between/go-between.ts'
import { resourceOf, type Shop, useSyncFixture } from './fixture.ts'
import { frontend, settings, simulating } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture
const group = `${plane.freeName('health')}.example.com`

/** Somebody else's kind, of which only a rule knows when it is healthy. */
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
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}
plane.cleanUp(definition)

const widget = (name: string): KubernetesObject => ({
  apiVersion: `${group}/v1`,
  kind: 'Widget',
  metadata: { name },
  spec: { size: 1 },
})

const rule: HealthCheck = {
  apiVersion: `${group}/v1`,
  kind: 'Widget',
  inProgress: null,
  failed: "has(status.phase) && status.phase == 'Broken'",
  current: "status.phase == 'Done'",
}

beforeAll(async () => {
  await plane.cluster.apply(definition, { dryRun: false }, plane.signal)
  await vi.waitFor(
    async () => {
      plane.cluster.forgetDiscovery()
      const served = (await plane.cluster.discover(plane.signal)).find(`${group}/v1`, 'Widget')
      expect(served).not.toBeNull()
    },
    { timeout: 20_000, interval: 100 },
  )
})

/** What its controller would write. */
async function say(shop: Shop, name: string, phase: string): Promise<void> {
  const resource = await resourceOf(plane, `${group}/v1`, 'Widget')
  const body = {
    status: { phase, conditions: [{ type: 'Works', status: 'False', message: 'out of paint' }] },
  }
  const identity = { namespace: shop.namespace, name }
  await plane.cluster.patch(
    resource,
    identity,
    { type: 'merge', body, fieldManager: 'painter' },
    plane.signal,
  )
}

/** A sync that is under way, and what it has said of health so far. */
function begun(shop: Shop, objects: readonly KubernetesObject[], patience = {}) {
  const said: string[] = []
  const onProgress = ({ step, message }: SyncProgress) => void (step === 'health' && said.push(message))
  const request = shop.request(objects, { onProgress })
  const result = fixture.syncer(patience).sync(request, plane.signal)
  return { result, hears: (text: string) => expect.poll(() => said.at(-1) ?? '').toContain(text), said }
}

describe('a rule of the application', () => {
  test('is waited for, and is what is remembered of an unchanged application too', async () => {
    const shop = await fixture.shop({ healthCheckExprs: [rule] })
    const sync = begun(shop, [widget('one'), settings('fast')])
    await sync.hears('1 of 2 healthy')
    await say(shop, 'one', 'Done')
    expect(await sync.result).toMatchObject({ outcome: 'synced', error: null })
    await say(shop, 'one', 'Broken')
    const again = await shop.sync([widget('one'), settings('fast')])
    expect(again).toMatchObject({ outcome: 'synced', applied: [] })
    expect(again.health).toContainEqual(
      expect.objectContaining({ id: `${group}/Widget/${shop.namespace}/one`, status: 'degraded' }),
    )
  })

  test('that has failed rolls back, in the words of the object', async () => {
    const shop = await fixture.shop({ healthCheckExprs: [rule] })
    const sync = begun(shop, [widget('one')])
    await sync.hears('0 of 1 healthy')
    await say(shop, 'one', 'Broken')
    const result = await sync.result
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy' } })
    expect(result.error?.message).toContain('out of paint')
    expect(await shop.live(`${group}/v1`, 'Widget', 'one')).toBeNull()
  })

  test('that can never be evaluated ends with the time, and says why', async () => {
    const shop = await fixture.shop({ healthCheckExprs: [rule] })
    const { syncPolicy } = shop.application
    const application = { ...shop.application, syncPolicy: { ...syncPolicy, timeoutSeconds: 2 } }
    const result = await shop.sync([widget('one')], { application })
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy-in-time' } })
    expect(result.error?.message).toContain('the object has no status')
  })
})

describe('waiting', () => {
  test('goes on when what was healthy no longer is, before all are', async () => {
    const shop = await fixture.shop({ healthCheckExprs: [rule] })
    const sync = begun(shop, [widget('one'), widget('two')], {
      patience: { stuckMs: 20_000, crashMs: 20_000, restarts: 3, degradedMs: 20_000 },
    })
    await sync.hears('0 of 2 healthy')
    await say(shop, 'one', 'Done')
    await sync.hears('1 of 2 healthy')
    await say(shop, 'one', 'Broken')
    await sync.hears('0 of 2 healthy')
    await say(shop, 'two', 'Done')
    await sync.hears('1 of 2 healthy')
    await say(shop, 'one', 'Done')
    expect(await sync.result).toMatchObject({ outcome: 'synced' })
  })

  test('follows what was healthy from the start as well', async () => {
    const shop = await fixture.shop({ healthCheckExprs: [rule] })
    const first = begun(shop, [widget('one')])
    await first.hears('0 of 1 healthy')
    await say(shop, 'one', 'Done')
    await first.result
    const changed = { ...widget('one'), spec: { size: 2 } }
    const sync = begun(shop, [changed, widget('two')])
    await sync.hears('1 of 2 healthy')
    await say(shop, 'one', 'Broken')
    const result = await sync.result
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy' } })
    expect(result.error?.message).toContain('Widget')
  })

  test('asks nothing while nothing happens, and outlives watches that break and expire', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-health-'))
    const between = await startGoBetween(plane.kubeconfig, join(folder, 'kubeconfig'))
    const cluster = createCluster({ kubeConfig: loadKubeConfig({ kubeconfig: between.kubeconfig }) })
    onTestFinished(async () => {
      cluster.close()
      await between.stop()
      await rm(folder, { recursive: true })
    })
    let watches = 0
    const expired = { forward: false, reply: statusReply(410, 'Expired', 'too old resource version') }
    between.decide(({ isWatch }) => {
      if (!isWatch) return passes
      watches++
      return watches % 3 === 0 ? expired : { forward: true, reply: 'reset' }
    })
    const shop = await fixture.shop({ healthCheckExprs: [rule] })
    const said: string[] = []
    const request = shop.request([widget('one')], { onProgress: it => void said.push(it.message) })
    const result = fixture.syncer({}, cluster).sync(request, plane.signal)
    await expect.poll(() => watches).toBeGreaterThan(4)
    await say(shop, 'one', 'Done')
    expect(await result).toMatchObject({ outcome: 'synced', error: null })

    const polls: string[] = []
    between.decide(({ url }) => {
      // That the sync is under way is said again every few seconds.
      if (!url.includes('/leases/')) polls.push(url)
      return passes
    })
    const quiet = shop.request([{ ...widget('one'), spec: { size: 3 } }, widget('two')], {
      onProgress: it => void said.push(it.message),
    })
    const second = fixture.syncer({}, cluster).sync(quiet, plane.signal)
    await expect.poll(() => said.at(-1)).toContain('1 of 2 healthy')
    await expect.poll(() => polls).toContainEqual(expect.stringContaining('watch=true'))
    await between.idle()
    polls.length = 0
    // That something does not happen can only be seen by giving it time.
    await new Promise(resolve => setTimeout(resolve, 1500))
    const asked = [...polls]
    await say(shop, 'two', 'Done')
    expect(await second).toMatchObject({ outcome: 'synced' })
    expect(asked).toEqual([])
  })
})

describe('what a cluster may be without', () => {
  test('does not hold up a sync: metrics, a volume before it is used, a run of a schedule', async () => {
    const shop = await fixture.shop()
    const autoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'frontend' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
          },
        ],
      },
    }
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'late',
        resources: { requests: { storage: '1Gi' } },
      },
    }
    const schedule = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: { restartPolicy: 'Never', containers: [{ name: 'it', image: 'registry.example/it:1' }] },
            },
          },
        },
      },
    }
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'frontend' },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'frontend' } } },
    }
    const result = await shop.sync([frontend(), autoscaler, claim, schedule, budget])
    expect(result).toMatchObject({ outcome: 'synced', error: null })
    const statuses = result.health.map(it => [it.id.split('/')[1], it.status])
    expect(Object.fromEntries(statuses)).toMatchObject({
      PersistentVolumeClaim: 'healthy',
      HorizontalPodAutoscaler: 'unknown',
      CronJob: 'healthy',
      PodDisruptionBudget: 'healthy',
    })
  })
})

describe('the log of a container', () => {
  test('that cannot be had does not change how a sync ends', async () => {
    const shop = await fixture.shop()
    const result = await shop.sync([simulating('crash', frontend())])
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy' }, logs: [] })
    expect(result.error?.message).toMatch(/container \S+: .*exit code 1/)
    expect(result.events).not.toEqual([])
  })

  test('is asked for as the API server takes it, which explains why there is none', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend()])
    const pods = await plane.cluster.list(
      await resourceOf(plane, 'v1', 'Pod'),
      { namespace: shop.namespace },
      plane.signal,
    )
    const { name } = pods[0]!.metadata
    const options = { container: 'frontend', previous: true, tailLines: 10, limitBytes: 16_384 }
    const ask = (cluster: Pick<typeof plane.cluster, 'logs'>, container = 'frontend') =>
      cluster.logs({ namespace: shop.namespace, name }, { ...options, container }, plane.signal).then(
        text => ({ message: text }),
        (error: Error) => error,
      )
    const spec = pods[0]!['spec'] as { containers: { name: string }[] }
    const real = spec.containers[0]!.name
    expect((await ask(plane.cluster, 'nobody')).message).toMatch(/container nobody is not valid for pod/)
    const limited = createCluster({
      kubeConfig: await limitedKubeConfig(plane, { namespace: shop.namespace, rules: [] }),
    })
    onTestFinished(() => limited.close())
    const refused = await ask(limited, real)
    expect(isForbidden(refused)).toBe(true)
    expect(refused.message).toContain('pods/log')
  })
})
