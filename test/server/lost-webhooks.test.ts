import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PullRequest, Repository } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const application = [
  'apiVersion: plumbline.dev/v1alpha1',
  'kind: Application',
  'metadata: { name: shop }',
  'spec:',
  '  source: { repoURL: ., path: app }',
  '  destination: { name: nowhere }',
  '',
].join('\n')

async function pullIn(
  name: string,
): Promise<{ readonly repository: Repository; readonly pull: PullRequest }> {
  const { github, alice: author } = world
  const repository = await world.repository(name, { 'a.yaml': application, 'app/a.yaml': 'a: 1\n' })
  const files = { 'app/a.yaml': 'a: 2\n' }
  await github.pushCommit({ repository, author, branch: 'change', files, message: 'change' })
  const pull = await github.openPullRequest({ repository, author, title: 'x', head: 'change', base: 'main' })
  return { repository, pull }
}

const helps = (pull: PullRequest) => pull.comments.filter(it => it.body.includes('plumbline:help')).length
const requestsOf = (operation: string) =>
  world.github.requests.filter(it => it.operation === operation).length

test('a command that was lost is asked for again after a restart, once, and obeyed once', async () => {
  const { github, alice } = world
  const { pull } = await pullIn('commanded')
  await eventually(() => expect(pull.comments.length).toBeGreaterThan(0))
  github.faults.onDelivery('issue_comment.created', { kind: 'lose' })
  github.commentOn(pull, alice, '/plumbline help')
  await github.settled()
  await world.restartServer()
  await eventually(() => expect(helps(pull)).toBe(1))
  await world.restartServer()
  await eventually(() => expect(requestsOf('apps/list-webhook-deliveries')).toBeGreaterThan(2))
  await github.settled()
  expect(requestsOf('apps/redeliver-webhook-delivery')).toBe(1)
  expect(helps(pull)).toBe(1)
})

test('a delivery that fails each time is asked for a few times, and then no more', async () => {
  const { github, alice, store } = world
  const { pull } = await pullIn('unlucky')
  await eventually(() => expect(pull.comments.length).toBeGreaterThan(0))
  const before = requestsOf('apps/redeliver-webhook-delivery')
  github.faults.onDelivery('issue_comment.created', { kind: 'lose' }, 100)
  github.commentOn(pull, alice, '/plumbline help')
  await github.settled()
  for (let round = 0; round < 5; round++) {
    // As if the pause between two attempts were over.
    await store.sql
      .updateTable('redeliveries')
      .set({ asked_at: new Date(0).toISOString() })
      .execute()
    const seen = requestsOf('installation/list-repositories') + requestsOf('apps/list-webhook-deliveries')
    await world.restartServer()
    await eventually(() =>
      expect(
        requestsOf('installation/list-repositories') + requestsOf('apps/list-webhook-deliveries'),
      ).toBeGreaterThan(seen),
    )
    await github.settled()
  }
  github.faults.clear()
  expect(requestsOf('apps/redeliver-webhook-delivery') - before).toBeLessThanOrEqual(3)
})

test.each(['pull_request.opened', 'pull_request.synchronize', 'pull_request.closed'])(
  'what a lost %s should have told is found, though GitHub has forgotten the delivery',
  async event => {
    const { github, alice, store } = world
    // Any attempt to have it delivered again fails.
    github.faults.onOperation('apps/list-webhook-deliveries', { kind: 'before', status: 500 }, 100)
    if (event.endsWith('opened')) github.faults.onDelivery(event, { kind: 'lose' })
    const { repository, pull } = await pullIn(event.replaceAll(/\W/g, '-'))
    const tells = (sha: string) =>
      eventually(() => {
        expect(pull.comments.some(it => it.body.includes(sha.slice(0, 7)))).toBe(true)
      })
    if (!event.endsWith('opened')) await tells(pull.pull.headSha)
    github.faults.onDelivery(event, { kind: 'lose' })
    if (event.endsWith('synchronize')) {
      const files = { 'app/a.yaml': 'a: 3\n' }
      await github.pushCommit({ repository, author: alice, branch: 'change', files, message: 'again' })
    }
    if (event.endsWith('closed')) await github.closeIssue(pull, alice)
    await github.settled()
    await world.restartServer()
    const { host } = new URL(github.url)
    const key = `github:${host}/acme/${repository.name}`
    if (event.endsWith('closed')) {
      await eventually(async () =>
        expect(await store.pullRequests.numbered(key, pull.number)).toMatchObject({ state: 'closed' }),
      )
    } else await tells(pull.pull.headSha)
    github.faults.clear()
  },
)

test('another base branch that nobody told us of is found, and planned onto', async () => {
  const { github, alice, store } = world
  github.faults.onOperation('apps/list-webhook-deliveries', { kind: 'before', status: 500 }, 100)
  const { repository, pull } = await pullIn('rebased')
  const key = `github:${new URL(github.url).host}/acme/rebased`
  const planned = (baseRef: string) =>
    eventually(async () => {
      const known = await store.pullRequests.numbered(key, pull.number)
      const plan = known && (await store.plans.latest(known.id))
      expect(known?.baseRef).toBe(baseRef)
      expect(plan?.baseRef).toBe(baseRef)
    })
  await planned('main')
  const files = { 'README.md': 'x\n' }
  await github.pushCommit({ repository, author: alice, branch: 'release', files, message: 'release' })
  await github.settled()
  github.faults.onDelivery('pull_request.edited', { kind: 'lose' })
  await github.setBase(pull, alice, 'release')
  await github.settled()
  await world.restartServer()
  await planned('release')
  github.faults.clear()
})
