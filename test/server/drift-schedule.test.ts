import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../stage/eventually.ts'
import { configured, driftScene, scaled } from './drift-scene.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent
let token: string

beforeAll(async () => {
  world = await startWorld({}, 1, { sweepSeconds: 3600 })
  token = await world.register('dev')
  agent = await startFakeAgent(world.server.url, token)
})
afterAll(async () => {
  await agent.stop()
  expect(world.github.violations).toEqual([])
  await world.stop()
})

const dueOf = async (name: string) =>
  (await world.store.applications.named({ name, cluster: 'dev' }))?.driftDue ?? null

describe('an issue is opened', () => {
  test('only after as long as the settings say, though the server starts anew meanwhile', async () => {
    const scene = await driftScene(world, { name: 'patient', drift: { reportAfter: '6s' } })
    await agent.reportDrift(scene.report([scaled('web', 5)]))
    await eventually(async () => expect(await dueOf('patient')).not.toBeNull())
    const due = Date.parse((await dueOf('patient'))!)
    expect(scene.issues()).toEqual([])
    await agent.stop()
    // The job that would look at it is lost: the moment in the store is found.
    await world.restartServer(async () => {
      await world.store.sql.deleteFrom('plumbline_jobs.job' as never).execute()
      await eventually(() => expect(Date.now()).toBeGreaterThan(due))
    })
    agent = await startFakeAgent(world.server.url, token)
    await eventually(() => expect(scene.issue().state).toBe('open'))
    await eventually(async () => expect(await dueOf('patient')).toBeNull())
  })

  test('not at all where it converges before', async () => {
    const scene = await driftScene(world, { name: 'brief', drift: { reportAfter: '3s' } })
    await agent.reportDrift(scene.report([scaled('web', 5)]))
    await eventually(async () => expect(await dueOf('brief')).not.toBeNull())
    const due = Date.parse((await dueOf('brief'))!)
    await agent.reportDrift(scene.report([]))
    await eventually(async () => {
      expect(await dueOf('brief')).toBeNull()
      expect(Date.now()).toBeGreaterThan(due + 1500)
    })
    expect(scene.issues()).toEqual([])
  })

  test('at once, labelled and told first, for what weighs high; the label goes with it', async () => {
    const drift = { reportAfter: '1h', severity: { 'apps/Deployment': 'high' } } as const
    const scene = await driftScene(world, { name: 'high', drift })
    await agent.reportDrift(scene.report([configured('a', 'x'), scaled('web', 5)]))
    await eventually(() => expect(scene.issue().state).toBe('open'))
    const issue = scene.issue()
    await eventually(() =>
      expect(issue.labels.map(it => it.name)).toEqual(['plumbline', 'drift', 'drift-high']),
    )
    expect(issue.body!.indexOf('guestbook/web')).toBeLessThan(issue.body!.indexOf('guestbook/a'))
    await agent.reportDrift(scene.report([configured('a', 'x')]))
    await eventually(() => expect(issue.labels.map(it => it.name)).toEqual(['plumbline', 'drift']))
    expect(issue.state).toBe('open')
  })

  test('not for what weighs nothing, which closes none either but the one that says no more', async () => {
    const scene = await driftScene(world, { name: 'light', drift: { severity: { ConfigMap: 'none' } } })
    await agent.reportDrift(scene.report([configured('a', 'x')]))
    await agent.reportDrift(scene.report([configured('a', 'x'), scaled('web', 5)]))
    await eventually(() => expect(scene.issue().body).toMatch(/`guestbook\/a` \(severity none\)/))
    await agent.reportDrift(scene.report([configured('a', 'x')]))
    await eventually(() => expect(scene.issue().state).toBe('closed'))
    expect(scene.comments()).toEqual([expect.stringMatching(/weighs nothing.*1 object of \*\*light\*\*/)])
  })

  test('when the time is over for which it is muted', async () => {
    const muteUntil = new Date(Date.now() + 5000).toISOString()
    const scene = await driftScene(world, { name: 'muted', drift: { muteUntil } })
    await agent.reportDrift(scene.report([scaled('web', 5)]))
    await eventually(async () => expect(await dueOf('muted')).toBe(muteUntil))
    expect(scene.issues()).toEqual([])
    await eventually(() => expect(scene.issue().state).toBe('open'))
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(muteUntil))
  })

  test('not where drift heals, but for a fight', async () => {
    const scene = await driftScene(world, { name: 'healing', selfHeal: true })
    const web = scaled('web', 5)
    await agent.reportDrift(scene.report([web]))
    await eventually(async () => expect(await dueOf('healing')).not.toBeNull())
    expect(scene.issues()).toEqual([])
    const fight = { id: web.id, manager: 'hpa', path: '/spec/replicas' }
    await agent.reportDrift(scene.report([web], { fight }))
    await eventually(() => expect(scene.issue().body).toMatch(/Self-heal has stopped: `hpa`/))
  })
})

test('two servers on one database open one issue, and neither loses the last word', async () => {
  const second = await world.secondServer()
  try {
    const scenes = await Promise.all(
      ['one', 'two', 'three'].map(it => driftScene(world, { name: `both-${it}` })),
    )
    for (let replicas = 10; replicas < 16; replicas++) {
      await Promise.all(
        scenes.flatMap(scene => {
          const report = scene.report([scaled('web', replicas)])
          // The agent did not hear an answer, and says it again.
          return [agent.reportDrift(report), agent.reportDrift(report)]
        }),
      )
    }
    for (const scene of scenes) {
      await eventually(() => expect(scene.issue().body).toMatch(/`15`/))
      expect(scene.comments()).toEqual([])
    }
  } finally {
    await second.stop()
  }
})
