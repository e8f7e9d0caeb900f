import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { defaultSettings } from '../../../src/model/settings.ts'
import type { SyncResult } from '../../../src/model/sync.ts'
import type { NewCommand } from '../../../src/server/store/records/commands.ts'
import type { IssueRecord } from '../../../src/server/store/records/issues.ts'
import type { Store } from '../../../src/server/store/store.ts'
import { eventually } from '../../stage/eventually.ts'
import {
  anApplication,
  aPlan,
  aPullRequest,
  aRepository,
  aSyncResult,
  revision,
} from '../builders/application.ts'
import { databases, emptied } from '../databases.ts'

describe.each(databases())('the store on $name', ({ open }) => {
  let store: Store
  beforeAll(async () => {
    store = await open()
  })
  beforeEach(() => emptied(store))
  afterAll(() => store.close())

  test('a delivery is remembered once', async () => {
    const delivery = { id: 'd1', event: 'push', traceId: 't' }
    expect(await store.deliveries.remember(delivery)).toBe(true)
    expect(await store.deliveries.remember(delivery)).toBe(false)
    await store.deliveries.forgetOlderThan(30)
    expect(await store.deliveries.remember(delivery)).toBe(false)
  })

  test('nothing of a transaction that rejects is kept, and everybody goes on', async () => {
    const failing = store.transaction(async records => {
      await records.deliveries.remember({ id: 'd1', event: 'push', traceId: 't' })
      throw new Error('no')
    })
    const beside = store.deliveries.remember({ id: 'd2', event: 'push', traceId: 't' })
    await expect(failing).rejects.toThrow('no')
    expect(await beside).toBe(true)
    expect(await store.deliveries.remember({ id: 'd1', event: 'push', traceId: 't' })).toBe(true)
  })

  test('a statement that fails inside a transaction hurts nobody beside it', async () => {
    const failing = store.transaction(async records => {
      await records.plans.add({
        pullRequest: 4711,
        head: revision('b'),
        base: revision('a'),
        problems: [],
        settings: defaultSettings,
        awaitsMaintainer: false,
        deadline: new Date().toISOString(),
        page: 'p',
      })
    })
    const many = Array.from({ length: 20 }, (_, i) =>
      store.transaction(records => records.deliveries.remember({ id: `x${i}`, event: 'push', traceId: 't' })),
    )
    await expect(failing).rejects.toThrow()
    expect(await Promise.all(many)).toEqual(Array(20).fill(true))
  })

  test('a cluster is known by its newest token until it is revoked', async () => {
    await store.clusters.register('dev', 'hash-1')
    await store.clusters.register('dev', 'hash-2')
    expect(await store.clusters.withToken('hash-1')).toBeNull()
    expect(await store.clusters.withToken('hash-2')).toMatchObject({
      name: 'dev',
      revoked: false,
      lastSeen: null,
    })
    expect(await store.clusters.revoke('dev')).toBe(true)
    expect(await store.clusters.named('dev')).toMatchObject({ revoked: true })
    expect(await store.clusters.revoke('prod')).toBe(false)
  })

  test('only the newest session of a cluster is alive', async () => {
    await store.clusters.register('dev', 'hash')
    const versions = { agentVersion: '0.1.0', kubernetesVersion: 'v1.36.3' }
    await store.clusters.openSession('dev', { id: 's1', ...versions })
    await store.clusters.openSession('dev', { id: 's2', ...versions })
    expect(await store.clusters.seen('dev', 's1')).toBe(false)
    expect(await store.clusters.seen('dev', 's2')).toBe(true)
    expect((await store.clusters.named('dev'))?.lastSeen).not.toBeNull()
  })

  function aCommand(id: string, options: Partial<NewCommand> = {}): NewCommand {
    return {
      id,
      cluster: 'dev',
      application: 'guestbook',
      command: { kind: 'revert', application: 'guestbook', objects: [] },
      deadline: new Date(Date.now() + 60_000).toISOString(),
      traceId: 't',
      purpose: { kind: 'sync', sync: 1 },
      ...options,
    }
  }

  test('commands are delivered in order until they are answered, withdrawn or late', async () => {
    for (const id of ['1', '2', '3', '4']) await store.commands.add(aCommand(id))
    await store.commands.add(aCommand('5', { cluster: 'prod' }))
    await store.commands.add(aCommand('6', { deadline: new Date(Date.now() - 1).toISOString() }))
    await store.commands.markSent('1')
    await store.commands.withdraw(['2'])
    const result = { kind: 'revert', result: aSyncResult() } as const
    expect(await store.commands.answer('3', result)).toBe(true)
    expect((await store.commands.unanswered('dev')).map(it => it.id)).toEqual(['1', '4'])
    expect(await store.commands.byId('3')).toMatchObject({ state: 'answered', result })
  })

  test('a command is answered once; one that was withdrawn never', async () => {
    await store.commands.add(aCommand('1'))
    await store.commands.add(aCommand('2'))
    await store.commands.add(aCommand('3'))
    const first = { kind: 'revert', result: aSyncResult() } as const
    expect(await store.commands.answer('1', first)).toBe(true)
    expect(
      await store.commands.answer('1', { kind: 'revert', result: aSyncResult({ outcome: 'failed' }) }),
    ).toBe(false)
    expect((await store.commands.byId('1'))?.result).toEqual(first)
    await store.commands.withdraw(['2'])
    expect(await store.commands.answer('2', first)).toBe(false)
    await store.commands.add(aCommand('4'))
    expect(await store.commands.withdrawUnsent('4')).toBe(true)
    await store.commands.markSent('3')
    expect(await store.commands.withdrawUnsent('3')).toBe(false)
    expect(await store.commands.expire(['1', '2', '3'])).toBe(1)
    expect(await store.commands.answer('3', first)).toBe(true)
  })

  test('a new command wakes whoever listens, when its transaction commits', async () => {
    const hints: string[] = []
    const unlisten = await store.listen(hint => hints.push(hint))
    await store.transaction(async records => {
      await records.commands.add(aCommand('1'))
      expect(hints).toEqual([])
    })
    await eventually(() => expect(hints).toEqual(['commands/dev']))
    await unlisten()
    await store.commands.add(aCommand('2'))
    expect(hints).toEqual(['commands/dev'])
  })

  test('a pull request keeps its comment when it is read again', async () => {
    const repository = await store.repositories.save(aRepository)
    const saved = await store.pullRequests.save(repository, aPullRequest())
    await store.pullRequests.setCommentId(saved.id, '99')
    await store.pullRequests.setResultCommentId(saved.id, '100')
    await store.pullRequests.permitHead(saved.id, revision('b'))
    await store.pullRequests.save(
      repository,
      aPullRequest({ state: 'merged', mergeRevision: revision('c'), title: 'Better' }),
    )
    const [found] = await store.pullRequests.mergedAmong(repository, [revision('c'), revision('d')])
    expect(found).toMatchObject({
      id: saved.id,
      title: 'Better',
      commentId: '99',
      resultCommentId: '100',
      permittedHead: revision('b'),
    })
    expect(await store.pullRequests.byId(saved.id)).toEqual(found)
    expect(await store.repositories.byKey(repository)).toEqual(aRepository)
  })

  test('the newest plan of a pull request is the one that counts', async () => {
    const repository = await store.repositories.save(aRepository)
    const { id: pullRequest } = await store.pullRequests.save(repository, aPullRequest())
    const facts = {
      pullRequest,
      base: revision('a'),
      problems: [{ code: 'x', message: 'm', location: null, hint: null }],
      settings: defaultSettings,
      awaitsMaintainer: false,
      deadline: new Date().toISOString(),
    }
    const older = await store.plans.add({ ...facts, head: revision('b'), page: 'older' })
    await store.plans.addApplications(older, [
      { application: anApplication(), removed: false, commandId: 'c1', problems: [] },
    ])
    await store.plans.giveUp(older, ['c1', 'c2'])
    expect(await store.plans.waitingFor('dev')).toEqual([{ repository, number: 7 }])

    const newer = await store.plans.add({ ...facts, head: revision('c'), page: 'newer' })
    const problems = [{ code: 'unknown-cluster', message: 'm', location: null, hint: null }]
    await store.plans.addApplications(newer, [
      { application: anApplication(), removed: false, commandId: 'c2', problems: [] },
      { application: anApplication({ cluster: 'mars' }), removed: false, commandId: null, problems },
      { application: anApplication({ cluster: 'prod' }), removed: true, commandId: 'c3', problems: [] },
    ])
    expect(await store.plans.waitingFor('dev')).toEqual([])
    await store.plans.settle(newer, 'c2', { kind: 'planned', plan: aPlan() })
    await store.plans.settle(newer, 'c2', { kind: 'failed', problems })
    const latest = await store.plans.latest(pullRequest)
    expect(latest).toMatchObject({ id: newer, head: revision('c'), problems: facts.problems })
    expect(latest?.applications.map(it => it.status)).toEqual([
      { kind: 'planned', plan: aPlan() },
      { kind: 'failed', problems },
      { kind: 'pending' },
    ])
    await store.plans.giveUp(newer, ['c2', 'c3'])
    expect((await store.plans.byId(newer))?.applications[2]?.status.kind).toBe('offline')
    await store.plans.settle(newer, 'c3', { kind: 'planned', plan: aPlan({ cluster: 'prod' }) })
    expect((await store.plans.byId(newer))?.applications[2]?.status.kind).toBe('planned')
  })

  test('text that only JSON can hold comes back as it was', async () => {
    const repository = await store.repositories.save(aRepository)
    const application = { ...anApplication(), manifestGeneratePaths: ['a\u0000b', '\ud800', 'ü 🚀 "\\'] }
    await store.applications.define({ repository, application, settings: defaultSettings, branch: 'main' })
    expect((await store.applications.named({ name: 'guestbook', cluster: 'dev' }))?.application).toEqual(
      application,
    )
  })

  test('an application keeps what is known of its syncs and drift when it is defined again', async () => {
    const repository = await store.repositories.save(aRepository)
    const name = { name: 'guestbook', cluster: 'dev' }
    const define = () =>
      store.applications.define({
        repository,
        application: anApplication(),
        settings: defaultSettings,
        branch: 'main',
      })
    await define()
    await store.applications.noteSync(name, {
      revision: revision('c'),
      outcome: 'synced',
      at: '2026-01-05T09:42:07.000Z',
    })
    const report = {
      application: 'guestbook',
      cluster: 'dev',
      namespace: 'guestbook',
      revision: revision('c'),
      drifted: [],
      healed: [],
      fight: null,
      observedAt: '2026-01-05T10:00:00Z',
    }
    await store.applications.noteDrift(name, report, '2026-01-05T10:00:00.000Z')
    await define()
    expect(await store.applications.named(name)).toMatchObject({
      revision: revision('c'),
      outcome: 'synced',
      syncedAt: '2026-01-05T09:42:07.000Z',
      drift: report,
      driftSince: '2026-01-05T10:00:00.000Z',
    })
    expect(await store.applications.onCluster('dev')).toHaveLength(1)
    expect(await store.applications.ofRepository(repository)).toHaveLength(1)
    await store.applications.remove(name)
    expect(await store.applications.all()).toEqual([])
  })

  test('one sync per application, cluster and revision; a newer one supersedes those before', async () => {
    const repository = await store.repositories.save(aRepository)
    const sync = (digit: string) =>
      store.syncs.add({
        repository,
        application: anApplication(),
        branch: 'main',
        revision: revision(digit),
        removed: false,
        reviewedDigest: null,
        requireReviewed: false,
        pullRequest: 7,
        status: 'pending',
      })
    const first = await sync('1')
    expect((await sync('1')).id).toBe(first.id)
    await store.syncs.start(first.id, 'c1')
    const second = await sync('2')
    expect((await store.syncs.unfinishedBefore(second)).map(it => it.commandId)).toEqual(['c1'])
    await store.syncs.supersede(first.id)
    expect(await store.syncs.unfinishedBefore(second)).toEqual([])
    await store.syncs.finish(second.id, aSyncResult())
    await store.syncs.setIssue(second.id, { number: 3, url: 'https://x' })
    expect(await store.syncs.byId(second.id)).toMatchObject({
      status: 'finished',
      result: aSyncResult(),
      issue: { number: 3, url: 'https://x' },
    })
    expect(
      (await store.syncs.ofApplication({ repository, name: 'guestbook', cluster: 'dev' }, 10)).map(
        it => it.status,
      ),
    ).toEqual(['finished', 'superseded'])
    expect(await store.syncs.ofPullRequest(repository, 7)).toHaveLength(2)
    expect(await store.syncs.ofRevision(repository, revision('2'))).toHaveLength(1)
  })

  test('syncs that are overdue are found, the newest of each application only', async () => {
    const repository = await store.repositories.save(aRepository)
    const soon = new Date(Date.now() + 60_000).toISOString()
    const add = async (name: string, digit: string, status: 'waiting' | 'pending' = 'pending') =>
      store.syncs.add({
        repository,
        application: anApplication({ name }),
        branch: 'main',
        revision: revision(digit),
        removed: false,
        reviewedDigest: null,
        requireReviewed: false,
        pullRequest: null,
        status,
      })
    const ended = async (name: string, digit: string, outcome: SyncResult['outcome']) =>
      store.syncs.finish((await add(name, digit)).id, aSyncResult({ outcome }))
    await add('pending', '1')
    await add('waiting', '1', 'waiting')
    await ended('failed', '1', 'rolled-back')
    await ended('mended', '1', 'failed')
    await ended('mended', '2', 'synced')
    await ended('asked', '1', 'waiting')
    const names = async (before: string) => (await store.syncs.unsyncedBefore(before)).map(it => it.name)
    expect(await names(soon)).toEqual(['failed', 'pending'])
    expect(await names(new Date(0).toISOString())).toEqual([])
  })

  test('heals of an application are counted once, the last ones listed, and its page has an address of its own', async () => {
    const repository = await store.repositories.save(aRepository)
    await store.applications.define({
      repository,
      application: anApplication(),
      settings: defaultSettings,
      branch: 'main',
    })
    const dev = { name: 'guestbook', cluster: 'dev' }
    const heals = [1, 2, 3].map(minute => ({
      id: '/ConfigMap/guestbook/settings' as const,
      at: `2026-01-05T10:0${minute}:00.000Z`,
      fields: [{ path: '/data/mode', from: 'slow', to: 'fast', manager: 'kubectl', user: null }],
      deletedBy: null,
    }))
    await store.applications.noteHeals(dev, heals.slice(0, 2))
    await store.applications.noteHeals(dev, heals)
    await store.applications.noteHeals(dev, [])
    expect(await store.applications.heals(dev, 2)).toEqual({ total: 3, recent: [heals[2], heals[1]] })
    expect(await store.applications.heals({ name: 'guestbook', cluster: 'prod' }, 2)).toEqual({
      total: 0,
      recent: [],
    })
    const known = await store.applications.named(dev)
    expect(known?.page).toMatch(/^[0-9a-f-]{36}$/)
    expect(await store.applications.byPage(known?.page ?? '')).toEqual(known)
    await store.applications.remove(dev)
    expect(await store.applications.byPage(known?.page ?? '')).toBeNull()
  })

  test('an application is found when its drift issue is due', async () => {
    const repository = await store.repositories.save(aRepository)
    const application = anApplication()
    await store.applications.define({ repository, application, settings: defaultSettings, branch: 'main' })
    const name = { name: 'guestbook', cluster: 'dev' }
    await store.applications.setDriftDue(name, '2026-01-05T10:00:00.000Z')
    expect(await store.applications.named(name)).toMatchObject({ driftDue: '2026-01-05T10:00:00.000Z' })
    expect(await store.applications.driftDueBefore('2026-01-05T10:00:00.000Z')).toEqual([])
    expect(await store.applications.driftDueBefore('2026-01-05T10:00:01.000Z')).toEqual([name])
    await store.applications.setDriftDue(name, null)
    expect(await store.applications.driftDueBefore('2026-01-06T10:00:00.000Z')).toEqual([])
  })

  test('issues are followed while they are open or accepted', async () => {
    const repository = await store.repositories.save(aRepository)
    const memory = {
      shown: { a: 'b' },
      accepted: null,
      sentAt: '2026-01-05T10:00:00.000Z',
      turns: 1,
      labels: [],
    }
    const issue = (key: string, more: Partial<IssueRecord>): IssueRecord => ({
      key,
      kind: 'drift',
      repository,
      application: 'guestbook',
      cluster: 'dev',
      number: 3,
      url: 'https://x',
      state: 'closed',
      bodyHash: 'h',
      openedAt: '2026-01-05T10:00:00.000Z',
      closedAt: null,
      memory,
      ...more,
    })
    const open = issue('open', { state: 'open' })
    const accepted = issue('accepted', { memory: { ...memory, accepted: { a: 'b' } } })
    const others = [issue('closed', {}), issue('failed', { kind: 'sync-failed', state: 'open' })]
    for (const it of [open, accepted, ...others]) await store.issues.save(it)
    expect(await store.issues.followed(['drift', 'cluster-silent'])).toEqual([accepted, open])
  })

  test('a branch is handled up to a revision', async () => {
    const repository = await store.repositories.save(aRepository)
    expect(await store.branches.handled(repository, 'main')).toBeNull()
    await store.branches.setHandled(repository, 'main', revision('1'))
    await store.branches.setHandled(repository, 'main', revision('2'))
    expect(await store.branches.handled(repository, 'main')).toBe(revision('2'))
    expect(await store.branches.all()).toEqual([{ repository, name: 'main', revision: revision('2') }])
  })

  test('issues and checks are remembered as last sent', async () => {
    const repository = await store.repositories.save(aRepository)
    const issue = {
      key: 'drift/guestbook@dev',
      kind: 'drift',
      repository,
      application: 'guestbook',
      cluster: 'dev',
      number: 3,
      url: 'https://x',
      state: 'open',
      bodyHash: 'h',
      openedAt: '2026-01-05T10:00:00.000Z',
      closedAt: null,
    } as const
    await store.issues.save({ ...issue, number: null })
    await store.issues.save(issue)
    expect(await store.issues.withKey(issue.key)).toEqual(issue)
    expect(await store.issues.numbered(repository, 3)).toEqual(issue)
    expect(await store.issues.openOf('guestbook', 'dev')).toEqual([issue])
    await store.issues.save({ ...issue, state: 'closed', closedAt: '2026-01-05T11:00:00.000Z' })
    expect(await store.issues.openOf('guestbook', 'dev')).toEqual([])

    const check = { repository, revision: revision('b'), name: 'plumbline' }
    expect(await store.checks.begin(check)).toBe(true)
    expect(await store.checks.begin(check)).toBe(false)
    expect((await store.checks.of(repository, revision('b'))).get('plumbline')?.id).toBeNull()
    const sent = { id: '1', contentHash: 'h1', isCompleted: true, annotationsHash: null, editedAt: null }
    await store.checks.save({ ...check, ...sent })
    await store.checks.save({ ...check, ...sent, contentHash: 'h2' })
    expect(await store.checks.of(repository, revision('b'))).toEqual(
      new Map([['plumbline', { ...sent, contentHash: 'h2' }]]),
    )
  })
})
