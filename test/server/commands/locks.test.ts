import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '../../stage/eventually.ts'
import { checkOf, digest, planComment, say, type Scene, startScene, untilPlanned } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
beforeEach(() => {
  scene.plan = () => ({})
})
afterAll(() => scene.stop())

const locked = 'version: 1\nplan: { locks: block }\n'
const line = (number: number) =>
  new RegExp(`on \`dev\` is changed by #${number} .*as well; whichever merges second is planned again`)

test('two pull requests that change one application say so to each other until one of them ends', async () => {
  const { world } = scene
  const shop = await scene.shop('shared')
  const first = await shop.open(
    world.alice,
    'first',
    { 'app/a.yaml': 'a: 1\n' },
    '**Bold** @carol #1 <b>x</b>',
  )
  await untilPlanned(scene, first)
  expect(planComment(first)).not.toMatch(/as well/)
  const second = await shop.open(world.alice, 'second', { 'app/b.yaml': 'b: 1\n' })
  await untilPlanned(scene, second)
  await eventually(() => expect(planComment(first)).toMatch(line(second.number)))
  expect(planComment(second)).toMatch(line(first.number))
  expect(planComment(second)).toContain('\\*\\*Bold\\*\\* @&#8203;carol #&#8203;1 \\<b\\>x')
  expect(checkOf(scene, second)?.conclusion).toBe('success')

  await world.github.closeIssue(second, world.alice)
  await eventually(() => expect(planComment(first)).not.toMatch(/as well/))
  await world.github.reopenIssue(second, world.alice)
  await eventually(() => expect(planComment(first)).toMatch(line(second.number)))

  const asked = scene.commands('plan', 'shared').length
  await world.github.mergePullRequest(first, world.alice)
  await eventually(() => expect(scene.commands('plan', 'shared').length).toBeGreaterThan(asked))
  await eventually(() => expect(planComment(second)).not.toMatch(/as well/))
  expect(scene.commands('plan', 'shared').at(-1)?.head).toBe(second.pull.headSha)
})

test('one that changes nothing there is in nobody’s way, and nothing is asked of the forge for it', async () => {
  const { world } = scene
  const shop = await scene.shop('idle')
  const first = await shop.open(world.alice, 'first', { 'app/a.yaml': 'a: 1\n' })
  await untilPlanned(scene, first)
  scene.plan = () => ({
    summary: { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, unchanged: 3, error: 0 },
    changes: [],
  })
  const second = await shop.open(world.alice, 'second', { 'app/b.yaml': 'b: 1\n' })
  await untilPlanned(scene, second)
  await world.github.settled()
  expect(planComment(second)).not.toMatch(/as well/)
  const edited = world.github.requests.filter(
    it => it.method === 'PATCH' && it.path.includes('/issues/comments/') && it.path.includes('idle'),
  )
  expect(edited).toEqual([])
})

test('with a hard lock the later one waits until the first ends, or somebody unlocks it', async () => {
  const { world, bob, eve } = scene
  const shop = await scene.shop('locked', { settings: locked })
  const first = await shop.open(world.alice, 'first', { 'app/a.yaml': 'a: 1\n' })
  await untilPlanned(scene, first)
  const second = await shop.open(world.alice, 'second', { 'app/b.yaml': 'b: 1\n' })
  await untilPlanned(scene, second)
  await eventually(() =>
    expect(checkOf(scene, second)).toEqual({
      conclusion: 'action_required',
      title: `Waits for #${first.number}, which came first`,
    }),
  )
  expect(checkOf(scene, first)?.conclusion).toBe('success')
  expect(planComment(second)).toMatch(/locked by #\d+ .*`\/plumbline unlock`/)
  for (const who of [world.carol, eve]) {
    expect((await say(scene, second, who, '/plumbline unlock')).answer).toMatch(/write permission/)
  }
  expect(checkOf(scene, second)?.conclusion).toBe('action_required')
  expect((await say(scene, second, bob, '/plumbline unlock')).answer).toBe('+1')
  await eventually(() => expect(checkOf(scene, second)?.conclusion).toBe('success'))

  const third = await shop.open(world.alice, 'third', { 'app/c.yaml': 'c: 1\n' })
  await untilPlanned(scene, third)
  await eventually(() => expect(checkOf(scene, third)?.conclusion).toBe('action_required'))
  for (const pull of [first, second]) await world.github.closeIssue(pull, world.alice)
  await eventually(() => expect(checkOf(scene, third)?.conclusion).toBe('success'))
  expect((await say(scene, third, bob, '/plumbline unlock')).answer).toMatch(/Nothing is locked here/)
})

test('a hostile head cannot take the lock off, or put approvals away', async () => {
  const { world } = scene
  const settings = `${locked}environments: [{ name: dev, approvals: 1 }]\n`
  const shop = await scene.shop('hostile', { settings })
  const first = await shop.open(world.alice, 'first', { 'app/a.yaml': 'a: 1\n' })
  await untilPlanned(scene, first)
  const free = 'version: 1\nenvironments: []\nplan: { locks: tell }\n'
  const second = await shop.open(scene.bob, 'second', {
    '.plumbline.yaml': free,
    'app/b.yaml': 'b: 1\n',
  })
  await untilPlanned(scene, second)
  expect(planComment(second)).toMatch(/locked by/)
  expect(planComment(second)).toMatch(/waits for approval/)
})

test('plan APPLICATION plans just that one again, and the others keep their plan', async () => {
  const { world, bob } = scene
  const shop = await scene.shop('single', { on: ['dev', 'prod'] })
  const pull = await shop.open(world.alice, 'change')
  await untilPlanned(scene, pull)
  scene.plan = () => ({
    changeDigest: digest('again'),
    summary: { create: 7, update: 0, replace: 0, delete: 0, adopt: 0, unchanged: 0, error: 0 },
  })
  expect((await say(scene, pull, bob, '/plumbline plan single@prod')).answer).toBe('+1')
  await eventually(() => expect(planComment(pull)).toMatch(/single.*on.*prod.*7 to create/))
  expect(planComment(pull)).toMatch(/single.*on.*dev.*1 to update/)
  expect(
    scene
      .commands('plan', 'single')
      .map(it => it.application.destination.cluster)
      .toSorted(),
  ).toEqual(['dev', 'prod', 'prod'])
  const { answer } = await say(scene, pull, bob, '/plumbline plan singel')
  expect(answer).toBe('No application of that name is touched here: did you mean `single`?')
  const other = await say(scene, pull, world.alice, '/plumbline plan payments')
  expect(other.answer).toBe('No application of that name is touched here: there is `single`.')
})
