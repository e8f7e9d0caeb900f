import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PullRequest, Repository } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { aPlan } from './builders/application.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent
/** Plans wait for it. */
let mayAnswer = true

beforeAll(async () => {
  world = await startWorld()
  agent = await startFakeAgent(world.server.url, await world.register('dev'), command =>
    mayAnswer ? planned(command) : null,
  )
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

function planned(command: Parameters<FakeAgent['script']>[0]) {
  if (command.kind !== 'plan') return null
  const { head: revision, application } = command
  const plan = aPlan({ application: application.name, revision, namespace: 'shop' })
  return { kind: 'plan', outcome: { kind: 'planned', plan } } as const
}

/** `URL` is where the repository is at first. */
const application = (name: string, repoURL = '.') =>
  [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    `metadata: { name: ${name} }`,
    'spec:',
    `  source: { repoURL: '${repoURL}', path: app }`,
    '  destination: { name: dev }',
    '',
  ].join('\n')

interface Scene {
  readonly repository: Repository
  readonly pull: PullRequest
  push(content: string): Promise<string>
}

async function scene(name: string, repoURL = '.'): Promise<Scene> {
  const { github, alice } = world
  const files = { 'application.yaml': application(name, repoURL), 'app/a.yaml': 'a: 1\n' }
  const repository = await world.repository(name, files)
  const push = (content: string) =>
    github.pushCommit({
      repository,
      author: alice,
      branch: 'change',
      files: { 'app/a.yaml': content },
      message: 'change',
    })
  await push('a: 2\n')
  const pull = await github.openPullRequest({
    repository,
    author: alice,
    title: 'change',
    head: 'change',
    base: 'main',
  })
  return { repository, pull, push }
}

const tells = (pull: PullRequest, text: string) =>
  eventually(() => {
    expect(pull.comments).toHaveLength(1)
    expect(pull.comments[0]?.body).toContain(text)
    const runs = world.github.checkRuns(pull.repository, pull.pull.headSha)
    expect(runs.find(it => it.name === 'plumbline')?.status).toBe('completed')
  })

const accessOf = async (name: string) => {
  const { host } = new URL(world.github.url)
  const ref = { forge: 'github', host, fullName: `acme/${name}`, cloneUrl: '' } as const
  return (await world.store.repositories.current(ref))?.access
}

/** What was written to a repository of that name. What is refused was not. */
const writes = (name: string) =>
  world.github.requests.filter(
    it => it.method !== 'GET' && it.status < 400 && it.path.includes(`/repos/acme/${name}/`),
  ).length

test.each(['delivered', 'lost'])(
  'a rename that was %s keeps pull requests, plans and the one comment',
  async how => {
    const { github, alice } = world
    const { repository, pull, push } = await scene(`before-${how}`, `${world.github.url}/acme/before-${how}`)
    await tells(pull, pull.pull.headSha.slice(0, 7))
    if (how === 'lost') github.faults.onDelivery('repository.renamed', { kind: 'lose' })
    github.renameRepository(repository, alice, `after-${how}`)
    const head = await push('a: 3\n')
    await tells(pull, head.slice(0, 7))
    const all = await world.store.repositories.all()
    expect(all.map(it => it.ref.fullName)).toContain(`acme/after-${how}`)
    expect(all.map(it => it.ref.fullName)).not.toContain(`acme/before-${how}`)
    const asked = agent.received.map(it => it.command).filter(it => it.kind === 'plan')
    expect(asked.at(-1)?.repository.fullName).toBe(`acme/after-${how}`)
  },
)

test('a name that another repository takes belongs to that one, and the old one to its new name', async () => {
  const { github, alice } = world
  const old = await scene('taken')
  await tells(old.pull, old.pull.pull.headSha.slice(0, 7))
  github.renameRepository(old.repository, alice, 'gave-up-its-name')
  await eventually(async () => expect(await accessOf('gave-up-its-name')).toBe('full'))
  const next = await scene('taken')
  await eventually(() => expect(next.pull.comments).toHaveLength(1))
  const head = await old.push('a: 4\n')
  await tells(old.pull, head.slice(0, 7))
  expect(next.pull.comments[0]?.body).not.toContain(head.slice(0, 7))
})

test('nothing is written to an archived repository, and all goes on once it is none any more', async () => {
  const { github, alice } = world
  const { repository, pull, push } = await scene('archived')
  await tells(pull, pull.pull.headSha.slice(0, 7))
  mayAnswer = false
  const received = agent.received.length
  const head = await push('a: 3\n')
  await eventually(() => expect(agent.received.length).toBeGreaterThan(received))
  await github.settled()
  github.archiveRepository(repository, alice, true)
  await eventually(async () => expect(await accessOf('archived')).toBe('read-only'))
  const before = writes('archived')
  mayAnswer = true
  const open = agent.received.at(-1)!
  await agent.complete(open.id, planned(open.command)!)
  await eventually(() => expect(world.log.join('')).toContain('it is archived'))
  expect(writes('archived')).toBe(before)
  github.archiveRepository(repository, alice, false)
  await eventually(async () => expect(await accessOf('archived')).toBe('full'))
  const next = await push('a: 5\n')
  expect(next).not.toBe(head)
  await tells(pull, next.slice(0, 7))
})

test('a repository that is transferred to somebody without us is left alone, with one line in the log', async () => {
  const { github, alice } = world
  const { repository, pull } = await scene('transferred')
  await tells(pull, pull.pull.headSha.slice(0, 7))
  github.transferRepository(repository, alice, github.createUser('umbrella'))
  await eventually(async () => expect(await accessOf('transferred')).toBe('none'))
  const before = writes('transferred')
  await github.settled()
  expect(writes('transferred')).toBe(before)
  const lines = world.log.filter(it => it.includes('out of reach: nothing') && it.includes('/transferred'))
  expect(lines).toHaveLength(1)
  expect(await world.store.pullRequests.byId(1)).not.toBeNull()
})

test('while the installation is suspended nothing is tried; afterwards what was missed is planned', async () => {
  const { github } = world
  const { pull, push } = await scene('suspended')
  await tells(pull, pull.pull.headSha.slice(0, 7))
  const [installation] = [...new Set(github.deliveries.flatMap(it => it.installation ?? []))]
  github.suspend(installation!, true)
  await eventually(async () => expect(await accessOf('suspended')).toBe('none'))
  const head = await push('a: 7\n')
  await github.settled()
  const refused = github.requests.filter(it => it.status === 403)
  expect(refused.length).toBeLessThan(3)
  github.suspend(installation!, false)
  await tells(pull, head.slice(0, 7))
})
