import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Permissions, PullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { resultComment, type Scene, startScene, untilPlanned } from './commands/scene.ts'

let scene: Scene
let granted: Permissions
beforeAll(async () => {
  scene = await startScene()
  granted = scene.world.github.app.permissions
})
beforeEach(() => scene.world.github.setPermissions(granted))
afterAll(() => scene.stop())

const notices = (pull: PullRequest) =>
  pull.comments.filter(it => it.byApp && it.body.includes('plumbline:permission'))

async function without(...names: readonly string[]): Promise<void> {
  const { github } = scene.world
  const left = Object.entries(granted).filter(([name]) => !names.includes(name))
  github.setPermissions(Object.fromEntries(left))
  await github.settled()
}

test('a merge whose sync failed is told of on the pull request and the commit, though issues and deployments are not ours to write', async () => {
  const { github, alice } = scene.world
  const shop = await scene.shop('failing')
  const pull = await shop.open(alice, 'change')
  await untilPlanned(scene, pull)
  scene.sync = () => ({ outcome: 'failed', error: { code: 'apply', message: 'the quota is used up' } })
  await without('issues', 'deployments')
  await github.mergePullRequest(pull, alice)
  await eventually(() => {
    expect(resultComment(pull)).toContain('quota is used up')
    const runs = github.checkRuns(pull.repository, pull.pull.mergeCommitSha!)
    expect(runs.findLast(it => it.name === 'plumbline')?.conclusion).toBe('failure')
    expect(notices(pull).map(it => it.body)).toMatchObject([
      expect.stringContaining('Issues: read and write'),
    ])
  })
})

test('a missing permission that could not be told of at first is told of then', async () => {
  const { github, alice } = scene.world
  const shop = await scene.shop('unheard')
  const pull = await shop.open(alice, 'change')
  await untilPlanned(scene, pull)
  await without('checks')
  // The comment about the plan is edited; this one is new.
  github.faults.onOperation('issues/create-comment', { kind: 'before', status: 502 })
  await shop.push(alice, 'change', { 'app/a.yaml': 'a: 2\n' })
  await eventually(() => {
    expect(notices(pull).map(it => it.body)).toMatchObject([
      expect.stringContaining('Checks: read and write'),
    ])
  }, 60_000)
}, 120_000)
