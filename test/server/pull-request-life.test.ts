import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PlanCommand } from '../../src/model/command.ts'
import type { PullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { application, planFor, planning, problems, pullRequestScene } from './pull-request-scene.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent
const hold = new Set<string>()

beforeAll(async () => {
  world = await startWorld({ baseMoves: 1, planAgain: 0 })
  agent = await startFakeAgent(world.server.url, await world.register('dev'))
})
afterEach(() => {
  hold.clear()
  agent.script = planning(hold)
})
beforeAll(() => {
  agent.script = planning(hold)
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

const asked = (name: string) =>
  agent.received.filter(it => it.command.kind === 'plan' && it.command.application.name === name)
const known = ({ repository, number }: PullRequest) => {
  const host = new URL(world.github.url).host
  return world.store.pullRequests.numbered(`github:${host}/acme/${repository.name}`, number)
}
const ours = (pull: PullRequest) => pull.comments.filter(it => it.byApp)

describe('buttons', () => {
  test('a planned pull request can be planned again by its check', async () => {
    const { repository, open, checked } = await pullRequestScene(world, 'again')
    const { pull } = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const run = await checked(pull.headSha, { status: 'completed', conclusion: 'success' })
    expect(run.actions.map(it => it.identifier)).toEqual(['plan'])
    world.github.requestAction(repository, run, world.alice, 'plan')
    await eventually(() => expect(asked('again-one')).toHaveLength(2))
    await eventually(() => expect(world.github.checkRuns(repository, pull.headSha).at(-1)).not.toBe(run))
    await checked(pull.headSha, { conclusion: 'success' })
  })

  test('a high risk asks for an approval', async () => {
    agent.script = command =>
      command.kind === 'plan'
        ? {
            kind: 'plan',
            outcome: {
              kind: 'planned',
              plan: planFor(command, {
                changes: planFor(command).changes.map(it => ({
                  ...it,
                  risks: [{ code: 'deletes-data', severity: 'high', message: 'data goes' }],
                })),
              }),
            },
          }
        : null
    const { open, checked } = await pullRequestScene(world, 'risky')
    const { pull } = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const run = await checked(pull.headSha, { conclusion: 'action_required' })
    expect(run.actions.map(it => [it.label, it.identifier])).toEqual([
      ['Approve', 'approve'],
      ['Plan again', 'plan'],
    ])
  })

  test('nobody presses them who may only read', async () => {
    const { repository, open, checked } = await pullRequestScene(world, 'reader')
    const { pull } = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const run = await checked(pull.headSha, { conclusion: 'success' })
    world.github.requestAction(repository, run, world.carol, 'plan')
    world.github.requestAction(repository, run, world.alice, 'plan')
    await eventually(() => expect(asked('reader-one')).toHaveLength(2))
    await checked(pull.headSha, { conclusion: 'success' })
    expect(asked('reader-one')).toHaveLength(2)
  })
})

describe('running again from the forge', () => {
  test('plans again what is planned', async () => {
    const { repository, open, checked } = await pullRequestScene(world, 'rerun')
    const { pull } = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const run = await checked(pull.headSha, { conclusion: 'success' })
    hold.add('rerun-one')
    world.github.rerequestRun(repository, run, world.alice)
    await checked(pull.headSha, { status: 'in_progress', title: 'Planning again: alice ran the check again' })
    const [envelope] = asked('rerun-one').slice(-1)
    await agent.complete(envelope!.id, {
      kind: 'plan',
      outcome: { kind: 'planned', plan: planFor(envelope!.command as PlanCommand) },
    })
    await checked(pull.headSha, { conclusion: 'success' })
  })

  test('ends with a new run where nothing of ours is touched, too', async () => {
    const { repository, open, checked } = await pullRequestScene(world, 'untouched')
    const { pull } = await open('change', { 'README.md': 'x\n' })
    const first = await checked(pull.headSha, { conclusion: 'neutral' })
    await world.github.rerequestSuite(repository, pull.headSha, world.alice)
    await eventually(() => {
      const runs = world.github.checkRuns(repository, pull.headSha)
      expect(runs.at(-1)).not.toBe(first)
      expect(runs.at(-1)).toMatchObject({ name: 'plumbline', conclusion: 'neutral' })
    })
  })

  test('finds pull requests from forks, which the forge does not name', async () => {
    const { repository, checked } = await pullRequestScene(world, 'forked')
    const fork = await world.github.forkRepository(repository, world.github.createUser('mallory'))
    const mallory = world.github.createUser('mallory')
    await world.github.pushCommit({
      repository: fork,
      author: mallory,
      branch: 'change',
      files: { 'one/a.yaml': 'a: 1\n' },
      message: 'change',
    })
    const { pull } = await world.github.openPullRequest({
      repository,
      author: mallory,
      title: 'change',
      head: 'mallory:change',
      base: 'main',
    })
    const run = await checked(pull.headSha, { conclusion: 'action_required' })
    expect(run.actions.map(it => it.label)).toEqual(['Plan this commit'])
    world.github.rerequestRun(repository, run, world.alice)
    await eventually(() => expect(world.github.checkRuns(repository, pull.headSha)).toHaveLength(2))
    expect(asked('forked-one')).toEqual([])
    world.github.requestAction(repository, run, world.alice, 'plan')
    await checked(pull.headSha, { conclusion: 'success' })
    expect(asked('forked-one')).toHaveLength(1)
  })
})

describe('a pull request that', () => {
  test('is a draft is planned like any other, and not again when it is ready', async () => {
    const { open, checked } = await pullRequestScene(world, 'draft')
    const issue = await open('change', { 'one/a.yaml': 'a: 1\n' }, { draft: true })
    await checked(issue.pull.headSha, { conclusion: 'success' })
    await world.github.setDraft(issue, world.alice, false)
    await world.github.setDraft(issue, world.alice, true)
    expect(asked('draft-one')).toHaveLength(1)
    expect(ours(issue)).toHaveLength(1)
  })

  test('goes into another branch now is planned for that one, in the same comment', async () => {
    const { push, open, checked } = await pullRequestScene(world, 'retarget')
    await push('release', { 'two/a.yaml': 'a: 2\n' })
    const issue = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const { headSha } = issue.pull
    await checked(headSha, { conclusion: 'success' })
    await world.github.setBase(issue, world.alice, 'release')
    await eventually(() => expect(ours(issue).at(-1)?.body).toContain('`release` at'))
    await checked(headSha, { status: 'completed' })
    expect(ours(issue)).toHaveLength(1)
  })

  test('goes into another branch at the same commit says so', async () => {
    const { repository, open, checked } = await pullRequestScene(world, 'twin')
    const issue = await open('change', { 'one/a.yaml': 'a: 1\n' })
    await checked(issue.pull.headSha, { conclusion: 'success' })
    await world.github.pushCommit({
      repository,
      author: world.alice,
      branch: 'twin',
      files: {},
      message: 'x',
    })
    await world.github.setBase(issue, world.alice, 'twin')
    await eventually(() => expect(ours(issue).at(-1)?.body).toContain('`twin` at'))
  })

  test('is pushed over while it is planned leaves no check of the old commit in progress', async () => {
    hold.add('pushed-one')
    const { repository, open, checked } = await pullRequestScene(world, 'pushed')
    const issue = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const old = issue.pull.headSha
    await checked(old, { status: 'in_progress' }, 'plumbline / pushed-one @ dev')
    hold.clear()
    await world.github.pushCommit({
      repository,
      author: world.alice,
      branch: 'change',
      files: { 'one/a.yaml': 'a: 2\n' },
      message: 'other',
    })
    await checked(issue.pull.headSha, { conclusion: 'success' })
    await checked(old, { conclusion: 'cancelled' })
    await checked(old, { conclusion: 'cancelled' }, 'plumbline / pushed-one @ dev')
  })

  test('is closed while it is planned ends its checks, and nothing is told after', async () => {
    hold.add('closed-one')
    const { open, checked } = await pullRequestScene(world, 'closed')
    const issue = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const { headSha } = issue.pull
    await checked(headSha, { status: 'in_progress' })
    await eventually(() => expect(asked('closed-one')).toHaveLength(1))
    await world.github.closeIssue(issue, world.alice)
    await checked(headSha, { conclusion: 'cancelled' })
    await checked(headSha, { conclusion: 'cancelled' }, 'plumbline / closed-one @ dev')
    const [envelope] = asked('closed-one')
    await agent.complete(envelope!.id, {
      kind: 'plan',
      outcome: { kind: 'planned', plan: planFor(envelope!.command as PlanCommand) },
    })
    expect(ours(issue)).toEqual([])
    hold.clear()
    await world.github.reopenIssue(issue, world.alice)
    await checked(headSha, { conclusion: 'success' })
    await checked(headSha, { conclusion: 'success' }, 'plumbline / closed-one @ dev')
    expect(ours(issue)).toHaveLength(1)
  })

  test('is opened again is planned again, in the same comment', async () => {
    const { open, checked } = await pullRequestScene(world, 'reopened')
    const issue = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const { headSha } = issue.pull
    await checked(headSha, { conclusion: 'success' })
    await world.github.closeIssue(issue, world.alice)
    await eventually(async () => expect((await known(issue))?.state).toBe('closed'))
    await world.github.reopenIssue(issue, world.alice)
    await eventually(() => expect(asked('reopened-one')).toHaveLength(2))
    await checked(headSha, { conclusion: 'success' })
    expect(ours(issue)).toHaveLength(1)
  })

  test('merges while it is planned ends its checks', async () => {
    hold.add('merged-one')
    const { open, checked } = await pullRequestScene(world, 'merged')
    const issue = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const { headSha } = issue.pull
    await checked(headSha, { status: 'in_progress' })
    await world.github.mergePullRequest(issue, world.alice)
    await checked(headSha, {
      conclusion: 'cancelled',
      title: 'The pull request was merged before this one was planned',
    })
  })

  test('shares its head with another one shares its checks, and keeps them when that one is closed', async () => {
    const { repository, push, open, checked } = await pullRequestScene(world, 'shared')
    const ofRelease = application('shared-rel').replace('path: rel', 'path: one, targetRevision: release')
    await push('release', { 'release.yaml': ofRelease })
    const first = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const { headSha } = first.pull
    await checked(headSha, { conclusion: 'success' })
    hold.add('shared-rel')
    const second = await world.github.openPullRequest({
      repository,
      author: world.alice,
      title: 'the same',
      head: 'change',
      base: 'release',
    })
    await checked(headSha, {
      status: 'in_progress',
      title: `#${second.number}: Planning 1 application on 1 cluster`,
    })
    await world.github.closeIssue(second, world.alice)
    await checked(headSha, { status: 'completed', conclusion: 'success' })
  })
})

describe('a merge queue', () => {
  test('gets the checks of the commit that it is about to merge', async () => {
    const { repository, open, checked } = await pullRequestScene(world, 'queue')
    const one = await open('first', { 'one/a.yaml': 'a: 1\n' })
    const two = await open('second', { 'two/a.yaml': 'a: 1\n' })
    const group = await world.github.queueGroup([one, two], world.alice)
    await checked(group.headSha, { conclusion: 'success', title: '2 applications change on 1 cluster' })
    await checked(group.headSha, { conclusion: 'success' }, 'plumbline / queue-two @ dev')
    await world.github.dropGroup(two, world.alice, { group, reason: 'merged' })
    expect([...repository.issues.values()].flatMap(it => it.comments).filter(it => it.byApp)).toHaveLength(2)
  })

  test('hears of an agent that does not answer', async () => {
    const { open, checked } = await pullRequestScene(world, 'stuck')
    const issue = await open('first', {
      'README.md': 'x\n',
      'three.yaml': application('stuck-three').replace('name: dev', 'name: nowhere'),
    })
    const group = await world.github.queueGroup([issue], world.alice)
    await checked(group.headSha, { conclusion: 'failure' })
  })
})

describe('annotations', () => {
  test('more than one request takes are all there, and not more than anybody reads', async () => {
    agent.script = command =>
      command.kind === 'plan' ? { kind: 'plan', outcome: { kind: 'failed', problems: problems(230) } } : null
    const { open, checked } = await pullRequestScene(world, 'many')
    const { pull } = await open('change', { 'one/a.yaml': 'a: 1\n' })
    const run = await checked(pull.headSha, { conclusion: 'failure' }, 'plumbline / many-one @ dev')
    await eventually(() => expect(run.annotations).toHaveLength(200))
    expect(run.annotations[60]).toMatchObject({ path: 'one/a.yaml', start_line: 61 })
  })
})

test('everything that was said fits what GitHub publishes', () => {
  expect(world.github.violations).toEqual([])
})
