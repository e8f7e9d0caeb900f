import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PullRequest, Repository } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { aPlan } from './builders/application.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

/** How many requests ordinary work costs. What git fetches is not counted: GitHub's REST limits do not. */

let world: World
let agent: FakeAgent

beforeAll(async () => {
  world = await startWorld({ quickPlan: 2, betweenEdits: 5 })
  agent = await startFakeAgent(world.server.url, await world.register('dev'), command => {
    if (command.kind !== 'plan') return null
    const { head: revision, application } = command
    const plan = aPlan({ application: application.name, revision, namespace: 'shop' })
    return { kind: 'plan', outcome: { kind: 'planned', plan } }
  })
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

const application = [
  'apiVersion: plumbline.dev/v1alpha1',
  'kind: Application',
  'metadata: { name: NAME }',
  'spec:',
  '  source: { repoURL: ., path: app }',
  '  destination: { name: dev }',
  '',
].join('\n')

async function repositoryNamed(name: string): Promise<Repository> {
  return world.repository(name, {
    'application.yaml': application.replace('NAME', name),
    'app/a.yaml': 'a: 1\n',
  })
}

async function push(repository: Repository, branch: string, files: Record<string, string>) {
  return world.github.pushCommit({ repository, author: world.alice, branch, files, message: 'change' })
}

async function open(repository: Repository, head: string): Promise<PullRequest> {
  return world.github.openPullRequest({ repository, author: world.alice, title: head, head, base: 'main' })
}

/** Nothing is asked of GitHub any more: whatever the beginning set off is done. */
async function quiet(): Promise<void> {
  await world.github.settled()
  for (let seen = -1; seen !== world.github.requests.length; ) {
    seen = world.github.requests.length
    await new Promise(resolve => setTimeout(resolve, 1500))
  }
}

/** What was asked of GitHub meanwhile, until all is quiet for the time in which more could come. */
async function requestsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  await quiet()
  const from = world.github.requests.length
  await work()
  await quiet()
  const all = world.github.requests.slice(from)
  return all
    .filter(it => !/sweep|installation\/repositories|app\/installations$/.test(it.path))
    .map(it => `${it.method} ${it.operation}`)
}

const ended = (repository: Repository, sha: string) =>
  eventually(() => {
    const runs = world.github.checkRuns(repository, sha)
    expect(runs.find(it => it.name === 'plumbline')?.status).toBe('completed')
  })

test('from open to comment, at most eight; the next push fewer; a pull request that touches nothing fewer still', async () => {
  const repository = await repositoryNamed('counted')
  let head = await push(repository, 'change', { 'app/a.yaml': 'a: 2\n' })
  let pull: PullRequest
  const first = await requestsOf(async () => {
    pull = await open(repository, 'change')
    await ended(repository, head)
  })
  expect(pull!.comments).toHaveLength(1)
  expect(first.length).toBeLessThanOrEqual(8)
  const second = await requestsOf(async () => {
    head = await push(repository, 'change', { 'app/a.yaml': 'a: 3\n' })
    await ended(repository, head)
  })
  expect(pull!.comments).toHaveLength(1)
  expect(pull!.comments[0]?.body).toContain(head.slice(0, 7))
  expect(second.length).toBeLessThanOrEqual(6)
  const untouched = await requestsOf(async () => {
    const other = await push(repository, 'other', { 'README.md': 'nothing\n' })
    pull = await open(repository, 'other')
    await ended(repository, other)
  })
  expect(pull!.comments).toHaveLength(0)
  expect(untouched.length).toBeLessThanOrEqual(5)
})
