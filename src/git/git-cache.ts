import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkCloneUrl } from './clone-url.ts'
import { extract } from './extract.ts'
import { fetchRevisions, resolveRemote } from './fetch.ts'
import { checkGitVersion } from './git-version.ts'
import { merge, mergeBase } from './merge.ts'
import { ancestors, commitsAhead, revert } from './revert.ts'
import { type Mirror, runInMirror } from './mirror-git.ts'
import { changedFiles, listFiles, readBlobs, readBytes, readFile } from './read.ts'
import type { GitCache, GitRepository } from './repository.ts'

export interface GitCacheOptions {
  /** Holds one bare mirror per remote; created when missing. Several processes may share it. */
  readonly folder: string
  /** Default: `https` alone. `http` for a forge without TLS, `file` for tests. */
  readonly allowedProtocols?: readonly string[]
  readonly limits?: Partial<GitLimits>
}

export interface GitLimits {
  /** Largest mirror, packed. Default 5 GiB. */
  readonly maxRepositoryBytes: number
  /** Most files of one tree that are written out. Default 200,000. */
  readonly maxFiles: number
  /** All files of one tree that is written out. Default 2 GiB. */
  readonly maxCheckoutBytes: number
}

const defaultLimits: GitLimits = {
  maxRepositoryBytes: 5 * 1024 ** 3,
  maxFiles: 200_000,
  maxCheckoutBytes: 2 * 1024 ** 3,
}

/** Mirrors by means of the `git` binary, 2.38 or newer. */
export function createGitCache(options: GitCacheOptions): GitCache {
  const allowedProtocols = options.allowedProtocols ?? ['https']
  const limits = { ...defaultLimits, ...options.limits }
  const opened = new Map<string, Promise<GitRepository>>()

  async function openMirror(url: URL): Promise<GitRepository> {
    await checkGitVersion()
    const name = createHash('sha256').update(url.href).digest('hex').slice(0, 32)
    const mirror: Mirror = {
      folder: join(resolve(options.folder), `${name}.git`),
      url,
      allowedProtocols: allowedProtocols.join(':'),
    }
    await createMirror(mirror)
    return repositoryOf(mirror, limits)
  }

  return {
    async open(cloneUrl) {
      const url = checkCloneUrl(cloneUrl, allowedProtocols)
      const found = opened.get(url.href)
      if (found) return found
      const opening = openMirror(url)
      opened.set(url.href, opening)
      opening.catch(() => opened.delete(url.href))
      return opening
    },
  }
}

function repositoryOf(mirror: Mirror, limits: GitLimits): GitRepository {
  return {
    fetch: (revisions, credential, signal) =>
      fetchRevisions(mirror, revisions, credential, { ...limits, signal }),
    resolveRemote: (name, credential, signal) => resolveRemote(mirror, name, credential, signal),
    merge: (base, head, signal) => merge(mirror, base, head, signal),
    mergeBase: (a, b, signal) => mergeBase(mirror, a, b, signal),
    revert: (it, signal) => revert(mirror, it, signal),
    ancestors: (revision, count, signal) => ancestors(mirror, revision, count, signal),
    commitsAhead: (head, onto, signal) => commitsAhead(mirror, head, onto, signal),
    changedFiles: (from, to, signal) => changedFiles(mirror, from, to, signal),
    listFiles: (treeish, prefix, signal) => listFiles(mirror, treeish, prefix, signal),
    readFile: (treeish, path, maxBytes, signal) => readFile(mirror, treeish, path, { maxBytes, signal }),
    readBlobs: (shas, maxBytes, signal) => readBlobs(mirror, shas, maxBytes, signal),
    readBytes: (shas, maxBytes, signal) => readBytes(mirror, shas, maxBytes, signal),
    extract: (treeish, folder, signal) =>
      extract(mirror, treeish, folder, {
        maxFiles: limits.maxFiles,
        maxBytes: limits.maxCheckoutBytes,
        signal,
      }),
  }
}

/** Wins over every `.gitattributes`: no conversion of line ends or encodings, no `$Id$`, no filter drivers. */
const attributes = '* -text !eol !crlf -ident !filter !working-tree-encoding\n'

async function createMirror(mirror: Mirror): Promise<void> {
  if (await exists(join(mirror.folder, 'HEAD'))) return
  const parent = join(mirror.folder, '..')
  await mkdir(parent, { recursive: true })
  const unfinished = await mkdtemp(join(parent, '.new-'))
  try {
    await runInMirror(
      { ...mirror, folder: unfinished },
      {
        args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=none'],
        attempted: `create a mirror of ${mirror.url.host}${mirror.url.pathname}`,
        signal: new AbortController().signal,
      },
    )
    await mkdir(join(unfinished, 'info'), { recursive: true })
    await writeFile(join(unfinished, 'info', 'attributes'), attributes)
    await writeFile(join(unfinished, 'description'), `Mirror of ${mirror.url.href}, kept by Plumbline.\n`)
    await rename(unfinished, mirror.folder)
  } catch (error) {
    // Another process was first: its mirror is as good.
    if (!(await exists(join(mirror.folder, 'HEAD')))) throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
