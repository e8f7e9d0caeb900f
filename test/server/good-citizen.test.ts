import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CommandResult } from '../../src/model/command.ts'
import type { PullRequest, Repository } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { aPlan } from './builders/application.ts'
import { type FakeAgent, type Script, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent

beforeAll(async () => {
  world = await startWorld({ betweenEdits: 5 })
  agent = await startFakeAgent(world.server.url, await world.register('dev'), planned)
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

const planned = (command: Parameters<Script>[0]): CommandResult | null => {
  if (command.kind !== 'plan') return null
  const { head: revision, application } = command
  const plan = aPlan({ application: application.name, revision, namespace: 'shop' })
  return { kind: 'plan', outcome: { kind: 'planned', plan } }
}

const application = (name: string) =>
  [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    `metadata: { name: ${name} }`,
    'spec:',
    '  source: { repoURL: ., path: app }',
    '  destination: { name: dev }',
    '',
  ].join('\n')

interface Scene {
  readonly repository: Repository
  readonly pull: PullRequest
  push(content: string): Promise<string>
}

async function scene(name: string): Promise<Scene> {
  const { github, alice: author } = world
  const files = { 'application.yaml': application(name), 'app/a.yaml': 'a: 1\n' }
  const repository = await world.repository(name, files)
  const push = (content: string) =>
    github.pushCommit({
      repository,
      author,
      branch: 'change',
      files: { 'app/a.yaml': content },
      message: content,
    })
  await push('a: 2\n')
  const pull = await github.openPullRequest({ repository, author, title: 'x', head: 'change', base: 'main' })
  return { repository, pull, push }
}

const plans = (pull: PullRequest) => pull.comments.filter(it => it.body.startsWith('<!-- plumbline:plan -->'))
const tells = (pull: PullRequest, sha = pull.pull.headSha) =>
  eventually(() => {
    expect(plans(pull)).toHaveLength(1)
    expect(plans(pull)[0]?.body).toContain(sha.slice(0, 7))
    const runs = world.github.checkRuns(pull.repository, sha)
    expect(runs.findLast(it => it.name === 'plumbline')?.status).toBe('completed')
  })
const edits = () => world.github.requests.filter(it => it.operation === 'issues/update-comment')

test('many pushes at once edit the comment at most every five seconds, and end with the last', async () => {
  const { pull, push } = await scene('hasty')
  await tells(pull)
  const before = edits().length
  let head = ''
  for (let at = 3; at < 9; at++) head = await push(`a: ${at}\n`)
  await tells(pull, head)
  const times = edits()
    .slice(before)
    .map(it => Date.parse(it.at))
  expect(times.length).toBeGreaterThan(0)
  for (const [at, time] of times.slice(1).entries()) {
    // A request is noted when it was answered.
    expect(time - times[at]!).toBeGreaterThan(4500)
  }
})

test('a comment that somebody edits or deletes is put back; one that is hidden is left hidden', async () => {
  const { pull, push } = await scene('edited')
  await tells(pull)
  const { github, alice } = world
  const said = plans(pull)[0]!.body
  github.editComment(plans(pull)[0]!, alice, 'Nothing to see here.')
  await eventually(() => expect(plans(pull)[0]?.body).toBe(said))
  github.deleteComment(plans(pull)[0]!, alice)
  await eventually(() => expect(plans(pull)[0]?.body).toBe(said))
  // Hiding is told to nobody; nor would an edit show it again.
  const head = await push('a: 3\n')
  await tells(pull, head)
})

test('a deletion that nobody told us of is found by the next edit', async () => {
  const { pull, push } = await scene('deleted')
  await tells(pull)
  const { github, alice } = world
  github.faults.onDelivery('issue_comment.deleted', { kind: 'lose' })
  github.deleteComment(plans(pull)[0]!, alice)
  await tells(pull, await push('a: 3\n'))
})

test.each(['issues/create-comment', 'checks/create'])(
  'a %s whose answer was lost is found again, not repeated',
  async operation => {
    const { github } = world
    github.faults.onOperation(operation, { kind: 'after', status: 502 })
    const { pull } = await scene(operation.replaceAll(/\W/g, '-'))
    await tells(pull)
    const runs = github.checkRuns(pull.repository, pull.pull.headSha)
    expect(runs.map(it => it.name).toSorted()).toEqual([...new Set(runs.map(it => it.name))].toSorted())
  },
)

test('a limit closes GitHub for all jobs of the installation: one is refused, the others wait', async () => {
  const { github } = world
  const { pull, push } = await scene('limited')
  await tells(pull)
  const refused = () => github.requests.filter(it => it.status === 403).length
  const before = refused()
  github.limits.beginSecondary(4000)
  const others = [await scene('limited-too'), await scene('limited-as-well')]
  const head = await push('a: 3\n')
  await tells(pull, head)
  for (const other of others) await tells(other.pull)
  // Jobs that were on their way already may each learn it for themselves.
  expect(refused() - before).toBeLessThanOrEqual(4)
})

test('a permission that is missing is said once, with where to grant it, and mended once it is granted', async () => {
  const { github, log } = world
  const { permissions } = github.app
  const { checks: _, ...without } = permissions
  github.setPermissions(without)
  await github.settled()
  const { pull } = await scene('unpermitted')
  const warnings = () =>
    log.filter(it => it.includes('a permission is missing') && it.includes('acme/unpermitted'))
  await eventually(() => {
    expect(plans(pull)).toHaveLength(1)
    const told = pull.comments.filter(it => it.body.includes('plumbline:permission'))
    expect(told.map(it => it.body).join('')).toMatch(
      /"Checks: read and write" is missing.*settings\/apps\/.*\/permissions/s,
    )
  })
  github.commentOn(pull, world.alice, '/plumbline plan')
  await eventually(() => expect(plans(pull)).toHaveLength(1))
  expect(warnings()).toHaveLength(1)
  expect(pull.comments.filter(it => it.body.includes('plumbline:permission'))).toHaveLength(1)
  github.setPermissions(permissions)
  await tells(pull)
})
