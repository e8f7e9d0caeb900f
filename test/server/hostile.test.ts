import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PullRequest, Repository, User } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent
let eve: User
beforeAll(async () => {
  world = await startWorld()
  eve = world.github.createUser('eve')
  agent = await startFakeAgent(world.server.url, await world.register('dev'))
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

const approvals = (count: number) => `version: 1\nenvironments: [{ name: dev, approvals: ${count} }]\n`

async function repositoryWith(name: string, settings: string): Promise<Repository> {
  const files = { '.plumbline.yaml': settings, 'application.yaml': application(name), 'app/a.yaml': 'a: 1\n' }
  return world.repository(name, files)
}

async function propose(
  repository: Repository,
  { author, branch, files }: { author: User; branch: string; files: Record<string, string> },
): Promise<PullRequest> {
  await world.github.pushCommit({ repository, author, branch, files, message: branch })
  return world.github.openPullRequest({ repository, author, title: branch, head: branch, base: 'main' })
}

async function syncAfterMerge(pull: PullRequest) {
  const revision = await world.github.mergePullRequest(pull, world.alice)
  const { owner, name } = pull.repository
  const key = `github:${new URL(world.github.url).host}/${owner.login}/${name}`
  return eventually(async () => {
    const [sync] = await world.store.syncs.ofRevision(key, revision)
    expect(sync).toBeDefined()
    return sync!
  })
}

describe('a merge cannot free itself from approval', () => {
  test('by changing the settings', async () => {
    const repository = await repositoryWith('freed', approvals(1))
    const files = { '.plumbline.yaml': approvals(0), 'app/a.yaml': 'a: 2\n' }
    const pull = await propose(repository, { author: world.alice, branch: 'free', files })
    expect((await syncAfterMerge(pull)).status).toBe('waiting')
    const next = { author: world.alice, branch: 'next', files: { 'app/a.yaml': 'a: 3\n' } }
    expect((await syncAfterMerge(await propose(repository, next))).status).toBe('pending')
  })

  test('by breaking the settings beforehand', async () => {
    const repository = await repositoryWith('broken', 'version: one\n')
    const files = { 'app/a.yaml': 'a: 2\n' }
    const pull = await propose(repository, { author: world.alice, branch: 'change', files })
    const sync = await syncAfterMerge(pull)
    expect(sync).toMatchObject({ status: 'waiting', requireReviewed: true })
  })
})

describe('a stranger', () => {
  const seenBy = (repository: Repository) =>
    agent.received.filter(
      it => it.command.kind === 'plan' && it.command.repository.fullName.endsWith(repository.name),
    )

  test('who opens a pull request from a fork has nothing rendered until a maintainer looked at that very commit', async () => {
    const { github } = world
    const repository = await repositoryWith('forked', approvals(0))
    const fork = await github.forkRepository(repository, eve)
    const push = (text: string) =>
      github.pushCommit({
        repository: fork,
        author: eve,
        branch: 'x',
        files: { 'app/a.yaml': text },
        message: 'x',
      })
    await push('a: 2\n')
    const pull = await github.openPullRequest({
      repository,
      author: eve,
      title: 'x',
      head: 'eve:x',
      base: 'main',
    })
    const check = (sha: string) => github.checkRuns(repository, sha).find(it => it.name === 'plumbline')
    await eventually(() => expect(check(pull.pull.headSha)?.conclusion).toBe('action_required'))

    for (const who of [eve, world.carol]) github.commentOn(pull, who, '/plumbline plan')
    const comments = () => pull.comments.map(it => it.body).join()
    await eventually(() => expect(comments().match(/people with write permission, which/g)).toHaveLength(2))
    github.rerequestRun(repository, check(pull.pull.headSha)!, world.alice)
    const innocent = github.commentOn(pull, world.alice, 'Nice.')
    github.editComment(innocent, world.alice, '/plumbline plan')
    await github.settled()
    expect(seenBy(repository)).toEqual([])

    github.commentOn(pull, world.alice, '/plumbline plan')
    const first = pull.pull.headSha
    const planned = () => new Set(seenBy(repository).map(({ command }) => 'head' in command && command.head))
    await eventually(() => expect(planned()).toEqual(new Set([first])))
    const second = await push('a: 3\n')
    await eventually(() => expect(check(second)?.conclusion).toBe('action_required'))
    // That the checks be run again was asked for too: it may come after the permission.
    expect(planned()).toEqual(new Set([first]))
  })
})
