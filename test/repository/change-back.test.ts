import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGitCache } from '../../src/git/git-cache.ts'
import { changeBack } from '../../src/repository/change-back.ts'
import { createRemote, type Remote } from '../git/remote.ts'

let remote: Remote
let folder: string

beforeEach(async () => {
  remote = await createRemote()
  folder = await mkdtemp(join(tmpdir(), 'plumbline-mirror-'))
  await remote.commit({ 'a.yaml': 'a: 1\nb: 1\nc: 1\nd: 1\n', 'old.yaml': 'x: 1\n' })
})

afterEach(async () => {
  await Promise.all([remote.folder, folder].map(it => rm(it, { recursive: true, force: true })))
})

const { signal } = new AbortController()

/** A pull request of two commits, on a branch that moved before it was merged. */
async function pullRequest(): Promise<string> {
  await remote.git('switch', '--quiet', '--create', 'change')
  await remote.commit({ 'a.yaml': 'a: 2\nb: 1\nc: 1\nd: 1\n', 'new.bin': new Uint8Array([0, 255, 128]) })
  const head = await remote.commit({ 'old.yaml': null, link: '-> a.yaml' })
  await remote.git('switch', '--quiet', 'main')
  await remote.commit({ 'other.yaml': 'y: 1\n' })
  return head
}

const mergings: readonly { readonly how: string; readonly merge: () => Promise<unknown> }[] = [
  {
    how: 'by a merge commit',
    merge: () => remote.git('merge', '--quiet', '--no-ff', '--no-edit', 'change'),
  },
  {
    how: 'as one commit',
    merge: async () => {
      await remote.git('merge', '--quiet', '--squash', 'change')
      await remote.git('commit', '--quiet', '-m', 'Change')
    },
  },
  { how: 'commit by commit', merge: () => remote.git('cherry-pick', 'change~1', 'change') },
]

async function back(head: string, merged: string, onto: string) {
  const git = await createGitCache({ folder, allowedProtocols: ['file'] }).open(remote.cloneUrl)
  await git.fetch([head, merged, onto], null, signal)
  return changeBack(git, { merged, head, onto }, signal)
}

const text = (content: string) => Buffer.from(content)

test.each(mergings)('what was merged $how is taken back whole, and nothing else', async ({ merge }) => {
  const head = await pullRequest()
  await merge()
  const merged = await remote.git('rev-parse', 'HEAD')
  const onto = await remote.commit({ 'later.yaml': 'z: 1\n' })
  expect(await back(head, merged, onto)).toEqual({
    parent: onto,
    files: [
      { path: 'a.yaml', mode: '100644', content: text('a: 1\nb: 1\nc: 1\nd: 1\n') },
      { path: 'link', mode: '120000', content: null },
      { path: 'new.bin', mode: '100644', content: null },
      { path: 'old.yaml', mode: '100644', content: text('x: 1\n') },
    ],
  })
})

test('what came later to the same file stays', async () => {
  const head = await pullRequest()
  await remote.git('merge', '--quiet', '--no-ff', '--no-edit', 'change')
  const merged = await remote.git('rev-parse', 'HEAD')
  const onto = await remote.commit({ 'a.yaml': 'a: 2\nb: 1\nc: 1\nd: 3\n' })
  const result = await back(head, merged, onto)
  expect(result).toMatchObject({
    files: [{ path: 'a.yaml', content: text('a: 1\nb: 1\nc: 1\nd: 3\n') }, {}, {}, {}],
  })
})

test('what came later to the same lines stands in the way', async () => {
  const head = await pullRequest()
  await remote.git('merge', '--quiet', '--no-ff', '--no-edit', 'change')
  const merged = await remote.git('rev-parse', 'HEAD')
  const onto = await remote.commit({ 'a.yaml': 'a: 9\nb: 1\nc: 1\nd: 1\n' })
  expect(await back(head, merged, onto)).toEqual({ conflict: 'later changes of a.yaml stand in the way' })
})

test('what somebody took back already is nothing to propose', async () => {
  const head = await pullRequest()
  await remote.git('merge', '--quiet', '--no-ff', '--no-edit', 'change')
  const merged = await remote.git('rev-parse', 'HEAD')
  await remote.git('revert', '--no-edit', '--mainline', '1', 'HEAD')
  const onto = await remote.git('rev-parse', 'HEAD')
  expect(await back(head, merged, onto)).toEqual({ conflict: 'nothing of it is left on the branch' })
})

test('a file that is not text comes back byte by byte', async () => {
  const bytes = new Uint8Array([0, 255, 254, 10, 128])
  await remote.commit({ 'logo.bin': bytes })
  await remote.git('switch', '--quiet', '--create', 'drop')
  const head = await remote.commit({ 'logo.bin': null })
  await remote.git('switch', '--quiet', 'main')
  await remote.git('merge', '--quiet', '--no-ff', '--no-edit', 'drop')
  const merged = await remote.git('rev-parse', 'HEAD')
  expect(await back(head, merged, merged)).toEqual({
    parent: merged,
    files: [{ path: 'logo.bin', mode: '100644', content: Buffer.from(bytes) }],
  })
})
