import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Plan } from '../../../src/model/plan.ts'
import { eventually } from '../../stage/eventually.ts'
import { aPlan } from '../builders/application.ts'
import {
  checkOf,
  digest,
  planComment,
  resultComment,
  say,
  type Scene,
  startScene,
  untilPlanned,
} from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
beforeEach(() => {
  scene.plan = () => ({})
  scene.sync = () => ({})
})
afterAll(() => scene.stop())

const wanting = (approvals: number) => `version: 1\nenvironments: [{ name: prod, approvals: ${approvals} }]\n`
const both = ['dev', 'prod'] as const
const nobodyIsNotified = (text: string) =>
  expect(text.replaceAll(/`[^`]*`/g, '')).not.toMatch(/(^|[^\w`])@(alice|bob|carol|dora)/)

describe('before the merge', () => {
  test('approvals of others are counted once each, and turn the check green when there are enough', async () => {
    const { world, bob, dora } = scene
    const shop = await scene.shop('counted', { settings: wanting(2), on: both })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    expect(checkOf(scene, pull)).toEqual({
      conclusion: 'action_required',
      title: 'Waits for approval: prod',
    })
    expect(planComment(pull)).toMatch(/\*\*prod\*\* waits for approval \(2 people other than the author\)/)
    expect(planComment(pull)).toMatch(/Merging syncs automatically: dev\. Waits for approval: prod\./)

    expect((await say(scene, pull, world.alice, '/plumbline approve')).answer).toMatch(/Somebody else has to/)
    expect((await say(scene, pull, world.carol, '/plumbline approve')).answer).toMatch(/write permission/)
    expect((await say(scene, pull, bob, '/plumbline approve')).answer).toBe('+1')
    expect((await say(scene, pull, bob, '/plumbline approve prod')).answer).toBe('+1')
    await eventually(() => expect(planComment(pull)).toMatch(/1 of 2, by `@bob`/))
    expect(checkOf(scene, pull)?.conclusion).toBe('action_required')

    expect((await say(scene, pull, dora, '/plumbline approve prod')).answer).toBe('+1')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('success'))
    await eventually(() =>
      expect(planComment(pull)).toMatch(/Approved for \*\*prod\*\* by `@bob` and `@dora`/),
    )
    nobodyIsNotified(planComment(pull))
    await world.github.mergePullRequest(pull, world.alice)
    await eventually(() => expect(resultComment(pull)).toMatch(/synced on dev and prod/))
    expect(scene.commands('sync', 'counted')).toMatchObject([
      { requireReviewedPlan: false },
      { requireReviewedPlan: true, reviewedDigest: digest(pull.pull.headSha) },
    ])
  })

  test('a new head with another plan drops them, and says so; one with the same plan does not', async () => {
    const { world, bob } = scene
    const shop = await scene.shop('dropped', { settings: wanting(1), on: ['prod'] })
    scene.plan = () => ({ changeDigest: digest('first') })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    await say(scene, pull, bob, '/plumbline approve prod')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('success'))

    await shop.push(world.alice, 'change', { 'app/b.yaml': 'b: 1\n' })
    await untilPlanned(scene, pull)
    expect(checkOf(scene, pull)?.conclusion).toBe('success')

    scene.plan = () => ({ changeDigest: digest('second') })
    await shop.push(world.alice, 'change', { 'app/b.yaml': 'b: 2\n' })
    await untilPlanned(scene, pull)
    expect(checkOf(scene, pull)).toEqual({
      conclusion: 'action_required',
      title: 'Waits for approval: prod; approval by bob dropped: the plan changed',
    })
    expect(planComment(pull)).toMatch(/Approval by `@bob` dropped: the plan changed/)
    nobodyIsNotified(planComment(pull))

    // What was dropped does not come back with the plan that it was for.
    scene.plan = () => ({ changeDigest: digest('first') })
    await shop.push(world.alice, 'change', { 'app/b.yaml': 'b: 3\n' })
    await untilPlanned(scene, pull)
    expect(checkOf(scene, pull)?.conclusion).toBe('action_required')
  })

  test('what moved in the cluster drops them too', async () => {
    const { world, bob } = scene
    const shop = await scene.shop('shaken', { settings: wanting(1), on: ['prod'] })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    await say(scene, pull, bob, '/plumbline approve')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('success'))
    scene.plan = () => ({ changeDigest: digest('moved') })
    await say(scene, pull, bob, '/plumbline plan')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('action_required'))
  })

  test('whoever pushed the last commit does not approve it', async () => {
    const { world, bob, dora } = scene
    const shop = await scene.shop('pushed', { settings: wanting(1), on: ['prod'] })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    await shop.push(bob, 'change', { 'app/b.yaml': 'b: 1\n' })
    await untilPlanned(scene, pull)
    expect((await say(scene, pull, bob, '/plumbline approve')).answer).toMatch(/its last commit is yours/)
    expect((await say(scene, pull, dora, '/plumbline approve')).answer).toBe('+1')
  })

  test('a commit may be named, and only that one is meant', async () => {
    const { world, bob } = scene
    const shop = await scene.shop('pinned', { settings: wanting(1), on: ['prod'] })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    const seen = pull.pull.headSha.slice(0, 7)
    await shop.push(world.alice, 'change', { 'app/b.yaml': 'b: 1\n' })
    await untilPlanned(scene, pull)
    const { answer } = await say(scene, pull, bob, `/plumbline approve prod at ${seen}`)
    expect(answer).toMatch(/Nothing was approved: the plan is newer/)
    const now = `/plumbline approve prod at ${pull.pull.headSha.slice(0, 12)}`
    expect((await say(scene, pull, bob, now)).answer).toBe('+1')
  })

  test('an environment that there is not is told with those that there are', async () => {
    const { world, bob } = scene
    const shop = await scene.shop('named', { settings: wanting(1), on: both })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    const { answer } = await say(scene, pull, bob, '/plumbline approve staging')
    expect(answer).toMatch(/does not touch an environment of that name: it touches `dev`, `prod`\.$/)
  })

  test('the button on the check does the same, for just its commit', async () => {
    const { world, bob } = scene
    const { github } = world
    const shop = await scene.shop('button', { settings: wanting(1), on: ['prod'] })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    const run = () =>
      github.checkRuns(shop.repository, pull.pull.headSha).find(it => it.name === 'plumbline')!
    github.requestAction(shop.repository, run(), world.alice, 'approve')
    await eventually(() => expect(pull.comments.at(-1)?.body).toMatch(/To `@alice`.*Somebody else has to/))
    github.requestAction(shop.repository, run(), bob, 'approve')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('success'))
  })

  test('two who approve in the same moment are two', async () => {
    const { world, bob, dora } = scene
    const shop = await scene.shop('atonce', { settings: wanting(2), on: ['prod'] })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    const run = world.github
      .checkRuns(shop.repository, pull.pull.headSha)
      .find(it => it.name === 'plumbline')!
    world.github.requestAction(shop.repository, run, bob, 'approve')
    world.github.commentOn(pull, dora, '/plumbline approve')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('success'))
  })
})

describe('a high risk', () => {
  const risky: Partial<Plan> = {
    changes: aPlan().changes.map(it => ({
      ...it,
      risks: [{ code: 'deletes-data', severity: 'high', message: 'deletes data' }],
    })),
  }

  test('turns the check green when somebody else approves it, where no approval is wanted otherwise', async () => {
    const { world, bob } = scene
    const shop = await scene.shop('risky')
    scene.plan = () => risky
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    expect(checkOf(scene, pull)?.conclusion).toBe('action_required')
    expect(planComment(pull)).toMatch(
      /The high risk on \*\*dev\*\* is not approved: `\/plumbline approve dev`/,
    )
    expect((await say(scene, pull, world.alice, '/plumbline approve')).answer).toMatch(/Somebody else has to/)
    expect((await say(scene, pull, bob, '/plumbline approve')).answer).toBe('+1')
    await eventually(() => expect(checkOf(scene, pull)?.conclusion).toBe('success'))
    expect(checkOf(scene, pull, 'plumbline / risky @ dev')?.conclusion).toBe('success')
  })
})

describe('after the merge', () => {
  test('an environment waits until enough people approved, and the others do not', async () => {
    const { world, bob, dora } = scene
    const shop = await scene.shop('later', { settings: wanting(2), on: both })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    await say(scene, pull, bob, '/plumbline approve prod')
    await world.github.mergePullRequest(pull, world.alice)
    await eventually(() => expect(resultComment(pull)).toMatch(/synced on dev, waiting on prod/))
    expect(resultComment(pull)).toMatch(
      /waits for approval \(1 of 2, by `@bob`\): `\/plumbline approve prod`/,
    )
    expect((await say(scene, pull, bob, '/plumbline sync')).answer).toMatch(/`prod` waits for approval/)
    expect((await say(scene, pull, world.alice, '/plumbline approve')).answer).toMatch(/Somebody else/)
    expect((await say(scene, pull, bob, '/plumbline approve')).answer).toBe('+1')
    expect(scene.commands('sync', 'later')).toHaveLength(1)
    expect((await say(scene, pull, dora, '/plumbline approve')).answer).toBe('+1')
    await eventually(() => expect(resultComment(pull)).toMatch(/synced on dev and prod/))
    expect((await say(scene, pull, bob, '/plumbline approve')).answer).toMatch(/Nothing here waits/)
  })

  test('the button on the check of its head still works', async () => {
    const { world, bob } = scene
    const { github } = world
    const shop = await scene.shop('pressed', { settings: wanting(1), on: ['prod'] })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    await github.mergePullRequest(pull, world.alice)
    await eventually(() => expect(resultComment(pull)).toMatch(/waits for approval/))
    const run = github.checkRuns(shop.repository, pull.pull.headSha).find(it => it.name === 'plumbline')!
    github.requestAction(shop.repository, run, bob, 'approve')
    await eventually(() => expect(resultComment(pull)).toMatch(/synced on prod/))
    expect(scene.commands('sync', 'pressed')).toHaveLength(1)
  })

  test('an approval of another plan than the merged one does not count', async () => {
    const { world, bob } = scene
    const shop = await scene.shop('quick', { settings: wanting(1), on: ['prod'] })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    await say(scene, pull, bob, '/plumbline approve')
    await shop.push(world.alice, 'change', { 'app/b.yaml': 'evil: 1\n' })
    await world.github.mergePullRequest(pull, world.alice)
    const [sync] = await eventually(async () => {
      const syncs = await shop.syncs(pull)
      expect(syncs).toHaveLength(1)
      return syncs
    })
    expect(sync).toMatchObject({ status: 'waiting', awaitsApproval: true })
    expect(scene.commands('sync', 'quick')).toEqual([])
  })

  test('a cluster that moved since is not written to until it is approved again', async () => {
    const { world, bob, dora } = scene
    const shop = await scene.shop('moved', { settings: wanting(1), on: ['prod'] })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    await say(scene, pull, bob, '/plumbline approve')
    const moved = aPlan({ application: 'moved', cluster: 'prod', changeDigest: digest('moved') })
    scene.sync = () => ({ plan: moved, finishedAt: new Date(Date.now() - 5000).toISOString() })
    await world.github.mergePullRequest(pull, world.alice)
    await eventually(() => expect(resultComment(pull)).toMatch(/the cluster moved since it was approved/))
    expect((await say(scene, pull, bob, '/plumbline sync')).answer).toMatch(/waits for approval/)
    expect((await say(scene, pull, dora, '/plumbline approve')).answer).toBe('+1')
    await eventually(() => expect(resultComment(pull)).toMatch(/synced on prod/))
    expect(scene.commands('sync', 'moved').map(it => it.reviewedDigest)).toEqual([
      digest(pull.pull.headSha),
      digest('moved'),
    ])
  })

  test('what nobody syncs by itself waits for approval first, then for the command', async () => {
    const { world, bob } = scene
    const shop = await scene.shop('byhand', { settings: wanting(1), on: ['prod'], automated: false })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    await world.github.mergePullRequest(pull, world.alice)
    await eventually(() => expect(resultComment(pull)).toMatch(/waits for approval/))
    expect((await say(scene, pull, world.alice, '/plumbline sync')).answer).toMatch(/waits for approval/)
    await say(scene, pull, bob, '/plumbline approve')
    await eventually(() => expect(resultComment(pull)).toMatch(/waits for `\/plumbline sync`/))
    expect((await say(scene, pull, world.alice, '/plumbline sync')).answer).toBe('+1')
    await eventually(() => expect(resultComment(pull)).toMatch(/synced on prod/))
  })
})
