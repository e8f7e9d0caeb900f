import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../stage/eventually.ts'
import { configured, type DriftScene, driftScene, scaled } from './drift-scene.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent

beforeAll(async () => {
  world = await startWorld({}, 1, { sweepSeconds: 3600 })
  agent = await startFakeAgent(world.server.url, await world.register('dev'))
})
afterAll(async () => {
  await agent.stop()
  expect(world.github.violations).toEqual([])
  await world.stop()
})

/** Resolves when all that was told is done, and nothing is left to do at once. */
async function quiet(scene: DriftScene): Promise<void> {
  await world.github.settled()
  await eventually(async () => {
    const open = await world.store.sql
      .selectFrom('plumbline_jobs.job' as never)
      .select(['state' as never])
      .where('state' as never, 'in', ['created', 'retry', 'active'] as never)
      .where('singleton_key' as never, 'like', `%${scene.name}%` as never)
      .where('start_after' as never, '<', new Date(Date.now() + 500) as never)
      .execute()
    expect(open).toEqual([])
  })
  await world.github.settled()
}

async function drifting(name: string, drifted = [scaled('web', 5)]): Promise<DriftScene> {
  const scene = await driftScene(world, { name })
  await agent.reportDrift(scene.report(drifted))
  await eventually(() => expect(scene.issue().state).toBe('open'))
  await quiet(scene)
  return scene
}

describe('one issue', () => {
  test('is opened, edited in place, closed with a sentence, and opened again', async () => {
    const scene = await drifting('life')
    const issue = scene.issue()
    expect(issue.title).toBe('Drift: life on dev (1 object)')
    expect(issue.labels.map(it => it.name)).toEqual(['plumbline', 'drift'])
    await agent.reportDrift(scene.report([scaled('web', 5), scaled('api', 9)]))
    await eventually(() => expect(issue.title).toBe('Drift: life on dev (2 objects)'))
    expect(issue.body).toContain('guestbook/api')
    expect(scene.comments()).toEqual([])
    await agent.reportDrift(scene.report([]))
    await eventually(() => expect(issue.state).toBe('closed'))
    expect(scene.comments()).toEqual([
      expect.stringMatching(/\*\*life\*\* on \*\*dev\*\* is again what Git says/),
    ])
    await agent.reportDrift(scene.report([scaled('web', 4)]))
    await eventually(() => expect(scene.issue().state).toBe('open'))
    expect(scene.comments().slice(1)).toEqual(['It drifts again.'])
  })

  test('stays one when its creation is answered with an error, and when the record of it is lost', async () => {
    world.github.faults.onOperation('issues/create', { kind: 'after', status: 502 })
    const scene = await drifting('lost')
    await world.store.sql.deleteFrom('issues').where('key', '=', 'drift/lost@dev').execute()
    await agent.reportDrift(scene.report([scaled('web', 6)]))
    await eventually(() => expect(scene.issue().body).toMatch(/`6`/))
  })

  test('is opened anew when somebody deleted it', async () => {
    const scene = await drifting('deleted')
    scene.repository.issues.delete(scene.issue().number)
    await agent.reportDrift(scene.report([scaled('web', 6)]))
    await eventually(() => expect(scene.issue().body).toMatch(/`6`/))
  })

  test('is left alone by a fast flow of changes but for the last', async () => {
    const scene = await drifting('storming')
    const before = scene.edits()
    for (let replicas = 10; replicas < 40; replicas++)
      await agent.reportDrift(scene.report([scaled('web', replicas)]))
    await eventually(() => expect(scene.issue().body).toMatch(/`39`/))
    await quiet(scene)
    expect(scene.edits() - before).toBeLessThanOrEqual(2)
    expect(scene.comments()).toEqual([])
  })

  test('follows what came last, also from an agent whose clock was put back', async () => {
    const scene = await drifting('clock')
    const observedAt = new Date(Date.now() - 3_600_000).toISOString()
    await agent.reportDrift(scene.report([scaled('web', 6)], { observedAt }))
    await eventually(() => expect(scene.issue().body).toMatch(/`6`/))
    await agent.reportDrift(scene.report([], { observedAt }))
    await eventually(() => expect(scene.issue().state).toBe('closed'))
  })

  test('hears nothing new where an agent says again that all is well', async () => {
    const scene = await drifting('repeated')
    const converged = scene.report([])
    await agent.reportDrift(converged)
    await eventually(() => expect(scene.issue().state).toBe('closed'))
    await agent.reportDrift(scene.report([]))
    await quiet(scene)
    expect(scene.comments()).toHaveLength(1)
    const known = await world.store.applications.named({ name: 'repeated', cluster: 'dev' })
    expect(known?.drift?.observedAt).toBe(converged.observedAt)
  })

  test('holds three hundred objects', async () => {
    const all = Array.from({ length: 300 }, (_, at) =>
      at % 3 === 0 ? configured(`settings-${at}`, 'x'.repeat(500)) : scaled(`service-${at}`, at),
    )
    const scene = await drifting('storm', all)
    const issue = scene.issue()
    expect(issue.title).toBe('Drift: storm on dev (300 objects)')
    expect(issue.body!.length).toBeLessThanOrEqual(65_536)
    expect(issue.body).toContain('| Deployment | 200 |')
    expect(issue.body).toContain('/plumbline revert')
  })
})

describe('what people do to the issue', () => {
  test('stays: their text, their labels, their title', async () => {
    const scene = await drifting('people')
    const { github, alice } = world
    const issue = scene.issue()
    await github.editIssue(issue, alice, {
      title: `[shop] ${issue.title}`,
      body: `On it. Alice\r\n\r\n${issue.body}\r\n\r\nRunbook: https://example.com`,
    })
    await github.labelIssue(issue, alice, ['drift', 'team-shop'])
    await agent.reportDrift(scene.report([scaled('web', 7), scaled('api', 9)]))
    await eventually(() => expect(issue.body).toMatch(/`7`/))
    expect(issue.body).toMatch(/^On it\. Alice\r\n\r\n<!--[^]*-->\r\n\r\nRunbook: https:\/\/example\.com$/)
    expect(issue.body).not.toMatch(/`5`/)
    expect(issue.title).toBe('[shop] Drift: people on dev (2 objects)')
    expect(issue.labels.map(it => it.name)).toEqual(['drift', 'team-shop'])
    await github.editIssue(issue, alice, { title: 'Who does this?', body: 'Nothing of yours' })
    await agent.reportDrift(scene.report([scaled('web', 8)]))
    await eventually(() => expect(issue.body).toMatch(/^Nothing of yours\n\n<!--[^]*`8`/))
    expect(issue.title).toBe('Who does this?')
    expect(scene.issues()).toHaveLength(1)
  })

  test('cannot be told by values: markers in them are text', async () => {
    const marker = '<!-- /plumbline:drift%2Fforged%40dev -->'
    const scene = await drifting('forged', [
      configured('a', `x\n${marker}\n<!-- plumbline:drift%2Fother%40dev -->`),
    ])
    await agent.reportDrift(scene.report([scaled('web', 6)]))
    await eventually(() => expect(scene.issue().body).toMatch(/`6`/))
    expect(scene.issue().body!.match(/<!-- /g)).toHaveLength(2)
    expect(scene.issue().body).not.toContain('mode')
  })

  test('closing it accepts what it says, until that changes', async () => {
    const scene = await drifting('accepted', [scaled('web', 5), scaled('api', 9)])
    const issue = scene.issue()
    await world.github.closeIssue(issue, world.alice)
    await eventually(() => expect(scene.comments()).toEqual([expect.stringMatching(/^Accepted as it is/)]))
    await agent.reportDrift(scene.report([scaled('web', 5)]))
    await agent.reportDrift(scene.report([scaled('web', 5), scaled('api', 9)]))
    await quiet(scene)
    expect(issue.state).toBe('closed')
    await agent.reportDrift(scene.report([scaled('web', 5), scaled('api', 10), scaled('cron', 1)]))
    await eventually(() => expect(issue.state).toBe('open'))
    expect(scene.comments().at(-1)).toBe(
      [
        'It changed since this was closed:',
        '',
        '- `spec.replicas` of Deployment `guestbook/api` is `10`, Git says `3`',
        '- `spec.replicas` of Deployment `guestbook/cron` is `1`, Git says `3`',
      ].join('\n'),
    )
    expect(issue.body).toMatch(/`10`/)
  })

  test('what was accepted is forgotten when the cluster converges', async () => {
    const scene = await drifting('forgotten')
    const issue = scene.issue()
    await world.github.closeIssue(issue, world.alice)
    await eventually(() => expect(scene.comments()).toHaveLength(1))
    await agent.reportDrift(scene.report([]))
    await quiet(scene)
    expect(scene.comments()).toHaveLength(1)
    await agent.reportDrift(scene.report([scaled('web', 5)]))
    await eventually(() => expect(issue.state).toBe('open'))
    expect(scene.comments().at(-1)).toBe('It drifts again.')
  })

  test('reopening takes the acceptance back', async () => {
    const scene = await drifting('regretted')
    const issue = scene.issue()
    await world.github.closeIssue(issue, world.alice)
    await eventually(() => expect(scene.comments()).toHaveLength(1))
    await world.github.reopenIssue(issue, world.alice)
    await quiet(scene)
    expect(issue.state).toBe('open')
    await agent.reportDrift(scene.report([scaled('web', 6)]))
    await eventually(() => expect(issue.body).toMatch(/`6`/))
    await agent.reportDrift(scene.report([]))
    await eventually(() => expect(issue.state).toBe('closed'))
  })

  test('closing it while nobody listens is found out with the next change', async () => {
    const scene = await drifting('unheard')
    const issue = scene.issue()
    world.github.faults.onDelivery('issues.closed', { kind: 'lose' })
    await world.github.closeIssue(issue, world.alice)
    await world.github.settled()
    await agent.reportDrift(scene.report([scaled('web', 6)]))
    await eventually(() => expect(issue.state).toBe('open'))
    expect(scene.comments()).toEqual([expect.stringMatching(/changed since .* is `6`/s)])
  })
})
