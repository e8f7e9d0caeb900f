import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { aSyncResult } from './builders/application.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent

beforeAll(async () => {
  world = await startWorld()
  agent = await startFakeAgent(world.server.url, await world.register('dev'), command => {
    if (command.kind === 'sync') {
      const { application, revision } = command
      return { kind: 'sync', result: aSyncResult({ application: application.name, revision }) }
    }
    if (command.kind !== 'rollback') return null
    return { kind: 'rollback', result: aSyncResult({ application: command.application }) }
  })
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

const application = [
  'apiVersion: plumbline.dev/v1alpha1',
  'kind: Application',
  'metadata: { name: shop }',
  'spec:',
  '  source: { repoURL: ., path: app }',
  '  destination: { name: dev }',
  '  syncPolicy: { automated: {} }',
  '',
].join('\n')

/** Merges a change of an application `shop` in a repository. */
async function mergedIn(name: string, said: RegExp): Promise<PullRequest> {
  const { github, alice } = world
  const files = { 'application.yaml': application, 'app/a.yaml': `name: ${name}\n` }
  const repository = await world.repository(name, files)
  const changed = { 'app/a.yaml': `name: ${name}\nchanged: true\n` }
  await github.pushCommit({ repository, author: alice, branch: 'change', files: changed, message: 'change' })
  const pull = await github.openPullRequest({
    repository,
    author: alice,
    title: 'change',
    head: 'change',
    base: 'main',
  })
  await github.mergePullRequest(pull, alice)
  await eventually(() => expect(bodies(pull)).toMatch(said))
  return pull
}

const bodies = (pull: PullRequest) => pull.comments.map(it => it.body).join('\n')
const commands = () => agent.received.map(it => it.command).filter(it => it.kind !== 'plan')

test('an application that another repository defines is neither synced nor rolled back from this one', async () => {
  const { github, alice } = world
  const own = await mergedIn('owner', /synced on dev/)
  const before = commands().length
  const other = await mergedIn('other', /is defined in another repository already/)
  for (const says of ['/plumbline sync', '/plumbline rollback', '/plumbline rollback shop to 1']) {
    const known = other.comments.length
    github.commentOn(other, alice, says)
    await eventually(() => expect(other.comments.length).toBeGreaterThan(known + 1))
    expect(other.comments.at(-1)?.body).toMatch(
      /`shop` .*belongs to another repository|Nothing of this is on a cluster/,
    )
  }
  expect(commands()).toHaveLength(before)
  const shop = await world.store.applications.named({ name: 'shop', cluster: 'dev' })
  expect(shop).toMatchObject({ outcome: 'synced' })

  // What was refused elsewhere is no newer revision of it.
  github.commentOn(own, alice, '/plumbline rollback')
  await eventually(() =>
    expect(commands().slice(before)).toMatchObject([{ kind: 'rollback', application: 'shop' }]),
  )
})
