import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PullRequest, User } from '../../simulator/github/state.ts'
import { checkOf, say, type Scene, startScene, untilPlanned } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.stop())

const settings = 'version: 1\nenvironments: [{ name: prod, approvals: 1 }]\n'
const shop = (name: string) => scene.shop(name, { settings, on: ['prod'] })
const approves = async (pull: PullRequest, person: User) =>
  (await say(scene, pull, person, '/plumbline approve')).answer
const refused = /its last commit is yours/

test('whoever pushed the branch does not approve it when somebody else opens the pull request', async () => {
  const { world, bob, dora } = scene
  const { repository, push } = await shop('opened')
  await push(bob, 'change', { 'app/a.yaml': 'a: 1\n' })
  const pull = { repository, author: world.alice, title: 'change', head: 'change', base: 'main' }
  const opened = await world.github.openPullRequest(pull)
  await untilPlanned(scene, opened)
  expect(await approves(opened, bob)).toMatch(refused)
  expect(await approves(opened, dora)).toBe('+1')
})

test('nor when it was pushed while the pull request was closed', async () => {
  const { world, bob, dora } = scene
  const { push, open } = await shop('reopened')
  const pull = await open(world.alice, 'change')
  await untilPlanned(scene, pull)
  await world.github.closeIssue(pull, world.alice)
  await push(bob, 'change', { 'app/a.yaml': 'a: 2\n' })
  await world.github.reopenIssue(pull, world.alice)
  await untilPlanned(scene, pull)
  expect(await approves(pull, bob)).toMatch(refused)
  expect(await approves(pull, dora)).toBe('+1')
})

test('nor when the pull request is only found by the search for lost webhooks', async () => {
  const { world, bob, dora } = scene
  const { github } = world
  const { repository, push } = await shop('found')
  await push(bob, 'change', { 'app/a.yaml': 'a: 1\n' })
  github.faults.onDelivery('pull_request.opened', { kind: 'lose' })
  const pull = { repository, author: world.alice, title: 'change', head: 'change', base: 'main' }
  const opened = await github.openPullRequest(pull)
  await github.settled()
  // One more repository: all are looked at.
  await shop('another')
  await untilPlanned(scene, opened)
  expect(await approves(opened, bob)).toMatch(refused)
  expect(await approves(opened, dora)).toBe('+1')
})

test('nor when the news of an older commit comes later', async () => {
  const { world, bob, dora } = scene
  const { github } = world
  const { push, open } = await shop('late')
  const pull = await open(world.alice, 'change')
  await untilPlanned(scene, pull)
  github.faults.onDelivery('pull_request.synchronize', { kind: 'lose' })
  await push(dora, 'change', { 'app/a.yaml': 'a: 2\n' })
  await github.settled()
  const late = github.deliveries.findLast(it => it.action === 'synchronize')!
  await push(bob, 'change', { 'app/a.yaml': 'a: 3\n' })
  await untilPlanned(scene, pull)
  github.redeliver(late)
  await github.settled()
  expect(await approves(pull, bob)).toMatch(refused)
  expect(await approves(pull, dora)).toBe('+1')
})

test('nor does anybody else who pushed the same commit to another branch', async () => {
  const { world, bob, dora } = scene
  const { open } = await shop('twice')
  const pull = await open(world.alice, 'change')
  await untilPlanned(scene, pull)
  const key = `github:${new URL(world.github.url).host}/acme/twice`
  for (const person of ['Bob', 'bob', 'eve']) {
    await world.store.pushers.note({ repository: key, head: pull.pull.headSha, person })
  }
  expect(await world.store.pushers.of(key, pull.pull.headSha)).toContain('alice')
  expect(await approves(pull, bob)).toMatch(refused)
  expect(await approves(pull, dora)).toBe('+1')
  expect(checkOf(scene, pull)?.title).toBeDefined()
})
