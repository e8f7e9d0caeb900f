import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AgentCommand } from '../../src/model/command.ts'
import type { SyncResult } from '../../src/model/sync.ts'
import type { PullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { aSyncResult } from './builders/application.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent
/** What the agent answers to a rollback; null: nothing yet. */
let rollbackResult: Partial<SyncResult> | null = {}

beforeAll(async () => {
  world = await startWorld()
  agent = await startFakeAgent(world.server.url, await world.register('dev'), command => {
    if (command.kind === 'sync') {
      const { application, revision } = command
      return { kind: 'sync', result: aSyncResult({ application: application.name, revision }) }
    }
    if (command.kind !== 'rollback' || !rollbackResult) return null
    const result = aSyncResult({ application: command.application, ...rollbackResult })
    return { kind: 'rollback', result }
  })
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

const application = (name: string) =>
  [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    `metadata: { name: ${name} }`,
    'spec:',
    '  source: { repoURL: ., path: app }',
    '  destination: { name: dev }',
    '  syncPolicy: { automated: {} }',
    '',
  ].join('\n')

/** A repository with an application of its name, and a way to merge changes of it. */
async function shop(name: string) {
  const { github, alice } = world
  const repository = await world.repository(name, {
    'application.yaml': application(name),
    'app/a.yaml': 'a: 0\n',
  })
  let count = 0
  const open = async (): Promise<PullRequest> => {
    count++
    const branch = `change-${count}`
    const files = { 'app/a.yaml': `a: ${count}\n` }
    await github.pushCommit({ repository, author: alice, branch, files, message: branch })
    return github.openPullRequest({ repository, author: alice, title: branch, head: branch, base: 'main' })
  }
  const merge = async (): Promise<PullRequest> => {
    const pull = await open()
    await github.mergePullRequest(pull, alice)
    await eventually(() => expect(bodies(pull)).toMatch(/synced on dev/))
    return pull
  }
  return { open, merge }
}

const bodies = (pull: PullRequest) => pull.comments.map(it => it.body).join('\n')
const sent = (name: string): readonly AgentCommand[] =>
  agent.received.map(it => it.command).filter(it => it.kind === 'rollback' && it.application === name)

describe('/plumbline rollback', () => {
  test('on a merged pull request sends the agent back, and answers with how it went', async () => {
    rollbackResult = { revision: '1'.repeat(40), applied: ['/ConfigMap/shop/a'], pruned: [] }
    const { merge } = await shop('plain')
    const pull = await merge()
    world.github.commentOn(pull, world.alice, '/plumbline rollback')
    await eventually(() => expect(bodies(pull)).toMatch(/rolled back to `1111111` \(1 applied\)/i))
    expect(sent('plain')).toEqual([{ kind: 'rollback', application: 'plain', to: null, by: 'alice' }])
    const known = await world.store.applications.named({ name: 'plain', cluster: 'dev' })
    expect(known).toMatchObject({ revision: '1'.repeat(40), outcome: 'synced' })
  })

  test('to a revision goes there, from any merge of the application', async () => {
    const { merge } = await shop('named')
    const first = await merge()
    await merge()
    world.github.commentOn(first, world.alice, '/plumbline rollback')
    await eventually(() => expect(bodies(first)).toMatch(/A newer revision came since/))
    world.github.commentOn(first, world.alice, '/plumbline rollback named to 3')
    await eventually(() => expect(sent('named')).toEqual([expect.objectContaining({ to: '3' })]))
  })

  test.each([
    { who: 'carol', says: '/plumbline rollback', answer: /people with write permission/ },
    {
      who: 'alice',
      says: '/plumbline rollback other',
      answer: /No application of that name is touched here: there is `\w+`/,
    },
  ] as const)('$says by $who is answered, and sends nothing', async ({ who, says, answer }) => {
    const name = `refused${who}`
    const pull = await (await shop(name)).merge()
    world.github.commentOn(pull, world[who], says)
    await eventually(() => expect(bodies(pull)).toMatch(answer))
    expect(sent(name)).toEqual([])
  })

  test('before the merge says that there is nothing', async () => {
    const pull = await (await shop('open')).open()
    world.github.commentOn(pull, world.alice, '/plumbline rollback')
    await eventually(() => expect(bodies(pull)).toMatch(/Nothing was synced from here/))
  })

  test('tells what kept it from going back', async () => {
    rollbackResult = { outcome: 'refused', error: { code: 'x', message: 'nothing older than 1 is kept' } }
    const pull = await (await shop('oldest')).merge()
    world.github.commentOn(pull, world.alice, '/plumbline rollback')
    await eventually(() => expect(bodies(pull)).toMatch(/nothing was written. Nothing older than 1 is kept/))
  })
})

test('what set a sync off is told to the agent', async () => {
  const { merge } = await shop('told')
  const pull = await merge()
  const sync = agent.received
    .map(it => it.command)
    .find(it => it.kind === 'sync' && it.application.name === 'told')
  expect(sync).toMatchObject({ asked: false, trigger: `merge of #${pull.number}` })
})
