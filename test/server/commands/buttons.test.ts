import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { jobKey } from '../../../src/server/queue/job.ts'
import { deliveryHeaders } from '../../simulator/github/webhooks/delivery.ts'
import type { PullRequest, Repository } from '../../simulator/github/state.ts'
import { eventually } from '../../stage/eventually.ts'
import { aRepository } from '../builders/application.ts'
import { checkOf, digest, resultComment, said, say, type Scene, startScene, untilPlanned } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
beforeEach(() => {
  scene.plan = () => ({})
})
afterAll(() => scene.stop())

const settings = 'version: 1\nenvironments: [{ name: prod, approvals: 1 }]\n'
const shop = (name: string) => scene.shop(name, { settings, on: ['prod'] })
const checkRun = (pull: PullRequest) =>
  scene.world.github.checkRuns(pull.repository, pull.pull.headSha).findLast(it => it.name === 'plumbline')!
const buttons = (pull: PullRequest) => checkRun(pull).actions.map(it => it.identifier)

/** Somebody who saw a webhook sends it once more, as if it were another one. */
async function replay(event: string, action: string, repository: Repository): Promise<void> {
  const { github } = scene.world
  const seen = github.deliveries.findLast(
    it => it.event === event && it.action === action && it.repository === repository,
  )!
  const guid = crypto.randomUUID()
  const headers = { ...deliveryHeaders(github.app, { guid, event, body: seen.body }) }
  const answer = await fetch(seen.url, { method: 'POST', headers, body: seen.body })
  expect(answer.status).toBe(202)
}

describe('a commit that is the head of two pull requests', () => {
  async function two(name: string) {
    const { world } = scene
    const { github, alice } = world
    const { repository, open } = await shop(name)
    const first = await open(alice, 'change')
    await untilPlanned(scene, first)
    const openSecond = async () => {
      const ref = { ref: 'refs/heads/same', sha: first.pull.headSha }
      const made = await fetch(`${github.apiUrl}/repos/acme/${name}/git/refs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${github.tokenFor(alice)}`, 'content-type': 'application/json' },
        body: JSON.stringify(ref),
      })
      expect(made.status).toBe(201)
      const about = { repository, author: alice, title: 'the same', head: 'same' }
      return github.openPullRequest({ ...about, base: 'main' })
    }
    return { first, openSecond }
  }

  test('is not approved by a button: a comment says which of them is meant', async () => {
    const { bob } = scene
    const { first, openSecond } = await two('shared')
    expect(buttons(first)).toEqual(['approve', 'plan'])
    const second = await openSecond()
    await untilPlanned(scene, second)
    await eventually(() => expect(buttons(first)).toEqual(['plan']))
    expect(checkRun(first).summary).toMatch(/comment `\/plumbline approve` on the one that you mean/)
    expect((await say(scene, second, bob, '/plumbline approve')).answer).toBe('+1')
    const { store } = scene.world
    const key = `github:${new URL(scene.world.github.url).host}/acme/shared`
    const of = async ({ number }: PullRequest) =>
      store.approvals.of((await store.pullRequests.numbered(key, number))!.id)
    expect(await of(second)).toHaveLength(1)
    expect(await of(first)).toEqual([])
    await eventually(() => expect(checkOf(scene, first)?.title).toMatch(/^#1: Waits for approval/))
  })

  test('a button that was pressed all the same approves neither, and both say so', async () => {
    const { world, bob } = scene
    const { github, store } = world
    const { first, openSecond } = await two('pressed')
    // As somebody's page still shows it.
    const before = structuredClone(checkRun(first).actions)
    const second = await openSecond()
    await untilPlanned(scene, second)
    await eventually(() => expect(buttons(first)).toEqual(['plan']))
    const run = checkRun(first)
    github.requestAction(first.repository, { ...run, actions: before }, bob, 'approve')
    for (const pull of [first, second]) {
      await eventually(() =>
        expect(said(pull)).toMatch(/To `@bob`, who pressed Approve: Nothing was approved: .*#1 and #2/),
      )
    }
    const key = `github:${new URL(github.url).host}/acme/pressed`
    for (const number of [1, 2]) {
      const { id } = (await store.pullRequests.numbered(key, number))!
      expect(await store.approvals.of(id)).toEqual([])
    }
  })
})

test('an approval by button waits its turn among all that is done about its pull request', () => {
  const about = { repository: aRepository, number: 7 }
  const press = { revision: 'a'.repeat(40), by: 'bob', oneOf: [7] }
  expect(jobKey({ kind: 'approve-pressed', ...about, ...press })).toBe(
    jobKey({ kind: 'pull-request-closed', ...about, merged: false }),
  )
})

describe('a webhook that somebody sends again under another id', () => {
  test('does not command once more what its comment commanded', async () => {
    const { world, bob } = scene
    const { open, repository } = await shop('replayed')
    const pull = await open(world.alice, 'change')
    await untilPlanned(scene, pull)
    scene.plan = () => ({ changeDigest: digest('second') })
    expect((await say(scene, pull, bob, '/plumbline plan')).answer).toBe('+1')
    await eventually(() => expect(scene.commands('plan', 'replayed')).toHaveLength(2))
    await replay('issue_comment', 'created', repository)
    // Done after it, in turn.
    await say(scene, pull, bob, '/plumbline approve')
    expect(scene.commands('plan', 'replayed')).toHaveLength(2)
    await world.github.mergePullRequest(pull, world.alice)
    await eventually(() => expect(resultComment(pull)).toMatch(/synced on prod/))
  })

  test('does not approve by a button what is planned by now', async () => {
    const { world, bob } = scene
    const { github } = world
    const { open, repository } = await shop('oncemore')
    const pull = await open(world.alice, 'change')
    await untilPlanned(scene, pull)
    github.requestAction(repository, checkRun(pull), bob, 'approve')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('success'))
    scene.plan = () => ({ changeDigest: digest('moved') })
    await github.rerequestSuite(repository, pull.pull.headSha, bob)
    await eventually(() => expect(checkOf(scene, pull)?.title).toMatch(/dropped: the plan changed/))
    await replay('check_run', 'requested_action', repository)
    await eventually(() => expect(said(pull)).toMatch(/Nothing was approved: the plan is newer than that/))
    expect(checkOf(scene, pull)?.conclusion).toBe('action_required')
    github.requestAction(repository, checkRun(pull), bob, 'approve')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('success'))
  })
})
