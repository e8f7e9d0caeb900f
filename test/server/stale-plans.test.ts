import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { type FakeAgent, type Script, startFakeAgent } from './fake-agent.ts'
import { application, planning, pullRequestScene } from './pull-request-scene.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent

beforeAll(async () => {
  world = await startWorld({ baseMoves: 1, planAgain: 5 })
  agent = await startFakeAgent(world.server.url, await world.register('dev'), planning())
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

const asked = (name: string) =>
  agent.received.filter(it => it.command.kind === 'plan' && it.command.application.name === name)
const comment = (pull: PullRequest) => pull.comments.findLast(it => it.byApp)?.body ?? ''
const short = (sha: string) => sha.slice(0, 7)

/** Resolves when the server has looked at what this push means to open pull requests. */
async function followed({ repository }: PullRequest, sha: string): Promise<void> {
  const key = `github:${new URL(world.github.url).host}/acme/${repository.name}`
  await eventually(async () => expect(await world.store.followedBases.followed(key, 'main')).toBe(sha))
}

describe('commits that come to the base', () => {
  test('have those planned again whose application they touch, and only those', async () => {
    const { push, open, checked } = await pullRequestScene(world, 'touch')
    const one = await open('one', { 'one/b.yaml': 'b: 1\n' })
    const two = await open('two', { 'two/b.yaml': 'b: 1\n' })
    const first = await checked(one.pull.headSha, { conclusion: 'success' })
    await checked(two.pull.headSha, { conclusion: 'success' })
    const sha = await push('main', { 'one/a.yaml': 'a: 5\n' })
    await checked(one.pull.headSha, {
      status: 'in_progress',
      title: `Planning again: main moved to ${short(sha)}`,
    })
    await eventually(() => expect(comment(one)).toContain(`onto \`main\` at \`${short(sha)}\``))
    const again = await checked(one.pull.headSha, { conclusion: 'success' })
    expect(again.id).not.toBe(first.id)
    await followed(two, sha)
    expect(asked('touch-one')).toHaveLength(2)
    expect(asked('touch-two')).toHaveLength(1)
    expect(comment(two)).not.toContain(short(sha))
  })

  test('that bring a conflict are told', async () => {
    const { push, open, checked } = await pullRequestScene(world, 'conflict')
    const issue = await open('one', { 'README.md': 'ours\n', 'one/a.yaml': 'a: 1\n' })
    await checked(issue.pull.headSha, { conclusion: 'success' })
    await push('main', { 'README.md': 'theirs\n' })
    await checked(issue.pull.headSha, { conclusion: 'failure' })
    expect(comment(issue)).toContain('conflict')
  })

  test('that define an application which reads what a pull request changes have it planned', async () => {
    const { push, open, checked } = await pullRequestScene(world, 'newcomer')
    const issue = await open('docs', { 'newcomer/three/a.yaml': 'a: 1\n' })
    await checked(issue.pull.headSha, { conclusion: 'neutral' })
    const definition = application('newcomer-three').replace('path: three', 'path: newcomer/three')
    await push('main', { 'three.yaml': definition })
    await checked(issue.pull.headSha, { conclusion: 'success' })
    expect(asked('newcomer-three').map(it => it.command.kind)).toContain('plan')
  })

  test('that change the settings have all planned again', async () => {
    const { push, open, checked } = await pullRequestScene(world, 'settings')
    const issue = await open('one', { 'one/a.yaml': 'a: 1\n' })
    await checked(issue.pull.headSha, { conclusion: 'success' })
    const settings = 'version: 1\nenvironments: [{ name: dev, approvals: 1 }]\n'
    await push('main', { '.plumbline.yaml': settings })
    await checked(issue.pull.headSha, { conclusion: 'action_required', title: 'Waits for approval: dev' })
  })

  test('in a crowd cost each pull request few plans, and the last one counts', async () => {
    const { push, open, checked } = await pullRequestScene(world, 'crowd')
    const pulls: PullRequest[] = []
    for (const name of ['w', 'x', 'y', 'z']) {
      pulls.push(await open(name, { [`one/${name}.yaml`]: 'a: 1\n' }))
    }
    for (const { pull } of pulls) await checked(pull.headSha, { conclusion: 'success' })
    const before = asked('crowd-one').length
    const begun = performance.now()
    let last = ''
    for (let i = 0; i < 10; i++) last = await push('main', { 'one/a.yaml': `a: ${i + 10}\n` })
    for (const pull of pulls) {
      await eventually(() => expect(comment(pull)).toContain(`onto \`main\` at \`${short(last)}\``))
      await checked(pull.pull.headSha, { conclusion: 'success' })
    }
    const periods = Math.ceil((performance.now() - begun) / 5000)
    expect(asked('crowd-one').length - before).toBeLessThanOrEqual(pulls.length * (periods + 1))
  }, 300_000)
})

describe('an object of an open plan that changed in the cluster', () => {
  const id = 'apps/Deployment/guestbook/frontend'
  const observed = [{ id, apiVersion: 'apps/v1', pointers: ['/spec/replicas'], mark: 'x' }]
  const watchOf = (name: string) =>
    agent.watching.filter(it => it.command.kind === 'watch' && it.command.application.name === name)

  /** The agent says what its plans depend on. */
  const observing: Script = (command, envelope) => {
    const result = planning()(command, envelope)
    return result?.kind === 'plan' ? { ...result, observed } : result
  }

  const tell = (name: string) => {
    const [envelope] = watchOf(name).slice(-1)
    const result = { application: name, cluster: 'dev', changed: [{ id, how: 'changed' as const }] }
    return agent.complete(envelope!.id, { kind: 'watch', result })
  }

  test('has it planned again, once, and the check says what it was', async () => {
    agent.script = observing
    const { open, checked } = await pullRequestScene(world, 'live')
    const issue = await open('one', { 'one/a.yaml': 'a: 1\n' })
    const { headSha } = issue.pull
    await checked(headSha, { conclusion: 'success' })
    await eventually(() => expect(watchOf('live-one')).toHaveLength(1))
    expect(watchOf('live-one')[0]?.command).toMatchObject({ kind: 'watch', objects: observed })
    agent.script = () => null
    await tell('live-one')
    await tell('live-one')
    const again = 'Planning again: Deployment guestbook/frontend changed in the cluster since'
    await checked(headSha, { status: 'in_progress', title: again })
    expect(asked('live-one')).toHaveLength(2)
    agent.script = observing
    const [envelope] = asked('live-one').slice(-1)
    await agent.complete(envelope!.id, observing(envelope!.command, envelope!)!)
    await checked(headSha, { conclusion: 'success' })
    await eventually(() => expect(watchOf('live-one')).toHaveLength(2))
  })

  test('is watched no more when the pull request is closed', async () => {
    agent.script = observing
    const { open, checked } = await pullRequestScene(world, 'over')
    const issue = await open('one', { 'one/a.yaml': 'a: 1\n' })
    await checked(issue.pull.headSha, { conclusion: 'success' })
    await eventually(() => expect(watchOf('over-one')).toHaveLength(1))
    await world.github.closeIssue(issue, world.alice)
    const [{ id: watch } = { id: '' }] = watchOf('over-one')
    await eventually(async () => expect((await world.store.commands.byId(watch))?.state).toBe('withdrawn'))
    await tell('over-one')
    expect(asked('over-one')).toHaveLength(1)
  })
})
