import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGitCache } from '../../src/git/git-cache.ts'
import type { GitRepository } from '../../src/git/repository.ts'
import { createRemote, type Remote } from './remote.ts'

const { signal } = new AbortController()
let scratch: string
let remote: Remote
let mirror: GitRepository
let first: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'plumbline-git-'))
  remote = await createRemote()
  first = await remote.commit({ 'a.txt': 'one\ntwo\nthree\n', 'dir/b.txt': 'b\n', 'dir/deep/c.txt': 'c\n' })
  mirror = await createGitCache({ folder: join(scratch, 'git'), allowedProtocols: ['file'] }).open(
    remote.cloneUrl,
  )
  await mirror.fetch([first], null, signal)
})

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true })
  await rm(remote.folder, { recursive: true, force: true })
})

describe('reading a mirror', () => {
  test('lists all files, or those below a folder', async () => {
    const all = await mirror.listFiles(first, '', signal)
    expect(all.map(it => it.path)).toEqual(['a.txt', 'dir/b.txt', 'dir/deep/c.txt'])
    expect(all[0]).toMatchObject({ mode: '100644', type: 'blob' })
    const below = await mirror.listFiles(first, 'dir', signal)
    expect(below.map(it => it.path)).toEqual(['dir/b.txt', 'dir/deep/c.txt'])
    expect(await mirror.listFiles(first, 'no/such', signal)).toEqual([])
  })

  test('reads one file, and null when it is missing or a folder', async () => {
    expect(await mirror.readFile(first, 'dir/b.txt', 100, signal)).toBe('b\n')
    expect(await mirror.readFile(first, 'nope', 100, signal)).toBeNull()
    expect(await mirror.readFile(first, 'dir', 100, signal)).toBeNull()
    expect(await mirror.readFile(first, 'odd\nname', 100, signal)).toBeNull()
  })

  test('refuses a file over the limit and says both sizes', async () => {
    await expect(mirror.readFile(first, 'a.txt', 5, signal)).rejects.toMatchObject({
      name: 'GitError',
      code: 'invalid',
      message: 'could not read a.txt: it has 14 bytes, at most 5 are read',
    })
  })

  test('reads many blobs in the order asked for, null for those too large', async () => {
    const [a, b, c] = (await mirror.listFiles(first, '', signal)).map(it => it.sha)
    expect(await mirror.readBlobs([c!, a!, b!, c!], 10, signal)).toEqual(['c\n', null, 'b\n', 'c\n'])
    expect(await mirror.readBlobs([], 10, signal)).toEqual([])
  })

  test('takes no names where a SHA is due', async () => {
    await expect(mirror.listFiles('main', '', signal)).rejects.toMatchObject({ code: 'invalid' })
    await expect(mirror.merge('--help', first, signal)).rejects.toMatchObject({ code: 'invalid' })
    await expect(mirror.fetch(['--upload-pack=touch /tmp/x'], null, signal)).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  test('needs no remote once a commit is here', async () => {
    const gone = await createRemote()
    const commit = await gone.commit({ 'x.txt': 'x' })
    const repository = await createGitCache({
      folder: join(scratch, 'gone'),
      allowedProtocols: ['file'],
    }).open(gone.cloneUrl)
    await repository.fetch([commit], null, signal)
    await rm(gone.folder, { recursive: true })
    await repository.fetch([commit], null, signal)
    expect(await repository.readFile(commit, 'x.txt', 10, signal)).toBe('x')
    await expect(repository.resolveRemote('main', null, signal)).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('fetching', () => {
  test('finds branches, tags and HEAD on the remote, and says null for what is not there', async () => {
    await remote.git('tag', '-a', 'v1', '-m', 'release', first)
    await remote.git('branch', 'feature/x', first)
    expect(await mirror.resolveRemote('HEAD', null, signal)).toBe(await remote.git('rev-parse', 'HEAD'))
    expect(await mirror.resolveRemote('feature/x', null, signal)).toBe(first)
    expect(await mirror.resolveRemote('refs/heads/feature/x', null, signal)).toBe(first)
    expect(await mirror.resolveRemote('v1', null, signal)).toBe(first)
    expect(await mirror.resolveRemote(first, null, signal)).toBe(first)
    expect(await mirror.resolveRemote('nope', null, signal)).toBeNull()
  })

  test.each(['--upload-pack=x', 'a..b', 'a b', '-x', 'x.lock', 'a@{1}', ''])(
    'refuses the name "%s"',
    async name => {
      await expect(mirror.resolveRemote(name, null, signal)).rejects.toMatchObject({ code: 'invalid' })
    },
  )

  test('says when the remote does not have the commit', async () => {
    const nowhere = '1'.repeat(40)
    await expect(mirror.fetch([nowhere], null, signal)).rejects.toMatchObject({
      name: 'GitError',
      code: 'not-found',
      passing: false,
    })
  })

  test('two caches on one folder fetch at the same time', async () => {
    const commits = [await remote.commit({ 'n.txt': '1' }), await remote.commit({ 'n.txt': '2' })]
    const shared = join(scratch, 'shared')
    const open = () => createGitCache({ folder: shared, allowedProtocols: ['file'] }).open(remote.cloneUrl)
    const repositories = await Promise.all([open(), open(), open(), open()])
    await Promise.all(repositories.map((it, index) => it.fetch([commits[index % 2]!], null, signal)))
    for (const it of repositories) expect(await it.readFile(commits[1]!, 'n.txt', 10, signal)).toBe('2')
    const left = (await readdir(shared)).filter(name => name.startsWith('.new-'))
    expect(left).toEqual([])
  })

  test('stops when it is aborted', async () => {
    await expect(
      mirror.fetch(['2'.repeat(40)], null, AbortSignal.abort(new Error('enough'))),
    ).rejects.toThrow('enough')
  })
})

describe('opening', () => {
  test.each([
    ['ext::sh -c touch% /tmp/pwned', /not allowed|not a clone URL/],
    ['git@github.com:acme/shop.git', /not a clone URL/],
    ['http://github.com/acme/shop.git', /not allowed here, only https/],
    ['https://me:secret@github.com/acme/shop.git', /holds credentials/],
  ])('refuses %s', async (url, reason) => {
    const cache = createGitCache({ folder: join(scratch, 'never') })
    await expect(cache.open(url)).rejects.toThrow(reason)
    await expect(cache.open(url)).rejects.not.toThrow(/secret/)
  })
})

describe('merging', () => {
  test('gives the tree of a clean merge without touching either side', async () => {
    await remote.git('checkout', '--quiet', '-B', 'left', first)
    const left = await remote.commit({ 'a.txt': 'ONE\ntwo\nthree\n' })
    await remote.git('checkout', '--quiet', '-B', 'right', first)
    const right = await remote.commit({ 'a.txt': 'one\ntwo\nTHREE\n', 'new.txt': 'n' })
    await mirror.fetch([left, right], null, signal)
    const merged = await mirror.merge(left, right, signal)
    if (merged.kind !== 'merged') throw new Error('expected a merge')
    expect(await mirror.readFile(merged.tree, 'a.txt', 100, signal)).toBe('ONE\ntwo\nTHREE\n')
    expect(await mirror.mergeBase(left, right, signal)).toBe(first)
    expect(await mirror.changedFiles(left, merged.tree, signal)).toEqual(['a.txt', 'new.txt'])
  })

  test('names the files of a conflict', async () => {
    await remote.git('checkout', '--quiet', '-B', 'ours', first)
    const ours = await remote.commit({ 'a.txt': 'ours\n', 'dir/b.txt': 'ours' })
    await remote.git('checkout', '--quiet', '-B', 'theirs', first)
    const theirs = await remote.commit({ 'a.txt': 'theirs\n', 'dir/b.txt': null })
    await mirror.fetch([ours, theirs], null, signal)
    expect(await mirror.merge(ours, theirs, signal)).toEqual({
      kind: 'conflict',
      files: ['a.txt', 'dir/b.txt'],
    })
  })

  test('says null for the merge base of strangers, and both sides of a rename', async () => {
    await remote.git('checkout', '--quiet', '--orphan', 'stranger', first)
    const stranger = await remote.commit({ 'a.txt': null, 'moved.txt': 'one\ntwo\nthree\n' })
    await mirror.fetch([stranger], null, signal)
    expect(await mirror.mergeBase(first, stranger, signal)).toBeNull()
    expect(await mirror.changedFiles(first, stranger, signal)).toEqual(['a.txt', 'moved.txt'])
  })
})

describe('extracting', () => {
  test('writes files byte by byte, symlinks as they are, and runs nothing', async () => {
    await remote.git('checkout', '--quiet', '-B', 'odd', first)
    await remote.git('config', 'filter.evil.clean', 'cat')
    const commit = await remote.commit({
      '.gitattributes': '*.txt text eol=crlf ident\n*.bin filter=evil\n',
      'e.txt': '$Id$\nline\n',
      'e.bin': new Uint8Array([0, 255, 13, 10]),
      link: '-> ../../etc/passwd',
      'run.sh': '#!/bin/sh\n',
    })
    await mirror.fetch([commit], null, signal)
    const folder = await mkdtemp(join(scratch, 'out-'))
    await mirror.extract(commit, folder, signal)
    expect(await readFile(join(folder, 'e.txt'), 'utf8')).toBe('$Id$\nline\n')
    expect([...(await readFile(join(folder, 'e.bin')))]).toEqual([0, 255, 13, 10])
    expect(await readlink(join(folder, 'link'))).toBe('../../etc/passwd')
    expect((await lstat(join(folder, 'dir/deep/c.txt'))).isFile()).toBe(true)
    await expect(lstat(join(folder, '.git'))).rejects.toThrow('ENOENT')
  })

  test('refuses a tree beyond its bounds', async () => {
    const tight = await createGitCache({
      folder: join(scratch, 'git'),
      allowedProtocols: ['file'],
      limits: { maxFiles: 2 },
    }).open(remote.cloneUrl)
    const folder = await mkdtemp(join(scratch, 'tight-'))
    await expect(tight.extract(first, folder, signal)).rejects.toThrow(
      /it has 3 files, at most 2 are allowed/,
    )
    expect(await readdir(folder)).toEqual([])
  })
})
