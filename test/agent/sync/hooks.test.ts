import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { HookPhase } from '../../../src/model/sync.ts'
import { annotated } from '../../builders/objects.ts'
import { eventually } from '../../stage/eventually.ts'
import { hookJob } from './hook-jobs.ts'
import { kubectl, type Shop, useSyncFixture } from './fixture.ts'
import { frontend, settings, simulating } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

/** What happened in the order of the progress lines. */
function listening() {
  const said: string[] = []
  return { said, onProgress: ({ message }: { message: string }) => said.push(message) }
}

async function jobs(shop: Shop): Promise<readonly string[]> {
  const text = await kubectl(plane, ['get', 'jobs', '-n', shop.namespace, '-o', 'name'])
  return text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map(line => line.replace('job.batch/', ''))
    .sort()
}

describe('the hooks of a sync', () => {
  test('run before, with and after its objects, and are none of them', async () => {
    const shop = await fixture.shop()
    const heard = listening()
    const objects = [
      hookJob('smoke-test', 'PostSync'),
      hookJob('migrate', 'PreSync', { wave: 1 }),
      annotated(settings('hook'), { 'argocd.argoproj.io/hook': 'PreSync' }),
      hookJob('warm-up', 'Sync'),
      hookJob('cry', 'SyncFail'),
      hookJob('never', 'Skip'),
      frontend(),
    ].map(it => (it.kind === 'ConfigMap' ? { ...it, metadata: { ...it.metadata, name: 'for-hooks' } } : it))
    const result = await shop.sync(objects, heard)
    expect(result).toMatchObject({ outcome: 'synced', error: null })
    expect(result.hooks?.map(it => `${it.phase} ${it.id.split('/').at(-1)} ${it.outcome}`)).toEqual([
      'PreSync for-hooks succeeded',
      'PreSync migrate succeeded',
      'Sync warm-up succeeded',
      'PostSync smoke-test succeeded',
    ])
    const at = (pattern: RegExp) => heard.said.findIndex(it => pattern.test(it))
    expect(at(/migrate: succeeded/)).toBeLessThan(at(/Deployment/))
    expect(at(/smoke-test: starting/)).toBeGreaterThan(at(/warm-up: succeeded/))
    expect(result.plan?.changes.map(it => it.id)).toEqual([`apps/Deployment/${shop.namespace}/frontend`])
    expect(result.plan?.hooks?.map(it => it.phase)).toEqual(['PreSync', 'PreSync', 'Sync', 'PostSync'])
    expect(result.applied).toEqual([`apps/Deployment/${shop.namespace}/frontend`])
    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status.inventory).toEqual([`apps/Deployment/${shop.namespace}/frontend`])
    const hook = await shop.live('batch/v1', 'Job', 'migrate')
    expect(hook?.metadata.labels).toMatchObject({ 'plumbline.dev/hook-of': shop.application.name })
    expect(hook?.metadata.labels).not.toHaveProperty(['plumbline.dev/application'])
    expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
  })

  test('run again when a sync writes again, and not when it writes nothing', async () => {
    const shop = await fixture.shop()
    const objects = (mode: string) => [
      settings(mode),
      hookJob('migrate', 'PreSync'),
      hookJob('trace-', 'PostSync'),
    ]
    expect((await shop.sync(objects('fast'))).outcome).toBe('synced')
    const first = await shop.live('batch/v1', 'Job', 'migrate')
    plane.forgetRequests()
    expect(await shop.sync(objects('fast'))).toMatchObject({ outcome: 'synced', hooks: [] })
    expect(plane.requests.filter(it => it.path.includes('/jobs'))).toEqual([])
    expect((await shop.live('batch/v1', 'Job', 'migrate'))?.metadata.uid).toBe(first?.metadata.uid)
    expect((await shop.sync(objects('slow'))).hooks).toHaveLength(2)
    expect((await shop.live('batch/v1', 'Job', 'migrate'))?.metadata.uid).not.toBe(first?.metadata.uid)
    expect((await jobs(shop)).filter(it => it.startsWith('trace-'))).toHaveLength(2)
  })

  test.each([
    { policy: undefined, fails: false, stays: true },
    { policy: 'HookSucceeded', fails: false, stays: false },
    { policy: 'HookFailed', fails: false, stays: true },
    { policy: 'HookFailed', fails: true, stays: false },
    { policy: 'HookSucceeded', fails: true, stays: true },
    { policy: 'HookSucceeded,HookFailed', fails: true, stays: false },
  ])('with policy $policy that fail ($fails) stay: $stays', async ({ policy, fails, stays }) => {
    const shop = await fixture.shop()
    const result = await shop.sync([
      settings('fast'),
      hookJob('check', 'PostSync', { fails, ...(policy ? { policy } : {}) }),
    ])
    expect(result.outcome).toBe(fails ? 'rolled-back' : 'synced')
    expect(await jobs(shop)).toEqual(stays ? ['check'] : [])
  })

  test('that clean themselves up are seen to their end', async () => {
    const shop = await fixture.shop()
    const result = await shop.sync([settings('fast'), hookJob('migrate', 'PreSync', { ttl: 0 })])
    expect(result.hooks).toMatchObject([{ outcome: 'succeeded' }])
    await eventually(async () => expect(await jobs(shop)).toEqual([]))
  })

  test('find what earlier ones left in their way, and say what to do about it', async () => {
    const shop = await fixture.shop()
    const objects = (mode: string) => [
      settings(mode),
      hookJob('check', 'PreSync', { fails: mode === 'fast', policy: 'HookSucceeded' }),
    ]
    expect((await shop.sync(objects('fast'))).error?.code).toBe('hook-failed')
    const second = await shop.sync(objects('slow'))
    expect(second).toMatchObject({ outcome: 'rolled-back', error: { code: 'hook-left-over' } })
    expect(second.error?.message).toMatch(/BeforeHookCreation/)
  })

  test('may be of Helm', async () => {
    const shop = await fixture.shop()
    const { annotations: _, ...metadata } = hookJob('upgrade', 'PreSync').metadata
    const hook = {
      ...hookJob('upgrade', 'PreSync'),
      metadata: {
        ...metadata,
        annotations: {
          'helm.sh/hook': 'pre-install,pre-upgrade',
          'helm.sh/hook-weight': '-5',
          'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
        },
      },
    }
    const result = await shop.sync([settings('fast'), hook])
    expect(result.hooks).toMatchObject([{ phase: 'PreSync', outcome: 'succeeded' }])
    expect(await jobs(shop)).toEqual([])
  })
})

describe('a hook that fails', () => {
  test.each<{ phase: HookPhase; written: boolean }>([
    { phase: 'PreSync', written: false },
    { phase: 'Sync', written: true },
    { phase: 'PostSync', written: true },
  ])('in $phase puts everything back, then runs the hooks for that', async ({ phase, written }) => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const result = await shop.sync([
      settings('slow'),
      hookJob('broken', phase, { fails: true }),
      hookJob('cry', 'SyncFail'),
    ])
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'hook-failed' } })
    expect(result.error?.message).toMatch(
      new RegExp(`the ${phase} hook Job ${shop.namespace}/broken failed: .*backoff limit`),
    )
    expect(result.hooks?.map(it => `${it.phase} ${it.outcome}`)).toEqual([
      `${phase} failed`,
      'SyncFail succeeded',
    ])
    expect(result.applied.length > 0).toBe(written)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'fast' } })
    const managed = await fixture.state.get(shop.application.name, plane.signal)
    expect(managed?.status.failedRevision).toBe(result.revision)
  })

  test('of those for failures is told, and changes nothing', async () => {
    const shop = await fixture.shop()
    const result = await shop.sync([
      settings('fast'),
      hookJob('broken', 'PreSync', { fails: true }),
      hookJob('cry', 'SyncFail', { fails: true }),
    ])
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'hook-failed' } })
    expect(result.hooks).toMatchObject([{ phase: 'PreSync' }, { phase: 'SyncFail', outcome: 'failed' }])
    expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
  })

  test('because its image cannot be had is not waited for to the end', async () => {
    const shop = await fixture.shop()
    const result = await shop.sync([settings('fast'), simulating('image-pull', hookJob('broken', 'PreSync'))])
    expect(result.error).toMatchObject({ code: 'hook-failed', message: expect.stringMatching(/ImagePull/) })
    expect(await jobs(shop)).toEqual([])
  })

  test('to end in time is stopped, and named', async () => {
    const shop = await fixture.shop()
    const quick = {
      ...shop.application,
      syncPolicy: { ...shop.application.syncPolicy, timeoutSeconds: 2 },
    }
    const result = await shop.sync(
      [settings('fast'), simulating('never-ready', hookJob('slow', 'PreSync'))],
      {
        application: quick,
      },
    )
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'hook-not-in-time' } })
    expect(await jobs(shop)).toEqual([])
  })
})

describe('before anything is written', () => {
  test('a hook that the API server refuses is refused', async () => {
    const shop = await fixture.shop()
    const broken = hookJob('broken', 'PostSync')
    const result = await shop.sync([settings('fast'), { ...broken, spec: { template: {} } }])
    expect(result).toMatchObject({ outcome: 'refused', error: { code: 'objects-refused' } })
    expect(result.error?.message).toMatch(/Job .*broken is refused/)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toBeNull()
  })

  test('a hook of a name that somebody uses is refused', async () => {
    const shop = await fixture.shop()
    const taken = { ...settings('mine'), metadata: { name: 'taken', namespace: shop.namespace } }
    await plane.cluster.create(taken, plane.signal)
    const hook = annotated(
      { ...settings('x'), metadata: { name: 'taken' } },
      { 'argocd.argoproj.io/hook': 'PreSync' },
    )
    const result = await shop.sync([settings('fast'), hook])
    expect(result).toMatchObject({ outcome: 'refused' })
    expect(result.error?.message).toMatch(/is there already and is no hook/)
  })

  test('a hook is not held up by what the same sync brings', async () => {
    const namespace = plane.freeName('new')
    plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    const shop = await fixture.shop()
    const inNew = (object: KubernetesObject) => ({ ...object, metadata: { ...object.metadata, namespace } })
    const migrate = hookJob('migrate', 'PreSync')
    const result = await shop.sync([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      inNew(settings('fast')),
      inNew(migrate),
    ])
    expect(result).toMatchObject({ outcome: 'synced', hooks: [{ outcome: 'succeeded' }] })
  })
})

test('an object that becomes a hook is taken over by it, and put back when the sync fails', async () => {
  const shop = await fixture.shop()
  const { annotations: _, ...metadata } = hookJob('migrate', 'PreSync').metadata
  const plain = { ...hookJob('migrate', 'PreSync'), metadata }
  await shop.sync([settings('fast'), plain])
  const failed = await shop.sync([
    settings('slow'),
    hookJob('migrate', 'PreSync'),
    hookJob('check', 'PostSync', { fails: true }),
  ])
  expect(failed).toMatchObject({ outcome: 'rolled-back', error: { code: 'hook-failed' } })
  const kept = await shop.live('batch/v1', 'Job', 'migrate')
  expect(kept?.metadata.labels).toMatchObject({ 'plumbline.dev/application': shop.application.name })
  const synced = await shop.sync([settings('slow'), hookJob('migrate', 'PreSync')])
  expect(synced).toMatchObject({ outcome: 'synced', pruned: [] })
  const managed = await fixture.state.get(shop.application.name, plane.signal)
  expect(managed?.status.inventory).toEqual([`/ConfigMap/${shop.namespace}/settings`])
})

describe('hooks of an application that goes', () => {
  const all = [
    settings('fast'),
    hookJob('migrate', 'PreSync'),
    hookJob('farewell', 'PreDelete'),
    hookJob('sweep', 'PostDelete'),
  ]

  test('run before and after, and those of its life are taken away', async () => {
    const shop = await fixture.shop()
    expect((await shop.sync(all)).hooks).toHaveLength(1)
    const result = await shop.sync([], { removed: true })
    expect(result).toMatchObject({
      outcome: 'synced',
      hooks: [
        { phase: 'PreDelete', outcome: 'succeeded' },
        { phase: 'PostDelete', outcome: 'succeeded' },
      ],
      pruned: [`/ConfigMap/${shop.namespace}/settings`],
    })
    expect(await jobs(shop)).toEqual(['farewell', 'sweep'])
    expect(await fixture.state.loadHooks(shop.application.name, plane.signal)).toEqual([])
  })

  test('keep it when the first of them fails', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast'), hookJob('farewell', 'PreDelete', { fails: true })])
    const result = await shop.sync([], { removed: true })
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'hook-failed' }, pruned: [] })
    expect(await shop.live('v1', 'ConfigMap', 'settings')).not.toBeNull()
  })

  test('do not bring it back when the last of them fails', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast'), hookJob('sweep', 'PostDelete', { fails: true })])
    const result = await shop.sync([], { removed: true })
    expect(result).toMatchObject({ outcome: 'synced', hooks: [{ phase: 'PostDelete', outcome: 'failed' }] })
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toBeNull()
  })
})
