import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Checkouts } from '../../../src/agent/checkout/checkouts.ts'
import { createCheckouts } from '../../../src/agent/checkout/create-checkouts.ts'
import { createGitCache } from '../../../src/git/git-cache.ts'
import { createRemote, type Remote } from '../../git/remote.ts'

const { signal } = new AbortController()
let home: string
let remote: Remote
let checkouts: Checkouts

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-checkouts-'))
  remote = await createRemote()
  const gitCache = createGitCache({ folder: join(home, 'git'), allowedProtocols: ['file'] })
  checkouts = createCheckouts({ gitCache, folder: join(home, 'checkouts'), keep: 0 })
})

afterEach(async () => {
  await checkouts.close()
  await rm(home, { recursive: true, force: true })
  await rm(remote.folder, { recursive: true, force: true })
})

const request = (of: string | { base: string; head: string }) => ({
  cloneUrl: remote.cloneUrl,
  of,
  credential: null,
})

test('a commit is written once for all who want it, and removed after the last', async () => {
  const commit = await remote.commit({ 'a.txt': 'a' })
  const [one, two] = await Promise.all([
    checkouts.of(request(commit), signal),
    checkouts.of(request(commit), signal),
  ])
  expect(one.folder).toBe(two.folder)
  expect(one.contentKey).toBe(commit)
  expect(await readFile(join(one.folder, 'a.txt'), 'utf8')).toBe('a')
  one.release()
  one.release()
  expect(existsSync(two.folder)).toBe(true)
  two.release()
  await vi.waitFor(() => expect(existsSync(two.folder)).toBe(false))
})

test('a merge holds both sides', async () => {
  const first = await remote.commit({ 'a.txt': 'a' })
  const base = await remote.commit({ 'b.txt': 'b' })
  await remote.git('checkout', '--quiet', '-b', 'feature', first)
  const head = await remote.commit({ 'c.txt': 'c' })
  const checkout = await checkouts.of(request({ base, head }), signal)
  expect((await readdir(checkout.folder)).sort()).toEqual(['a.txt', 'b.txt', 'c.txt'])
})

test('a conflict names its files', async () => {
  const first = await remote.commit({ 'a.txt': 'a' })
  const base = await remote.commit({ 'a.txt': 'b' })
  await remote.git('checkout', '--quiet', '-b', 'feature', first)
  const head = await remote.commit({ 'a.txt': 'c' })
  await expect(checkouts.of(request({ base, head }), signal)).rejects.toMatchObject({
    name: 'InvalidInputError',
    problems: [{ code: 'merge-conflict', location: { file: 'a.txt' } }],
  })
})

test('folders of processes that died are removed, those of the living stay', async () => {
  const dead = join(home, 'checkouts', 'process-999999999-1-x')
  const earlierSelf = join(home, 'checkouts', `process-${process.pid}-1-x`)
  const living = join(home, 'checkouts', `process-${process.ppid}-1-x`)
  for (const folder of [dead, earlierSelf, living]) await mkdir(folder, { recursive: true })
  await checkouts.of(request(await remote.commit({ 'a.txt': 'a' })), signal)
  expect([dead, earlierSelf, living].map(it => existsSync(it))).toEqual([false, false, true])
})

test('a failure is not kept', async () => {
  const commit = await remote.commit({ 'a.txt': 'a' })
  await expect(checkouts.of(request('1'.repeat(40)), signal)).rejects.toMatchObject({ name: 'GitError' })
  const checkout = await checkouts.of(request(commit), signal)
  expect(existsSync(checkout.folder)).toBe(true)
})
