import { describe, expect, test } from 'vitest'
import { createAgentPipeline } from '../../../src/agent/pipeline.ts'
import type { Sources } from '../../../src/agent/sources.ts'
import { rollbackRequest } from '../../../src/agent/sync/rollback-target.ts'
import type { AgentCommand, CommandEnvelope } from '../../../src/model/command.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { RenderedObject } from '../../../src/model/rendered.ts'
import type { SyncResult } from '../../../src/model/sync.ts'
import { configMap } from '../../builders/objects.ts'
import { type Shop, useSyncFixture } from './fixture.ts'
import { frontend, settings, simulating, written } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const sha = (digit: string) => digit.repeat(40)
const modeOf = async (shop: Shop) =>
  ((await shop.live('v1', 'ConfigMap', 'settings'))?.['data'] as { mode?: string } | undefined)?.mode
const statusOf = async (shop: Shop) => (await fixture.state.get(shop.application.name, plane.signal))?.status
const historyOf = async (shop: Shop) => fixture.state.history(shop.application.name, plane.signal)

async function rollBack(shop: Shop, to: string | null = null, by: string | null = 'alice') {
  const question = { id: plane.freeName('rollback'), application: shop.application.name, to, by }
  const request = await rollbackRequest(fixture.state, question, plane.signal)
  return fixture.syncer().sync(request, plane.signal)
}

const extra = written(configMap({ name: 'extra' }))

describe('a rollback', () => {
  test('brings the set before back, prunes what came since, and says so in the status', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('one')], { revision: sha('1'), trigger: 'merge of #1' })
    await shop.sync([settings('two'), extra], { revision: sha('2'), trigger: 'merge of #2' })
    const result = await rollBack(shop)
    expect(result).toMatchObject({
      outcome: 'synced',
      revision: sha('1'),
      applied: [`/ConfigMap/${shop.namespace}/settings`],
      pruned: [`/ConfigMap/${shop.namespace}/extra`],
    })
    expect(await modeOf(shop)).toBe('one')
    const status = await statusOf(shop)
    expect(status).toMatchObject({ revision: sha('1'), heldBack: { revision: sha('2') } })
    expect(status?.conditions.find(it => it.type === 'Synced')).toMatchObject({
      status: 'False',
      reason: 'RolledBackOnRequest',
      message: expect.stringMatching(/Rolled back to 1111111 on request; 2222222 is held back/),
    })
    expect(status?.conditions.find(it => it.type === 'Ready')?.status).toBe('True')
    expect(await historyOf(shop)).toMatchObject([
      { number: 3, revision: sha('1'), trigger: 'rollback to 1 by alice', rolledBackTo: 1 },
      { number: 2, revision: sha('2'), trigger: 'merge of #2' },
      { number: 1, revision: sha('1'), trigger: 'merge of #1' },
    ])
  })

  test('is not undone by a sync that nobody asked for, be it of another commit, as long as Git says the same', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('one')], { revision: sha('1') })
    await shop.sync([settings('two')], { revision: sha('2') })
    await rollBack(shop)
    for (const revision of [sha('2'), sha('3')]) {
      const result = await shop.sync([settings('two')], { revision })
      expect(result).toMatchObject({ outcome: 'waiting', applied: [], error: { code: 'held-back' } })
    }
    expect(await modeOf(shop)).toBe('one')
    expect(await shop.sync([settings('two')], { revision: sha('3'), asked: true })).toMatchObject({
      outcome: 'synced',
    })
    expect(await statusOf(shop)).toMatchObject({ revision: sha('3'), heldBack: null })
  })

  test('ends with the next change in Git', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('one')], { revision: sha('1') })
    await shop.sync([settings('two')], { revision: sha('2') })
    await rollBack(shop)
    expect(await shop.sync([settings('three')], { revision: sha('3') })).toMatchObject({ outcome: 'synced' })
    expect(await statusOf(shop)).toMatchObject({ heldBack: null })
    expect((await statusOf(shop))?.conditions.find(it => it.type === 'Synced')?.status).toBe('True')
  })

  test('after a rollback goes back further, and still holds back what Git says', async () => {
    const shop = await fixture.shop()
    for (const digit of ['1', '2', '3']) await shop.sync([settings(digit)], { revision: sha(digit) })
    await rollBack(shop)
    expect(await modeOf(shop)).toBe('2')
    await rollBack(shop)
    expect(await modeOf(shop)).toBe('1')
    expect(await statusOf(shop)).toMatchObject({ revision: sha('1'), heldBack: { revision: sha('3') } })
    expect(await shop.sync([settings('3')], { revision: sha('3') })).toMatchObject({
      outcome: 'waiting',
      error: { code: 'held-back' },
    })
    await rollBack(shop, sha('3').slice(0, 9))
    expect(await modeOf(shop)).toBe('3')
    expect(await statusOf(shop)).toMatchObject({ revision: sha('3'), heldBack: null })
  })

  test('that does not become healthy is rolled back itself', async () => {
    const shop = await fixture.shop()
    await shop.sync([frontend(), settings('one')], { revision: sha('1') })
    await shop.sync([frontend({ replicas: 1 }), settings('two')], { revision: sha('2') })
    // The image of the earlier set is gone meanwhile.
    const name = shop.application.name
    const broken = [simulating('crash', frontend())].map(object => ({ object, source: null }))
    const question = { id: plane.freeName('rollback'), application: name, to: '1', by: null }
    const request = await rollbackRequest(fixture.state, question, plane.signal)
    const result = await fixture.syncer().sync({ ...request, rendered: broken }, plane.signal)
    expect(result).toMatchObject({ outcome: 'rolled-back' })
    expect(await modeOf(shop)).toBe('two')
    expect(await statusOf(shop)).toMatchObject({ revision: sha('2'), heldBack: null, failedRevision: null })
  })

  test('leaves what came since where pruning is off', async () => {
    const shop = await fixture.shop({ prune: false })
    await shop.sync([settings('one')], { revision: sha('1') })
    await shop.sync([settings('two'), extra], { revision: sha('2') })
    expect(await rollBack(shop)).toMatchObject({ outcome: 'synced', pruned: [] })
    expect(await shop.live('v1', 'ConfigMap', 'extra')).not.toBeNull()
  })
})

/** An agent whose repository is what the test says: a revision renders when `release` is called with it. */
function agent(shop: Shop) {
  const sets = new Map<string, PromiseWithResolvers<readonly RenderedObject[]>>()
  const setOf = (revision: string) => {
    const known = sets.get(revision) ?? Promise.withResolvers<readonly RenderedObject[]>()
    sets.set(revision, known)
    return known
  }
  const sources: Sources = {
    render: (_application, { at }, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        setOf(typeof at === 'string' ? at : at.head).promise.then(resolve, reject)
      }),
    resolve: async () => null,
  }
  const pipeline = createAgentPipeline({
    sources,
    planner: { plan: () => Promise.reject(new Error('no plans here')), learn: () => undefined },
    syncer: fixture.syncer(),
    adopter: { adopt: () => Promise.reject(new Error('nothing is adopted here')) },
    state: fixture.state,
    clusterName: 'dev',
    clock: () => new Date(),
  })
  const execute = async (command: AgentCommand): Promise<SyncResult> => {
    const id = plane.freeName('command')
    const envelope: CommandEnvelope = { id, traceId: id, deadline: '', command }
    const result = await pipeline.execute(envelope, plane.signal)
    if (result.kind === 'plan' || result.kind === 'adopt' || result.kind === 'watch')
      throw new Error('no plans here')
    return result.result
  }
  const repository = {
    forge: 'github',
    host: 'github.com',
    fullName: 'a/b',
    cloneUrl: 'https://x/a/b',
  } as const
  return {
    render: (revision: string, objects: readonly KubernetesObject[]) =>
      setOf(revision).resolve(objects.map(object => ({ object, source: null }))),
    sync: (revision: string, asked = false) =>
      execute({
        kind: 'sync',
        application: shop.application,
        removed: false,
        repository,
        revision,
        reviewedDigest: null,
        requireReviewedPlan: false,
        asked,
      }),
    rollback: (to: string | null = null) =>
      execute({ kind: 'rollback', application: shop.application.name, to, by: 'alice' }),
  }
}

async function isApplied(shop: Shop, mode: string): Promise<void> {
  await expect.poll(() => modeOf(shop), { timeout: 20_000, interval: 50 }).toBe(mode)
}

const neverReady = simulating('never-ready', frontend())

describe('commands for one application', () => {
  test('that wait are skipped for the newest, however long each takes to render', async () => {
    const shop = await fixture.shop()
    const { render, sync } = agent(shop)
    const results = [sync(sha('1')), sync(sha('2')), sync(sha('3'))]
    render(sha('3'), [settings('three')])
    render(sha('1'), [settings('one')])
    expect(await Promise.all(results)).toMatchObject([
      { outcome: 'waiting', error: { code: 'superseded', message: 'a newer revision came: 2222222' } },
      { outcome: 'waiting', error: { code: 'superseded', message: 'a newer revision came: 3333333' } },
      { outcome: 'synced', revision: sha('3') },
    ])
    expect(await modeOf(shop)).toBe('three')
    expect(await historyOf(shop)).toHaveLength(1)
  })

  test('cancel the sync of an older commit, which is put back first', async () => {
    const shop = await fixture.shop()
    const { render, sync } = agent(shop)
    render(sha('1'), [settings('one')])
    render(sha('2'), [settings('two'), extra, neverReady])
    render(sha('3'), [settings('three')])
    await sync(sha('1'))
    const older = sync(sha('2'))
    await isApplied(shop, 'two')
    const newer = sync(sha('3'))
    expect(await older).toMatchObject({ outcome: 'rolled-back', error: { code: 'superseded' } })
    expect(await newer).toMatchObject({ outcome: 'synced' })
    expect(await modeOf(shop)).toBe('three')
    expect(await shop.live('v1', 'ConfigMap', 'extra')).toBeNull()
    expect(await statusOf(shop)).toMatchObject({ revision: sha('3'), failedRevision: null })
  })

  test('asked again for the same commit do not cancel it', async () => {
    const shop = await fixture.shop()
    const { render, sync } = agent(shop)
    const both = [sync(sha('1')), sync(sha('1'))]
    render(sha('1'), [settings('one')])
    expect(await Promise.all(both)).toMatchObject([{ outcome: 'synced' }, { outcome: 'synced' }])
  })

  test('a rollback stops what is under way and goes no further back', async () => {
    const shop = await fixture.shop()
    const { render, sync, rollback } = agent(shop)
    for (const [digit, mode] of [
      ['1', 'one'],
      ['2', 'two'],
    ] as const) {
      render(sha(digit), [settings(mode)])
      await sync(sha(digit))
    }
    render(sha('3'), [settings('three'), neverReady])
    const running = sync(sha('3'))
    await isApplied(shop, 'three')
    expect(await rollback()).toMatchObject({
      outcome: 'rolled-back',
      revision: sha('3'),
      error: { code: 'rollback-asked', message: 'alice asked for a rollback' },
    })
    expect(await running).toMatchObject({ outcome: 'rolled-back' })
    expect(await modeOf(shop)).toBe('two')
    expect(await statusOf(shop)).toMatchObject({ revision: sha('2'), heldBack: { revision: sha('3') } })
    expect(await sync(sha('3'))).toMatchObject({ outcome: 'waiting', error: { code: 'held-back' } })
  })

  test('a rollback to a revision stops what is under way and goes there', async () => {
    const shop = await fixture.shop()
    const { render, sync, rollback } = agent(shop)
    for (const [digit, mode] of [
      ['1', 'one'],
      ['2', 'two'],
    ] as const) {
      render(sha(digit), [settings(mode)])
      await sync(sha(digit))
    }
    render(sha('3'), [settings('three'), neverReady])
    const running = sync(sha('3'))
    await isApplied(shop, 'three')
    expect(await rollback('1')).toMatchObject({ outcome: 'synced', revision: sha('1') })
    expect(await running).toMatchObject({ outcome: 'rolled-back' })
    expect(await modeOf(shop)).toBe('one')
  })

  test('a rollback stops what has not begun, and keeps it from coming by itself', async () => {
    const shop = await fixture.shop()
    const { render, sync, rollback } = agent(shop)
    render(sha('1'), [settings('one')])
    await sync(sha('1'))
    const waiting = sync(sha('2'))
    expect(await rollback()).toMatchObject({ outcome: 'waiting', error: { code: 'rollback-asked' } })
    expect(await waiting).toMatchObject({ outcome: 'waiting', error: { code: 'rollback-asked' } })
    expect(await modeOf(shop)).toBe('one')
    render(sha('2'), [settings('two')])
    expect(await sync(sha('2'))).toMatchObject({ outcome: 'waiting', error: { code: 'held-back' } })
    expect(await sync(sha('2'), true)).toMatchObject({ outcome: 'synced' })
  })

  test('a rollback of what was never synced is refused in words', async () => {
    const shop = await fixture.shop()
    expect(await agent(shop).rollback()).toMatchObject({
      outcome: 'refused',
      error: { code: 'nothing-to-roll-back-to', message: expect.stringContaining('there is no application') },
    })
  })
})
