import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { numberOfGroup } from '../../src/server/queue/job.ts'
import type { PullRequest, Repository, User } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { aPlan, aSyncResult } from './builders/application.ts'
import { digest, resultComment } from './commands/scene.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

/** Several merges that one push brings: each pull request is told what became of what it changed. */

let world: World
let agent: FakeAgent
let bob: User
/** What every plan and sync would do, beyond what its head says. */
let change: (name: string, revision: string) => string
beforeAll(async () => {
  world = await startWorld({ baseMoves: 1, planAgain: 0 })
  bob = world.github.createUser('bob')
  await connect(await world.register('dev'))
})
beforeEach(() => {
  change = (_, revision) => revision
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

let token: string
async function connect(as: string): Promise<void> {
  token = as
  agent = await startFakeAgent(world.server.url, token, command => {
    if (command.kind !== 'plan' && command.kind !== 'sync') return null
    const { name: application } = command.application
    const revision = command.kind === 'plan' ? command.head : command.revision
    const changeDigest = digest(change(application, revision))
    const plan = aPlan({ application, cluster: 'dev', revision, changeDigest })
    if (command.kind === 'plan') return { kind: 'plan', outcome: { kind: 'planned', plan } }
    // As an agent does: what is not what was reviewed is not written.
    const moved = command.requireReviewedPlan && changeDigest !== command.reviewedDigest
    const more = moved
      ? { outcome: 'waiting' as const, error: { code: 'plan-moved', message: 'the cluster moved' } }
      : {}
    return { kind: 'sync', result: aSyncResult({ application, cluster: 'dev', revision, plan, ...more }) }
  })
}

interface Shop {
  readonly repository: Repository
  open(branch: string, ...commits: readonly Readonly<Record<string, string>>[]): Promise<PullRequest>
  push(branch: string, files: Readonly<Record<string, string>>): Promise<string>
  synced(name: string): readonly string[]
}

const application = (name: string, folder: string): string =>
  [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    `metadata: { name: ${name} }`,
    'spec:',
    `  source: { repoURL: ., path: ${folder} }`,
    '  destination: { name: dev }',
    '  syncPolicy: { automated: {} }',
    '',
  ].join('\n')

/** A repository with the applications NAME-a, NAME-b and NAME-c, synced once. */
async function shop(name: string, settings = 'version: 1\n'): Promise<Shop> {
  const folders = ['a', 'b', 'c']
  const repository = await world.repository(name, {
    '.plumbline.yaml': settings,
    'README.md': 'x\n',
    ...Object.fromEntries(folders.map(it => [`${it}.yaml`, application(`${name}-${it}`, it)])),
    ...Object.fromEntries(folders.map(it => [`${it}/it.yaml`, 'a: 0\n'])),
  })
  repository.collaborators.set(bob, 'write')
  const push: Shop['push'] = (branch, files) =>
    world.github.pushCommit({ repository, author: world.alice, branch, files, message: branch })
  const key = `github:${new URL(world.github.url).host}/acme/${name}`
  const tip = await push('main', { 'README.md': 'y\n' })
  await eventually(async () => expect(await world.store.branches.handled(key, 'main')).toBe(tip))
  return {
    repository,
    push,
    async open(branch, ...commits) {
      for (const files of commits) await push(branch, files)
      const pull = { repository, author: world.alice, title: branch, head: branch, base: 'main' }
      const opened = await world.github.openPullRequest(pull)
      await planned(opened)
      return opened
    },
    synced: of =>
      agent.received.flatMap(({ command }) =>
        command.kind === 'sync' && command.application.name === `${name}-${of}` ? [command.revision] : [],
      ),
  }
}

const planned = (pull: PullRequest) =>
  eventually(() => {
    const runs = world.github.checkRuns(pull.repository, pull.pull.headSha)
    expect(runs.findLast(it => it.name === 'plumbline')?.status).toBe('completed')
  })
const says = (pull: PullRequest, text: RegExp) => eventually(() => expect(resultComment(pull)).toMatch(text))

/** What was lost is found by then, or soon after. */
async function restarted(): Promise<void> {
  await agent.stop()
  await world.restartServer()
  await connect(token)
}

/** Merges them one after the other, of which nothing is heard until the last one's push comes. Returns the tip of the branch. */
async function mergeTogether(pulls: readonly PullRequest[], method?: Method): Promise<string> {
  const { github } = world
  await github.settled()
  github.faults.onDelivery('push', { kind: 'lose' }, pulls.length - 1)
  github.faults.onDelivery('pull_request.closed', { kind: 'lose' }, pulls.length)
  let tip = ''
  for (const it of pulls) tip = await merge(it, method)
  await github.settled()
  return tip
}

/** What is answered to a comment that commands something. */
async function answerTo(pull: PullRequest, body: string): Promise<string> {
  const before = pull.comments.length
  const comment = world.github.commentOn(pull, bob, body)
  return eventually(() => {
    if (comment.reactions.some(it => it.content === '+1')) return '+1'
    const reply = pull.comments.slice(before).find(it => it.byApp)
    if (!reply) throw new Error('no answer yet')
    return reply.body
  })
}

type Method = 'merge' | 'squash' | 'rebase'
const merge = (pull: PullRequest, method: Method = 'merge') =>
  world.github.mergePullRequest(pull, world.alice, { method })

const ways = ['merge', 'squash', 'rebase'] as const

test.each(ways)('two merges of one push are each told their own (%s)', async method => {
  const { open, synced } = await shop(`apart-${method}`)
  const one = await open('one', { 'a/it.yaml': 'a: 1\n' }, { 'b/it.yaml': 'a: 1\n' })
  const two = await open('two', { 'c/it.yaml': 'a: 1\n' }, { 'c/more.yaml': 'a: 1\n' })
  const tip = await mergeTogether([one, two], method)
  await says(one, /synced on dev/)
  await says(two, /synced on dev/)
  expect(resultComment(one)).toMatch(new RegExp(`\\| apart-${method}-a \\|[^]*\\| apart-${method}-b \\|`))
  expect(resultComment(one)).not.toContain(`apart-${method}-c`)
  expect(resultComment(one)).not.toContain('together')
  expect(resultComment(two)).toContain(`apart-${method}-c`)
  expect(resultComment(two)).not.toMatch(new RegExp(`apart-${method}-[ab]`))
  for (const name of ['a', 'b', 'c']) expect(synced(name)).toEqual([tip])
})

test('what a later merge of the same push changed as well is one sync, which both tell', async () => {
  const { open, synced, repository } = await shop('both')
  const one = await open('one', { 'a/one.yaml': 'a: 1\n', 'b/it.yaml': 'a: 1\n' })
  const two = await open('two', { 'a/two.yaml': 'a: 1\n' })
  const tip = await mergeTogether([one, two])
  await says(one, new RegExp(`\\| both-a \\| dev \\| synced: [^|]*, together with #${two.number} \\|`))
  await says(one, /\| both-b \| dev \| synced: [^|#]* \|/)
  await says(two, /\| both-a \| dev \| synced: [^|#]* \|/)
  expect(resultComment(two)).not.toContain('both-b')
  expect(synced('a')).toEqual([tip])
  await eventually(() =>
    expect(world.github.checkRuns(repository, tip).findLast(it => it.name === 'plumbline')).toMatchObject({
      conclusion: 'success',
      title: 'Synced on dev',
    }),
  )
  expect(await answerTo(one, '/plumbline sync')).toContain('Nothing is left to sync here')
  for (const pull of [one, two]) {
    expect(pull.comments.filter(it => it.body.startsWith('<!-- plumbline:result -->'))).toHaveLength(1)
  }
})

test('a merge whose end GitHub tells only later is told its own then', async () => {
  const { open, push, synced } = await shop('later')
  const one = await open('one', { 'a/it.yaml': 'a: 1\n' }, { 'b/it.yaml': 'a: 1\n' })
  const two = await open('two', { 'c/it.yaml': 'a: 1\n' })
  const { github } = world
  await github.settled()
  github.faults.onDelivery('push', { kind: 'lose' }, 2)
  github.faults.onDelivery('pull_request.closed', { kind: 'lose' }, 2)
  await merge(one, 'rebase')
  await merge(two)
  const ends = [one, two].map(it => it.pull.mergedAt)
  for (const it of [one, two]) it.pull.mergedAt = null
  await push('main', { 'README.md': 'z\n' })
  await eventually(() => expect(synced('c')).toHaveLength(1))
  for (const [index, it] of [one, two].entries()) it.pull.mergedAt = ends[index] ?? null
  await restarted()
  await says(one, /\| later-a \|[^]*\| later-b \|/)
  await says(two, /\| later-c \|/)
  expect(resultComment(two)).not.toMatch(/later-[ab]/)
})

test('approvals of the earlier of two merges count for what only it changed', async () => {
  const { open } = await shop('approved', 'version: 1\nenvironments: [{ name: dev, approvals: 1 }]\n')
  const one = await open('one', { 'a/it.yaml': 'a: 1\n' })
  const two = await open('two', { 'b/it.yaml': 'a: 1\n' })
  expect(await answerTo(one, '/plumbline approve dev')).toBe('+1')
  // Nothing moves: what is synced is what was planned.
  const head = one.pull.headSha
  change = (_, revision) => (revision === head ? revision : head)
  await mergeTogether([one, two])
  await says(one, /\| approved-a \| dev \| synced/)
  await says(two, /\| approved-b \| dev \| waits for approval \(1 approval\)/)
})

test('what two merges of one push changed is not synced before somebody has seen both', async () => {
  const { open, synced } = await shop('moved', 'version: 1\nenvironments: [{ name: dev, approvals: 1 }]\n')
  const one = await open('one', { 'a/one.yaml': 'a: 1\n' })
  const two = await open('two', { 'a/two.yaml': 'a: 1\n' })
  for (const pull of [one, two]) expect(await answerTo(pull, '/plumbline approve dev')).toBe('+1')
  await mergeTogether([one, two])
  await says(two, /the cluster moved since it was approved; waits for approval/)
  await says(one, new RegExp(`moved since[^|]* on #${two.number} \\|`))
  expect(await answerTo(one, '/plumbline approve dev')).toContain(`together with #${two.number}`)
  expect(synced('a')).toHaveLength(1)
  world.github.commentOn(two, bob, '/plumbline approve dev')
  await says(two, /\| moved-a \| dev \| synced/)
  await says(one, new RegExp(`\\| moved-a \\| dev \\| synced: [^|]*, together with #${two.number} \\|`))
})

test('one merge asks the forge no more than before, however many commits it puts there', async () => {
  const { open } = await shop('spared')
  const one = await open(
    'one',
    { 'a/it.yaml': 'a: 1\n' },
    { 'a/it.yaml': 'a: 2\n' },
    { 'b/it.yaml': 'a: 1\n' },
  )
  const asked = () =>
    world.github.requests.filter(
      it => it.operation === 'repos/list-pull-requests-associated-with-commit' && it.path.includes('spared'),
    ).length
  const before = asked()
  await merge(one, 'rebase')
  await says(one, /\| spared-a \|[^]*\| spared-b \|/)
  expect(asked() - before).toBe(1)
})

test('a group of a merge queue gets its check, though another had its number', async () => {
  const { open, repository } = await shop('grouped')
  const one = await open('one', { 'a/it.yaml': 'a: 1\n' })
  world.github.faults.onDelivery('merge_group.checks_requested', { kind: 'lose' })
  const group = await world.github.queueGroup([one], world.alice)
  await world.github.settled()
  const host = new URL(world.github.url).host
  const other = `${group.headSha.slice(0, 7)}${'0'.repeat(33)}`
  const record = await world.store.pullRequests.save(`github:${host}/acme/grouped`, {
    number: numberOfGroup(group.headSha),
    title: 'another group',
    author: '',
    state: 'closed',
    draft: false,
    head: other,
    base: group.baseSha,
    baseRef: 'main',
    fromFork: false,
    mergeRevision: null,
    url: '',
  })
  expect(record.head).toBe(other)
  await restarted()
  await eventually(() =>
    expect(
      world.github.checkRuns(repository, group.headSha).findLast(it => it.name === 'plumbline'),
    ).toMatchObject({ conclusion: 'success', title: '1 application changes on 1 cluster' }),
  )
})
