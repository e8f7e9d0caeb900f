import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { GitFailure, gitText } from './github/git/run-git.ts'
import type { Scene } from './simulator-fixture.ts'
import { openScaling, shop, startScene } from './simulator-fixture.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-simulator-test-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const cloneUrl = (scene: Scene, token?: string): string =>
  `${scene.simulator.url.replace('//', token ? `//x-access-token:${token}@` : '//')}/ada/shop.git`

async function readToken(scene: Scene, permissions: Record<string, 'read' | 'write'> = { contents: 'read' }) {
  const installation_id = scene.installation.id
  const request = { installation_id, permissions, repositories: ['shop'] }
  return (await scene.appOctokit.rest.apps.createInstallationAccessToken(request)).data.token
}

test('a clone needs a token, and a read-only token cannot push', async () => {
  await using scene = await startScene()
  await expect(gitText(folder, ['clone', cloneUrl(scene), 'a'])).rejects.toThrow(GitFailure)
  await expect(gitText(folder, ['clone', cloneUrl(scene, 'ghs_wrong'), 'b'])).rejects.toThrow(
    /Authentication failed/,
  )
  await gitText(folder, ['clone', '--quiet', cloneUrl(scene, await readToken(scene)), 'shop'])
  expect(await readFile(join(folder, 'shop/apps/frontend.yaml'), 'utf8')).toBe('replicas: 1\n')
  await expect(gitText(join(folder, 'shop'), ['push', 'origin', 'HEAD:refs/heads/x'])).rejects.toThrow(/403/)
  scene.simulator.expireTokens()
  await expect(gitText(join(folder, 'shop'), ['fetch'])).rejects.toThrow(/Authentication failed/)
})

test('a token without contents cannot clone', async () => {
  await using scene = await startScene()
  const token = await readToken(scene, { issues: 'read' })
  await expect(gitText(folder, ['clone', cloneUrl(scene, token)])).rejects.toThrow(/403/)
})

test('a partial clone and a fetch by SHA work, also of a pull request and its test merge', async () => {
  await using scene = await startScene()
  const { pull, sha } = await openScaling(scene)
  await gitText(folder, ['init', '--quiet', 'shop'])
  const shopFolder = join(folder, 'shop')
  const url = cloneUrl(scene, await readToken(scene))
  await gitText(shopFolder, ['fetch', '--quiet', '--depth=1', '--filter=blob:none', url, sha])
  await gitText(shopFolder, [
    'fetch',
    '--quiet',
    url,
    `refs/pull/${pull.number}/merge:merge`,
    'refs/heads/main:base',
  ])
  expect(await gitText(shopFolder, ['show', 'merge:apps/frontend.yaml'])).toBe('replicas: 3 # scale')
  const parents = await gitText(shopFolder, ['rev-list', '--parents', '-n', '1', 'merge'])
  expect(parents.split(' ').slice(1)).toEqual([await gitText(shopFolder, ['rev-parse', 'base']), sha])
})

test('a real push is announced by a signed webhook and moves the pull request', async () => {
  await using scene = await startScene()
  const { simulator, receiver, ada, octokit } = scene
  const { pull, sha } = await openScaling(scene)
  await gitText(folder, ['clone', '--quiet', '-b', 'scale', cloneUrl(scene, simulator.tokenFor(ada)), 'shop'])
  await writeFile(join(folder, 'shop/apps/frontend.yaml'), 'replicas: 5\n')
  const identity = ['-c', 'user.name=Ada Lovelace', '-c', `user.email=${ada.email}`]
  await gitText(join(folder, 'shop'), [...identity, 'commit', '--quiet', '-am', 'Five'])
  const head = await gitText(join(folder, 'shop'), ['rev-parse', 'HEAD'])
  await simulator.settled()
  receiver.received.length = 0
  await gitText(join(folder, 'shop'), ['push', '--quiet', 'origin', 'scale'])
  await simulator.settled()

  expect(receiver.names().sort()).toEqual(['check_suite.requested', 'pull_request.synchronize', 'push'])
  for (const { headers, raw } of receiver.received) {
    const signature = createHmac('sha256', simulator.app.webhookSecret).update(raw).digest('hex')
    expect(headers['x-hub-signature-256']).toBe(`sha256=${signature}`)
    expect(headers).toMatchObject({
      'x-github-hook-installation-target-type': 'integration',
      'x-github-hook-installation-target-id': String(simulator.app.id),
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
    })
  }
  const push = receiver.received.find(one => one.event === 'push')?.payload
  expect(push).toMatchObject({ ref: 'refs/heads/scale', before: sha, after: head, pusher: { name: 'ada' } })
  expect(push?.commits[0]).toMatchObject({
    id: head,
    modified: ['apps/frontend.yaml'],
    author: { username: 'ada' },
  })
  const read = await octokit.rest.pulls.get({ ...shop, pull_number: pull.number })
  expect(read.data.head.sha).toBe(head)
  expect(simulator.violations).toEqual([])
})

test('a merge makes a merge commit and two deliveries', async () => {
  await using scene = await startScene()
  const { simulator, receiver, octokit } = scene
  const { pull, sha } = await openScaling(scene)
  const before = (await octokit.rest.repos.getBranch({ ...shop, branch: 'main' })).data.commit.sha
  await simulator.settled()
  receiver.received.length = 0
  const merged = await octokit.rest.pulls.merge({ ...shop, pull_number: pull.number, sha })
  await simulator.settled()

  const commit = await octokit.rest.repos.getCommit({ ...shop, ref: 'main' })
  expect(commit.data.sha).toBe(merged.data.sha)
  expect(commit.data.parents.map(parent => parent.sha)).toEqual([before, sha])
  const told = receiver.received.filter(one => one.event !== 'check_suite')
  expect(told.map(one => one.event).sort()).toEqual(['pull_request', 'push'])
  expect(told.find(one => one.event === 'pull_request')?.payload).toMatchObject({
    action: 'closed',
    pull_request: { merged: true, merge_commit_sha: merged.data.sha, state: 'closed' },
  })
  expect(told.find(one => one.event === 'push')?.payload).toMatchObject({ ref: 'refs/heads/main', before })
  expect(simulator.violations).toEqual([])
})

test('a conflicting pull request cannot be merged', async () => {
  await using scene = await startScene()
  const { simulator, repository, ada, octokit } = scene
  const { pull } = await openScaling(scene)
  const files = { 'apps/frontend.yaml': 'replicas: 9\n' }
  await simulator.pushCommit({ repository, author: ada, branch: 'main', files, message: 'Nine' })
  const read = await octokit.rest.pulls.get({ ...shop, pull_number: pull.number })
  expect(read.data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' })
  await expect(octokit.rest.pulls.merge({ ...shop, pull_number: pull.number })).rejects.toMatchObject({
    status: 405,
  })
})
