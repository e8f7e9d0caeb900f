import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningServer } from '../../src/server/server.ts'
import { eventually } from '../stage/eventually.ts'
import { anApplication, aSyncResult } from './builders/application.ts'
import { type DriftScene, driftScene, scaled } from './drift-scene.ts'
import { startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
/** Two on one database: each looks for itself. */
let second: RunningServer

beforeAll(async () => {
  world = await startWorld({ silence: 2 }, 1, { sweepSeconds: 1, watchSeconds: 1 })
  second = await world.secondServer()
})
afterAll(async () => {
  expect(world.github.violations).toEqual([])
  await second.stop()
  await world.stop()
})

const drift = { clusterSilentAfter: '4s' }

/** More applications of the same repository on the same cluster. */
async function alsoHolds(scene: DriftScene, cluster: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const known = await world.store.applications.named({ name: scene.name, cluster })
    await world.store.applications.define({
      repository: scene.key,
      application: anApplication({ name, cluster }),
      settings: known!.settings,
      branch: 'main',
    })
  }
}

describe('a cluster that is not heard of', () => {
  test('is one issue in each repository, which closes when it is back and opens when it goes again', async () => {
    const token = await world.register('prod')
    const shop = await driftScene(world, { name: 'shop', cluster: 'prod', drift })
    await alsoHolds(
      shop,
      'prod',
      Array.from({ length: 120 }, (_, at) => `part-${at}`),
    )
    const bank = await driftScene(world, { name: 'bank', cluster: 'prod', drift })
    const quiet = await driftScene(world, {
      name: 'quiet',
      cluster: 'prod',
      drift: { ...drift, issue: false },
    })
    const agent = await startFakeAgent(world.server.url, token)
    await agent.reportDrift(shop.report([scaled('web', 5)]))
    await eventually(() => expect(shop.issues()).toHaveLength(1))
    await agent.stop()

    await eventually(() => {
      expect(shop.issues()).toHaveLength(2)
      expect(bank.issues()).toHaveLength(1)
    })
    const silent = shop.issues()[1]!
    expect(silent.title).toBe('Not heard of: cluster prod (121 applications)')
    expect(silent.labels.map(it => it.name)).toEqual(['plumbline', 'cluster-silent'])
    expect(silent.body).toMatch(/last heard of at 20.*UTC/)
    expect(bank.issue().title).toBe('Not heard of: cluster prod (1 application)')
    expect(shop.issues()[0]!.state).toBe('open')

    const back = await startFakeAgent(world.server.url, token)
    await eventually(() => expect([silent.state, bank.issue().state]).toEqual(['closed', 'closed']))
    expect(bank.comments()).toEqual([
      expect.stringMatching(/The agent of \*\*prod\*\* is heard of again, since /),
    ])
    expect(shop.issues()[0]!.state).toBe('open')
    await back.stop()
    await eventually(() => expect([silent.state, bank.issue().state]).toEqual(['open', 'open']))
    expect(bank.comments()[1]).toBe('It is silent again.')
    expect([shop.issues().length, bank.issues().length, quiet.issues().length]).toEqual([2, 1, 0])

    // Somebody knows, and wants to hear no more of it.
    await world.github.closeIssue(bank.issue(), world.alice)
    await eventually(() => expect(bank.comments()).toHaveLength(3))
    const looked = () => world.log.filter(it => it.includes('"job":"clusters-watched"')).length
    const before = looked()
    await eventually(() => expect(looked()).toBeGreaterThan(before + 4))
    expect(bank.issue().state).toBe('closed')
  })

  test('is not said to be silent by a server that has just started', async () => {
    const token = await world.register('calm')
    const scene = await driftScene(world, {
      name: 'calm',
      cluster: 'calm',
      drift: { clusterSilentAfter: '6s' },
    })
    const agent = await startFakeAgent(world.server.url, token)
    await agent.stop()
    await second.stop()
    let restarted = 0
    await world.restartServer(async () => {
      const long = new Date(Date.now() - 3600_000)
      await world.store.sql
        .updateTable('clusters')
        .set({ last_seen_at: long })
        .where('name', '=', 'calm')
        .execute()
      restarted = Date.now()
    })
    second = await world.secondServer()
    await eventually(() => expect(scene.issues()).toHaveLength(1))
    expect(Date.now() - restarted).toBeGreaterThanOrEqual(6000)
  })
})

describe('a server that starts while a cluster is silent', () => {
  test('neither closes what is told nor forgets what was accepted', async () => {
    const token = await world.register('away')
    const slow = { clusterSilentAfter: '5s' }
    const open = await driftScene(world, { name: 'away-open', cluster: 'away', drift: slow })
    const known = await driftScene(world, { name: 'away-known', cluster: 'away', drift: slow })
    const agent = await startFakeAgent(world.server.url, token)
    await agent.stop()
    await eventually(() => expect([open.issues().length, known.issues().length]).toEqual([1, 1]))
    await world.github.closeIssue(known.issue(), world.alice)
    await eventually(() => expect(known.comments()).toHaveLength(1))

    await second.stop()
    await world.restartServer()
    second = await world.secondServer()
    // Jobs about both, by servers that have been there for less than the five seconds and for longer.
    const settled = () => world.log.filter(it => it.includes('"job":"cluster-silence"')).length
    const before = settled()
    await eventually(() => expect(settled()).toBeGreaterThan(before + 12))
    expect([open.issue().state, open.comments()]).toEqual(['open', []])
    expect([known.issue().state, known.comments().length]).toEqual(['closed', 1])

    const back = await startFakeAgent(world.server.url, token)
    await eventually(() => expect(open.issue().state).toBe('closed'))
    await back.stop()
    await eventually(() => expect([open.issue().state, known.issue().state]).toEqual(['open', 'open']))
  })
})

describe('a commit that is not synced in time', () => {
  /** A commit, and its sync on its way to the agent. Returns the id of the command. */
  async function pushed(scene: DriftScene, cluster: string) {
    const { github, alice, store } = world
    const { repository } = scene
    const message = 'Change'
    const files = { 'README.md': `${Math.random()}` }
    const sha = await github.pushCommit({ repository, author: alice, branch: 'main', files, message })
    const application = anApplication({ name: scene.name, cluster })
    const about = { application, revision: sha, removed: false, reviewedDigest: null }
    const sync = await store.syncs.add({
      ...about,
      repository: scene.key,
      branch: 'main',
      requireReviewed: false,
      pullRequest: null,
      status: 'pending',
    })
    const id = `sync-${scene.name}-${sha}`
    await store.syncs.start(sync.id, id)
    await store.commands.add({
      id,
      cluster,
      application: scene.name,
      command: { kind: 'sync', ...about, repository: scene.ref, requireReviewedPlan: false },
      deadline: new Date(Date.now() + 3600_000).toISOString(),
      traceId: 'trace',
      purpose: { kind: 'sync', sync: sync.id },
    })
    return { id, sync: sync.id, sha }
  }
  const late = { behindAfter: '2s' }

  test('is told in the drift issue, until the cluster has it', async () => {
    const agent = await startFakeAgent(world.server.url, await world.register('slow'))
    const scene = await driftScene(world, { name: 'slow', cluster: 'slow', drift: late })
    const first = await pushed(scene, 'slow')
    await eventually(() => expect(scene.issue().title).toBe('Drift: slow on slow (Git is ahead)'))
    expect(scene.issue().body).toMatch(
      /\*\*Git is ahead\*\*: `.{7}` came 20.* and \*\*slow\*\* does not have it/,
    )
    expect(scene.issue().body).not.toContain('/plumbline revert')
    await agent.reportDrift(scene.report([scaled('web', 5)]))
    await eventually(() => expect(scene.issue().title).toBe('Drift: slow on slow (1 object)'))
    expect(scene.issue().body).toMatch(/Git is ahead[^]*`spec.replicas`/)
    await agent.reportDrift(scene.report([]))
    await eventually(() => expect(scene.issue().title).toBe('Drift: slow on slow (Git is ahead)'))
    // A newer commit: the cluster still has not caught up.
    const next = await pushed(scene, 'slow')
    await world.store.syncs.supersede(first.sync)
    await eventually(() => expect(scene.issue().body).toContain(next.sha.slice(0, 7)))
    expect(scene.comments()).toEqual([])
    const result = aSyncResult({ application: 'slow', cluster: 'slow', revision: next.sha })
    await agent.complete(next.id, { kind: 'sync', result })
    await eventually(() => expect(scene.issue().state).toBe('closed'))
    await agent.stop()
  })

  test('is the silent cluster’s issue, not one for each application, where no agent is', async () => {
    await world.register('absent')
    const scene = await driftScene(world, { name: 'absent', cluster: 'absent', drift: late })
    await alsoHolds(scene, 'absent', ['other'])
    await pushed(scene, 'absent')
    await eventually(() => expect(scene.issue().title).toBe('Not heard of: cluster absent (2 applications)'))
    expect(scene.issue().body).toMatch(/was never heard of.*1 sync waits for it/s)
  })
})
