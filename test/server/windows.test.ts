import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { aSyncResult } from './builders/application.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent

beforeAll(async () => {
  world = await startWorld()
  agent = await startFakeAgent(world.server.url, await world.register('dev'), command =>
    command.kind === 'sync'
      ? {
          kind: 'sync',
          result: aSyncResult({ application: command.application.name, revision: command.revision }),
        }
      : null,
  )
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

/** A window that is closed at all times. */
const closed = (manualSync: boolean) =>
  `version: 1\nsyncWindows: [{ kind: deny, schedule: "0 * * * *", duration: 2h, manualSync: ${manualSync} }]\n`

async function merged(
  name: string,
  settings: string,
  files: Readonly<Record<string, string>> = {},
): Promise<PullRequest> {
  const { github, alice } = world
  const repository = await world.repository(name, {
    '.plumbline.yaml': settings,
    'application.yaml': application(name),
    'app/a.yaml': 'a: 0\n',
  })
  const change = { 'app/a.yaml': 'a: 1\n', ...files }
  await github.pushCommit({ repository, author: alice, branch: 'change', files: change, message: 'change' })
  const pull = await github.openPullRequest({
    repository,
    author: alice,
    title: 'change',
    head: 'change',
    base: 'main',
  })
  await github.mergePullRequest(pull, alice)
  return pull
}

const bodies = (pull: PullRequest) => pull.comments.map(it => it.body).join('\n')
const synced = (name: string) =>
  agent.received.filter(it => it.command.kind === 'sync' && it.command.application.name === name)

describe('outside of a window a merge', () => {
  test('waits and says so; a person may sync where the window lets people', async () => {
    const pull = await merged('patient', closed(true))
    await eventually(() => expect(bodies(pull)).toMatch(/sync window closed/))
    expect(synced('patient')).toEqual([])
    world.github.commentOn(pull, world.alice, '/plumbline sync')
    await eventually(() => expect(bodies(pull)).toMatch(/synced on dev/))
    expect(synced('patient')).toMatchObject([
      { command: { asked: true, trigger: `/plumbline sync by alice on #${pull.number}` } },
    ])
  })

  test('waits for people too where the window says so, though the merge takes the window away', async () => {
    const pull = await merged('strict', closed(false))
    await eventually(() => expect(bodies(pull)).toMatch(/sync window closed/))
    world.github.commentOn(pull, world.alice, '/plumbline sync')
    await eventually(() => expect(bodies(pull)).toMatch(/sync window of `strict` on `dev` is closed/))
    const freed = await merged('freed', closed(false), { '.plumbline.yaml': 'version: 1\n' })
    await eventually(async () => {
      const key = `github:${new URL(world.github.url).host}/acme/freed`
      const [sync] = await world.store.syncs.ofPullRequest(key, freed.number)
      expect(sync).toMatchObject({ status: 'pending', commandId: null })
    })
    expect(synced('strict')).toEqual([])
  })
})
