import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { planning, pullRequestScene } from './pull-request-scene.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent
beforeAll(async () => {
  world = await startWorld({ betweenEdits: 4 })
  agent = await startFakeAgent(world.server.url, await world.register('dev'), planning())
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

const planComment = (pull: PullRequest) => pull.comments.find(it => it.body.includes('plumbline:plan '))
const tells = (pull: PullRequest, head: string) =>
  eventually(() => expect(planComment(pull)?.body).toContain(head.slice(0, 7)), 60_000)
const editing = 'issues/update-comment'
const edits = () => world.github.requests.filter(it => it.operation === editing)

test('an edit that was held back comes, though its first attempt fails', async () => {
  const { github } = world
  const { push, open } = await pullRequestScene(world, 'held')
  const pull = await open('change', { 'one/a.yaml': 'a: 1\n' })
  await tells(pull, pull.pull.headSha)
  await tells(pull, await push('change', { 'one/a.yaml': 'a: 2\n' }))
  const before = edits().length
  github.faults.onOperation(editing, { kind: 'before', status: 502 })
  const head = await push('change', { 'one/a.yaml': 'a: 3\n' })
  await eventually(() => expect(edits().length).toBeGreaterThan(before))
  await tells(pull, head)
}, 120_000)

test('a comment that is changed each time that it is put back is put back later and later', async () => {
  const { github, carol } = world
  const { open } = await pullRequestScene(world, 'contested')
  const pull = await open('change', { 'one/a.yaml': 'a: 1\n' })
  await tells(pull, pull.pull.headSha)
  const said = planComment(pull)!.body
  const touch = async () => {
    const before = edits().length
    const touchedAt = Date.now()
    github.editComment(planComment(pull)!, carol, 'Nothing to see here.\n<!-- plumbline:plan -->')
    await eventually(() => expect(planComment(pull)?.body).toBe(said))
    return (Date.parse(edits()[before]!.at) - touchedAt) / 1000
  }
  await touch()
  expect(await touch()).toBeGreaterThan(7.5)
})
