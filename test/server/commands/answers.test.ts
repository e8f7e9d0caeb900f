import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Comment, PullRequest, User } from '../../simulator/github/state.ts'
import { eventually } from '../../stage/eventually.ts'
import { reactions, resultComment, say, type Scene, startScene, untilPlanned } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.stop())

/** Says something; the forge fails to take the thumb up, once. */
async function sayUnheard(pull: PullRequest, by: User, body: string): Promise<Comment> {
  const { github } = scene.world
  const operation = 'reactions/create-for-issue-comment'
  // The eyes go through.
  github.faults.onOperation(operation, { kind: 'delay', milliseconds: 0 })
  github.faults.onOperation(operation, { kind: 'before', status: 502 })
  const refused = () => github.requests.filter(it => it.operation === operation && it.status === 502).length
  const before = refused()
  const comment = github.commentOn(pull, by, body)
  await eventually(() => expect(refused()).toBe(before + 1))
  return comment
}

const repliesOn = (pull: PullRequest) => pull.comments.filter(it => it.body.includes('plumbline:reply-'))

test('a command that worked and whose thumb up was lost is neither refused nor done again', async () => {
  const { world, bob } = scene
  const { github, alice } = world
  const settings = 'version: 1\nenvironments: [{ name: dev, approvals: 1 }]\n'
  const open = async (name: string, options = {}) => {
    const pull = await (await scene.shop(name, options)).open(alice, 'change')
    await untilPlanned(scene, pull)
    return pull
  }
  const merged = async (name: string, options = {}) => {
    const pull = await open(name, options)
    await github.mergePullRequest(pull, alice)
    await eventually(() => expect(resultComment(pull)).not.toBe(''))
    return pull
  }
  const pulls = [
    await merged('approved', { settings }),
    await merged('synced', { automated: false }),
    await open('planned'),
  ] as const
  const plans = scene.commands('plan', 'planned').length
  const comments = [
    await sayUnheard(pulls[0], bob, '/plumbline approve'),
    await sayUnheard(pulls[1], bob, '/plumbline sync'),
    await sayUnheard(pulls[2], bob, '/plumbline plan'),
  ]
  for (const comment of comments) {
    await eventually(() => expect(reactions(comment)).toEqual(['eyes', '+1']), 60_000)
  }
  expect(pulls.flatMap(repliesOn)).toEqual([])
  expect(scene.commands('sync', 'approved')).toHaveLength(1)
  expect(scene.commands('sync', 'synced')).toHaveLength(1)
  expect(scene.commands('plan', 'planned')).toHaveLength(plans + 1)
}, 120_000)

test('a comment that is older than what is remembered of commands commands nothing', async () => {
  const { world, bob } = scene
  const { github } = world
  const shop = await scene.shop('aged')
  const pull = await shop.open(world.alice, 'change')
  await untilPlanned(scene, pull)
  github.faults.onDelivery('issue_comment.created', { kind: 'lose' })
  const comment = github.commentOn(pull, bob, '/plumbline deploy')
  await github.settled()
  const { body } = github.deliveries.findLast(it => it.event === 'issue_comment')!
  const payload = JSON.parse(body)
  payload.comment.created_at = new Date(Date.now() - 30 * 24 * 3600_000).toISOString()
  await deliver('issue_comment', JSON.stringify(payload))
  // In turn: when this one is answered, so would that have been.
  await say(scene, pull, bob, '/plumbline help')
  expect(reactions(comment)).toEqual([])
})

async function deliver(event: string, body: string): Promise<void> {
  const { github, server } = scene.world
  const signature = createHmac('sha256', github.app.webhookSecret).update(body).digest('hex')
  const headers = {
    'content-type': 'application/json',
    'x-github-delivery': randomUUID(),
    'x-github-event': event,
    'x-hub-signature-256': `sha256=${signature}`,
  }
  const response = await fetch(`${server.url}/api/github/webhooks`, { method: 'POST', headers, body })
  expect(response.status).toBe(202)
}
