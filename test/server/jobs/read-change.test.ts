import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGitCache } from '../../../src/git/git-cache.ts'
import { readChange } from '../../../src/server/jobs/read-change.ts'
import { createRemote, type Remote } from '../../git/remote.ts'

const { signal } = new AbortController()
let cache: string
let remote: Remote
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'plumbline-cache-'))
  remote = await createRemote()
})
afterAll(async () => {
  await rm(cache, { recursive: true, force: true })
  await rm(remote.folder, { recursive: true, force: true })
})

const application = (name: string, destination = '{ name: dev }') =>
  [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    `metadata: { name: ${name} }`,
    'spec:',
    '  source: { repoURL: ., path: app }',
    `  destination: ${destination}`,
    '',
  ].join('\n')

/** What one commit after another means. */
async function reading(before: Record<string, string>, change: Record<string, string | null>) {
  const from = await remote.commit({ 'shop.yaml': null, 'moved.yaml': null, 'other.yaml': null, ...before })
  const to = await remote.commit(change)
  const git = await createGitCache({ folder: cache, allowedProtocols: ['file'] }).open(remote.cloneUrl)
  await git.fetch([from, to], null, signal)
  const ref = {
    forge: 'github',
    host: 'localhost',
    fullName: 'acme/shop',
    cloneUrl: remote.cloneUrl,
  } as const
  const branch = { name: 'main', isDefault: true }
  const { affected, problems } = await readChange({ git, ref, before: from, after: to, branch }, signal)
  return {
    removed: affected.filter(it => it.removed).map(it => it.application.name),
    problems: problems.map(it => it.location?.file),
  }
}

describe('an application', () => {
  test('whose document is gone is removed', async () => {
    expect(await reading({ 'shop.yaml': application('shop') }, { 'shop.yaml': null })).toEqual({
      removed: ['shop'],
      problems: [],
    })
  })

  test('whose document is broken is a problem, and not removed', async () => {
    const change = { 'shop.yaml': application('shop', '{}') }
    expect(await reading({ 'shop.yaml': application('shop') }, change)).toEqual({
      removed: [],
      problems: ['shop.yaml'],
    })
  })

  test('whose document moves, and breaks on the way, is not removed either', async () => {
    const change = { 'shop.yaml': null, 'moved.yaml': application('shop', '{}') }
    expect(await reading({ 'shop.yaml': application('shop') }, change)).toEqual({
      removed: [],
      problems: ['moved.yaml'],
    })
  })

  test('is removed although another document was broken before', async () => {
    const before = { 'shop.yaml': application('shop'), 'other.yaml': application('other', '{}') }
    expect(await reading(before, { 'shop.yaml': null })).toEqual({
      removed: ['shop'],
      problems: ['other.yaml'],
    })
  })

  test('in a file that grows too large to be read is not removed', async () => {
    const change = { 'shop.yaml': `${'# long\n'.repeat(800_000)}${application('shop')}` }
    expect(await reading({ 'shop.yaml': application('shop') }, change)).toEqual({
      removed: [],
      problems: ['shop.yaml'],
    })
  })
})
