import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../stage/eventually.ts'
import {
  applicationFor,
  checkOf,
  reactions,
  said,
  say,
  type Scene,
  startScene,
  untilPlanned,
} from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.stop())

const settings = 'version: 1\nenvironments: [{ name: dev, approvals: 1 }]\n'

describe('nothing is commanded by', () => {
  test.each([
    ['aquote', '> /plumbline approve'],
    ['afence', '```\n/plumbline approve\n```'],
    ['asecondline', 'Fine.\r\n/plumbline approve'],
    ['alookalike', '/plumbl\u0456ne approve'],
    ['amarker', '<!-- plumbline:plan -->\n/plumbline approve'],
  ])('%s', async (name, text) => {
    const { world, bob } = scene
    const shop = await scene.shop(name, { settings })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    const comment = world.github.commentOn(pull, bob, text)
    // In turn: when this one is answered, so would that have been.
    await say(scene, pull, bob, '/plumbline deploy')
    expect(reactions(comment)).toEqual([])
    expect(checkOf(scene, pull)?.conclusion).toBe('action_required')
  })

  test('a comment that was edited into a command, or deleted before it was read, or written by a bot', async () => {
    const { world, bob } = scene
    const { github } = world
    const shop = await scene.shop('edited', { settings })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    const edited = github.commentOn(pull, bob, 'Nice.')
    github.editComment(edited, bob, '/plumbline approve')
    github.faults.onDelivery('issue_comment.created', { kind: 'delay', milliseconds: 300 })
    github.deleteComment(github.commentOn(pull, bob, '/plumbline approve'), bob)
    github.commentOn(pull, github.app.bot, '/plumbline approve')
    await github.settled()
    await say(scene, pull, bob, '/plumbline deploy')
    expect(reactions(edited)).toEqual([])
    expect(checkOf(scene, pull)?.conclusion).toBe('action_required')
  })

  test('somebody without write permission, who is told once, however often they ask', async () => {
    const { world, eve } = scene
    const shop = await scene.shop('reader', { settings })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    for (const verb of ['approve', 'unlock', 'plan', 'help', 'nonsense']) {
      const comment = world.github.commentOn(pull, eve, `/plumbline ${verb}`)
      await eventually(() => expect(reactions(comment)).toEqual(['eyes']))
    }
    await eventually(() => expect(said(pull)).toMatch(/which `@eve` does not have/))
    await world.github.settled()
    expect(said(pull).match(/write permission/g)).toHaveLength(1)
    expect(checkOf(scene, pull)?.conclusion).toBe('action_required')
    expect(scene.commands('plan', 'reader')).toHaveLength(1)
  })

  test('somebody whose permission cannot be looked up, until it can', async () => {
    const { world, bob } = scene
    const shop = await scene.shop('lookup', { settings })
    const pull = await shop.open(world.alice, 'change')
    await untilPlanned(scene, pull)
    const before = world.github.requests.length
    const operation = 'repos/get-collaborator-permission-level'
    world.github.faults.onOperation(operation, { kind: 'before', status: 502 })
    const comment = world.github.commentOn(pull, bob, '/plumbline approve')
    await eventually(() => expect(reactions(comment)).toContain('+1'), 60_000)
    const looked = world.github.requests.slice(before).filter(it => it.operation === operation)
    expect(looked.map(it => it.status)).toEqual([502, 200])
  }, 90_000)
})

test('an unknown command gets help once, one that is nearly right is told the right one', async () => {
  const { world, bob } = scene
  const shop = await scene.shop('unknown')
  const pull = await shop.open(world.alice, 'change')
  await untilPlanned(scene, pull)
  await say(scene, pull, bob, '/plumbline deploy')
  const second = world.github.commentOn(pull, bob, '/plumbline @everyone <b>')
  await eventually(() => expect(reactions(second)).toEqual(['eyes']))
  const { answer } = await say(scene, pull, bob, '/plumbline aprove')
  expect(answer).toBe('There is no such command: did you mean `/plumbline approve`?')
  expect((await say(scene, pull, bob, '/plumbline plan a b')).answer).toMatch(
    /is written `\/plumbline plan \[APP/,
  )
  expect(said(pull).match(/Commands go into/g)).toHaveLength(1)
})

describe('a fork', () => {
  async function forked(name: string) {
    const { world, eve } = scene
    const { github } = world
    const shop = await scene.shop(name, { settings })
    const fork = await github.forkRepository(shop.repository, eve)
    const push = (files: Record<string, string>, afresh = false) =>
      github.pushCommit({ repository: fork, author: eve, branch: 'x', files, message: 'x', afresh })
    await push({
      'app/a.yaml': 'a: 2\n',
      '.plumbline.yaml': 'version: 1\nenvironments: []\n',
      'applications/prod.yaml': applicationFor(`${name}2`, 'prod'),
    })
    const { repository } = shop
    const pull = await github.openPullRequest({
      repository,
      author: eve,
      title: 'x',
      head: 'eve:x',
      base: 'main',
    })
    const waits = () =>
      eventually(() =>
        expect(checkOf(scene, pull)?.title).toMatch(/A maintainer starts the plan of this fork/),
      )
    await waits()
    const asked = () => [...scene.commands('plan', name), ...scene.commands('plan', `${name}2`)]
    return { shop, pull, push, waits, asked }
  }

  test('whose head was forced elsewhere is not planned by what was said of the head before', async () => {
    const { github, alice } = scene.world
    const { pull, push, waits, asked } = await forked('forced')
    // The push is known before the comment is, and the comment is older.
    github.faults.onDelivery('issue_comment.created', { kind: 'delay', milliseconds: 4000 })
    github.commentOn(pull, alice, '/plumbline plan')
    await new Promise(resolve => setTimeout(resolve, 1500))
    await push({ 'app/a.yaml': 'evil: 1\n' }, true)
    await waits()
    await eventually(() => expect(said(pull)).toMatch(/The fork has a newer commit than your comment/))
    expect(asked()).toEqual([])
  })

  test('cannot be planned, approved or unlocked by whoever opened it, and its settings count for nothing', async () => {
    const { world, bob, eve } = scene
    const { pull, asked } = await forked('settings')
    for (const verb of ['plan', 'approve', 'unlock']) world.github.commentOn(pull, eve, `/plumbline ${verb}`)
    await eventually(() => expect(said(pull)).toMatch(/`@eve` does not have/))
    expect((await say(scene, pull, bob, '/plumbline approve')).answer).toMatch(/no plan to approve yet/)
    expect(asked()).toEqual([])
    await say(scene, pull, world.alice, '/plumbline plan')
    await eventually(() => expect(checkOf(scene, pull)?.title).toMatch(/Waits for approval: dev/))
  })

  test('that goes into another branch now, or is opened again with another head, waits again', async () => {
    const { github, alice } = scene.world
    const { shop, pull, push, waits, asked } = await forked('rebased')
    await say(scene, pull, alice, '/plumbline plan')
    await eventually(() => expect(asked()).toHaveLength(2))
    await shop.push(alice, 'release', { 'README.md': 'release\n' })
    await github.setBase(pull, scene.eve, 'release')
    await eventually(async () =>
      expect(await scene.world.store.pullRequests.numbered(shop.key, pull.number)).toMatchObject({
        baseRef: 'release',
        permittedHead: null,
      }),
    )
    await github.setBase(pull, scene.eve, 'main')
    await waits()
    const before = asked().length
    await github.closeIssue(pull, scene.eve)
    await eventually(async () =>
      expect(await scene.world.store.pullRequests.numbered(shop.key, pull.number)).toMatchObject({
        state: 'closed',
      }),
    )
    expect((await say(scene, pull, alice, '/plumbline plan')).answer).toMatch(/closed/)
    await push({ 'app/a.yaml': 'evil: 2\n' })
    await github.reopenIssue(pull, scene.eve)
    await waits()
    expect(asked()).toHaveLength(before)
  })
})
