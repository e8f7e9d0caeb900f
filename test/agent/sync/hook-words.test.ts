import { expect, test } from 'vitest'
import { createPlanner } from '../../../src/agent/plan/planner.ts'
import { createState } from '../../../src/agent/state/create-state.ts'
import { createSyncer } from '../../../src/agent/sync/create-syncer.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { resourceOf, useSyncFixture } from './fixture.ts'
import { hookJob } from './hook-jobs.ts'
import { settings } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const password = 'correct-horse-battery'
const secret: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'database' },
  stringData: { password },
}

/** What cries for help when a sync has failed: a pod that stays as it is until the test says how it ended. */
const cry: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'cry',
    annotations: { 'argocd.argoproj.io/hook': 'SyncFail', 'plumbline.dev/simulate': 'never-ready' },
  },
  spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/tool:1' }] },
}

test('what a hook says when it fails after a failed sync is in no log with the Secrets it quotes', async () => {
  const shop = await fixture.shop()
  const logged: string[] = []
  const log = (fields: object, message: string) => {
    const { err } = fields as { err?: Error }
    logged.push(message, JSON.stringify(fields), String(err?.stack), String(err?.cause))
  }
  const common = {
    cluster: plane.cluster,
    state: createState(plane.cluster, { namespace: fixture.stateNamespace }),
    clock: () => new Date(),
    clusterName: 'dev',
  }
  const syncer = createSyncer({
    ...common,
    planner: createPlanner(common),
    namespace: fixture.stateNamespace,
    logger: { info: log, warn: log, error: log },
  })
  const syncing = syncer.sync(
    shop.request([secret, settings('fast'), cry, hookJob('breaks', 'PostSync', { fails: true })]),
    plane.signal,
  )
  // Before it runs, whoever plays the kubelet would write over what we say of it.
  const phase = async () =>
    ((await shop.live('v1', 'Pod', 'cry'))?.['status'] as { phase?: string } | undefined)?.phase
  await expect.poll(phase).toBe('Running')
  const status = { phase: 'Failed', message: `no connection with ${password}` }
  await plane.cluster.patch(
    await resourceOf(plane, 'v1', 'Pod'),
    { namespace: shop.namespace, name: 'cry' },
    { type: 'merge', body: { status }, subresource: 'status' },
    plane.signal,
  )
  expect(await syncing).toMatchObject({ outcome: 'rolled-back' })
  expect(logged.join('\n')).toMatch(/a hook for a failed sync failed itself/)
  expect(logged.join('\n')).toMatch(/no connection with/)
  expect(logged.join('\n')).not.toContain(password)
})

test('what an unhealthy object says is in no condition with the Secrets it quotes', async () => {
  const shop = await fixture.shop()
  const objects = [secret, { ...cry, metadata: { name: 'cry' } }]
  const application = { ...shop.application, healthCheckExprs: [] }
  const request = shop.request(objects, { application })
  const syncing = fixture.syncer().sync(request, plane.signal)
  await expect.poll(() => shop.live('v1', 'Pod', 'cry'), { timeout: 45_000 }).not.toBeNull()
  const pod = await resourceOf(plane, 'v1', 'Pod')
  const say = (status: object) =>
    plane.cluster.patch(
      pod,
      { namespace: shop.namespace, name: 'cry' },
      { type: 'merge', body: { status }, subresource: 'status' },
      plane.signal,
    )
  await say({ phase: 'Succeeded', message: '' })
  expect(await syncing).toMatchObject({ outcome: 'synced' })
  await say({ phase: 'Failed', message: `no connection with ${password}` })
  expect(await shop.sync(objects, { revision: request.revision })).toMatchObject({ applied: [] })
  const managed = await fixture.state.get(shop.application.name, plane.signal)
  expect(JSON.stringify(managed?.status.conditions)).toMatch(/no connection with \(redacted\)/)
})
