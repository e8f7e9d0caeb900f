import { afterAll, beforeAll, expect, test } from 'vitest'
import { leftUntilConfirmed } from '../../src/model/sync.ts'
import { eventually } from '../stage/eventually.ts'
import { aSyncResult } from './builders/application.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent

beforeAll(async () => {
  world = await startWorld()
  agent = await startFakeAgent(world.server.url, await world.register('dev'), command => {
    if (command.kind !== 'sync') return null
    const { application, revision, confirmPrune } = command
    const waits = {
      id: '/PersistentVolumeClaim/shop/data',
      status: 'suspended',
      message: `${leftUntilConfirmed}: it has the sync option Prune=confirm`,
    } as const
    const ended = confirmPrune ? { pruned: [waits.id], health: [] } : { health: [waits] }
    return { kind: 'sync', result: aSyncResult({ application: application.name, revision, ...ended }) }
  })
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

test('what waits for a person after a merge goes when one says so, and not before', async () => {
  const { github, alice } = world
  const document = [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    'metadata: { name: shop }',
    'spec:',
    '  source: { repoURL: ., path: app }',
    '  destination: { name: dev }',
    '  syncPolicy: { automated: { prune: true } }',
    '',
  ].join('\n')
  const repository = await world.repository('shop', { 'application.yaml': document, 'app/a.yaml': 'a: 0\n' })
  const files = { 'app/a.yaml': 'a: 1\n' }
  await github.pushCommit({ repository, author: alice, branch: 'change', files, message: 'Change' })
  const pull = await github.openPullRequest({
    repository,
    author: alice,
    title: 'Change',
    head: 'change',
    base: 'main',
  })
  const bodies = () => pull.comments.map(it => it.body).join('\n')
  await github.mergePullRequest(pull, alice)
  await eventually(() => expect(bodies()).toContain('/plumbline sync --confirm-prune'))

  github.commentOn(pull, alice, '/plumbline sync')
  await eventually(() => expect(bodies()).toMatch(/Nothing is left to sync here/))

  github.commentOn(pull, alice, '/plumbline sync --confirm-prune')
  await eventually(() => expect(bodies()).toMatch(/1 pruned/))
  const asked = agent.received.flatMap(({ command }) => (command.kind === 'sync' ? [command] : []))
  const { revision } = asked.at(-1)!
  const ofMerge = asked.filter(it => it.revision === revision)
  expect(ofMerge.map(it => it.confirmPrune)).toEqual([false, true])
})
