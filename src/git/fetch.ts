import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitCredential, Revision } from '../model/repository.ts'
import { isRevision } from '../model/repository.ts'
import { checkRefName, credentialEnvironment, secretsOf } from './clone-url.ts'
import { withLock } from './lock.ts'
import { checkTreeish, type Mirror, runInMirror, runOverNetwork } from './mirror-git.ts'
import { GitError } from './repository.ts'

const fetchTimeoutSeconds = 900

/** Under which fetched commits are kept: what no ref reaches would be cleaned away one day. */
const keptPrefix = 'refs/plumbline/keep/'
const keptRevisions = 500

export interface FetchLimits {
  /** Largest mirror that a fetch may grow to. */
  readonly maxRepositoryBytes: number
}

/**
 * Brings commits here with their whole history and all their files. Neither shallow nor partial (`--filter=blob:none`) on
 * purpose: a merge base needs history, a merge and a render need files, and reads must never touch the network. The
 * price is one full fetch per repository; every later one brings only what is new.
 */
export async function fetchRevisions(
  mirror: Mirror,
  revisions: readonly Revision[],
  credential: GitCredential | null,
  limits: FetchLimits & { readonly signal: AbortSignal },
): Promise<void> {
  checkTreeish(...revisions)
  if ((await missing(mirror, revisions, limits.signal)).length === 0) return
  await withLock(join(mirror.folder, 'plumbline.lock'), limits.signal, async () => {
    const wanted = await missing(mirror, revisions, limits.signal)
    if (wanted.length === 0) return
    await removeLeftovers(mirror.folder)
    await fetchWanted(mirror, wanted, credential, limits)
    await tidy(mirror, limits.signal)
  })
}

async function fetchWanted(
  mirror: Mirror,
  wanted: readonly Revision[],
  credential: GitCredential | null,
  limits: FetchLimits & { readonly signal: AbortSignal },
): Promise<void> {
  const bySha = wanted.map(sha => `+${sha}:${keptPrefix}${sha}`)
  try {
    await fetchRefs(mirror, bySha, credential, limits)
  } catch (error) {
    if (!(error instanceof GitError) || !/unadvertised object/.test(error.message)) throw error
    // An older server that gives out branches only: they hold every commit that a pull request here can have.
    await fetchRefs(mirror, ['+refs/heads/*:refs/plumbline/heads/*'], credential, limits)
    const [lost] = await missing(mirror, wanted, limits.signal)
    if (lost) throw new GitError('not-found', `could not fetch ${lost}: no branch holds it`, false)
  }
}

async function fetchRefs(
  mirror: Mirror,
  refspecs: readonly string[],
  credential: GitCredential | null,
  limits: FetchLimits & { readonly signal: AbortSignal },
): Promise<void> {
  const attempted = `fetch from ${mirror.url.host}${mirror.url.pathname}`
  const overgrown = new AbortController()
  const look = async () => {
    if ((await packBytes(mirror.folder)) <= limits.maxRepositoryBytes) return
    const message = `could not ${attempted}: the repository is larger than ${limits.maxRepositoryBytes} bytes`
    overgrown.abort(new GitError('invalid', message, false))
  }
  const watch = setInterval(() => void look(), 1_000)
  try {
    await runOverNetwork(mirror, {
      args: [
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-recurse-submodules',
        '--end-of-options',
        mirror.url.href,
        ...refspecs,
      ],
      attempted,
      environment: credentialEnvironment(mirror.url, credential),
      secrets: secretsOf(credential),
      signal: AbortSignal.any([limits.signal, overgrown.signal]),
      timeoutSeconds: fetchTimeoutSeconds,
    })
  } finally {
    clearInterval(watch)
  }
}

export async function resolveRemote(
  mirror: Mirror,
  name: string,
  credential: GitCredential | null,
  signal: AbortSignal,
): Promise<Revision | null> {
  if (isRevision(name)) return name
  checkRefName(name)
  const wanted = name.startsWith('refs/')
    ? [name, `${name}^{}`]
    : name === 'HEAD'
      ? ['HEAD']
      : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/tags/${name}^{}`]
  const { stdout } = await runOverNetwork(mirror, {
    args: ['ls-remote', '--quiet', '--end-of-options', mirror.url.href, ...wanted],
    attempted: `ask ${mirror.url.host}${mirror.url.pathname} for ${name}`,
    environment: credentialEnvironment(mirror.url, credential),
    secrets: secretsOf(credential),
    signal,
  })
  const found = new Map<string, Revision>()
  for (const line of stdout.toString('utf8').split('\n')) {
    const [sha, ref] = line.split('\t')
    if (sha && ref) found.set(ref, sha)
  }
  // A branch before a tag of the same name; an annotated tag's commit before the tag itself.
  const branch = name.startsWith('refs/') || name === 'HEAD' ? undefined : found.get(wanted[0]!)
  return branch ?? found.get(wanted.at(-1)!) ?? found.get(wanted.at(-2) ?? '') ?? null
}

async function missing(
  mirror: Mirror,
  revisions: readonly Revision[],
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  const { stdout } = await runInMirror(mirror, {
    args: ['cat-file', '--batch-check=%(objecttype)'],
    attempted: 'look up commits',
    input: revisions.map(sha => `${sha}\n`).join(''),
    signal,
  })
  const lines = stdout.toString('utf8').split('\n')
  return revisions.filter((_, index) => lines[index] !== 'commit')
}

/** What a killed git leaves behind. Only under the lock, where nobody else writes. */
async function removeLeftovers(folder: string): Promise<void> {
  const places = ['', 'refs/plumbline/keep', 'objects/pack']
  for (const place of places) {
    const names = await readdir(join(folder, place)).catch(() => [])
    const left = names.filter(
      name =>
        name !== 'plumbline.lock' && (name.endsWith('.lock') || /^(tmp_(pack|idx|rev)|gc\.pid)/.test(name)),
    )
    for (const name of left) await rm(join(folder, place, name), { force: true })
  }
}

/** Drops the refs that are oldest and packs what piled up, so that a mirror does not grow for ever. */
async function tidy(mirror: Mirror, signal: AbortSignal): Promise<void> {
  const { stdout } = await runInMirror(mirror, {
    args: ['for-each-ref', '--sort=-committerdate', '--format=%(refname)', keptPrefix],
    attempted: 'list the kept commits',
    signal,
  })
  const dropped = stdout.toString('utf8').split('\n').filter(Boolean).slice(keptRevisions)
  if (dropped.length > 0) {
    await runInMirror(mirror, {
      args: ['update-ref', '--stdin', '-z'],
      attempted: 'drop old commits',
      input: dropped.map(ref => `delete ${ref}\0\0`).join(''),
      signal,
    })
  }
  // Objects without a ref (merge results) stay two weeks, far longer than any reader needs them.
  await runInMirror(mirror, {
    args: [
      '-c',
      'gc.auto=6700',
      '-c',
      'gc.autoDetach=false',
      'gc',
      '--auto',
      '--quiet',
      '--prune=2.weeks.ago',
    ],
    attempted: 'pack the mirror',
    signal,
    timeoutSeconds: fetchTimeoutSeconds,
  })
}

async function packBytes(folder: string): Promise<number> {
  const packs = join(folder, 'objects', 'pack')
  const names = await readdir(packs).catch(() => [])
  const sizes = await Promise.all(
    names.map(name =>
      stat(join(packs, name)).then(
        it => it.size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
