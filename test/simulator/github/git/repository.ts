import { createHash, randomUUID } from 'node:crypto'
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import type { User } from '../state.ts'
import { GitFailure, gitText, runGit } from './run-git.ts'

const deflated = promisify(deflate)

export const zeroSha = '0'.repeat(40)

/** Makes a bare repository that can be cloned partially and fetched from by SHA, as GitHub's can. */
export async function initRepository(folder: string, defaultBranch: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await runGit(folder, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`])
  await appendFile(join(folder, 'config'), settings)
}

const settings = `
[http]
\treceivepack = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
\tallowReachableSHA1InWant = true
[receive]
\thideRefs = refs/pull
\tautogc = false
[gc]
\tauto = 0
`

/** The commit that a branch, tag, full ref or SHA names; undefined when there is none. */
export async function resolveCommit(folder: string, name: string): Promise<string | undefined> {
  const exact = name.startsWith('refs/') || /^[0-9a-f]{40}$/.test(name)
  const candidates = exact ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, name]
  for (const candidate of candidates) {
    const args = ['rev-parse', '--quiet', '--verify', '--end-of-options', `${candidate}^{commit}`]
    const sha = await gitText(folder, args).catch(absent)
    if (sha) return sha
  }
  return undefined
}

/** Every ref below `prefix` with its object. */
export async function listRefs(folder: string, prefix: string): Promise<ReadonlyMap<string, string>> {
  const text = await gitText(folder, ['for-each-ref', '--format=%(refname) %(objectname)', prefix])
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map(line => line.split(' ') as [string, string]),
  )
}

/** Moves `ref` to `sha`; with `from`, only if it still is there. */
export async function updateRef(folder: string, ref: string, sha: string, from?: string): Promise<void> {
  await runGit(folder, ['update-ref', ref, sha, ...(from === undefined ? [] : [from])])
}

export interface CommitInput {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Pick<User, 'name' | 'email'>
  readonly committer?: Pick<User, 'name' | 'email'>
  readonly date: Date
}

export async function commitTree(folder: string, commit: CommitInput): Promise<string> {
  const committer = commit.committer ?? commit.author
  const date = `${Math.floor(commit.date.getTime() / 1000)} +0000`
  return await gitText(
    folder,
    ['commit-tree', commit.tree, ...commit.parents.flatMap(parent => ['-p', parent])],
    {
      input: commit.message,
      env: {
        GIT_AUTHOR_NAME: commit.author.name,
        GIT_AUTHOR_EMAIL: commit.author.email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: committer.name,
        GIT_COMMITTER_EMAIL: committer.email,
        GIT_COMMITTER_DATE: date,
      },
    },
  )
}

/** As a loose object, without git: a process for each of thousands of files would be most of what a test takes. */
export async function writeBlob(folder: string, content: string | Buffer): Promise<string> {
  const body = Buffer.from(content)
  const object = Buffer.concat([Buffer.from(`blob ${body.length}\0`), body])
  const sha = createHash('sha1').update(object).digest('hex')
  const place = join(folder, 'objects', sha.slice(0, 2))
  await mkdir(place, { recursive: true })
  const unfinished = join(place, `tmp_obj_${randomUUID()}`)
  await writeFile(unfinished, await deflated(object))
  await rename(unfinished, join(place, sha.slice(2)))
  return sha
}

export interface IndexEntry {
  readonly path: string
  readonly mode: string
  /** Null removes the path. */
  readonly sha: string | null
}

/** The tree of `base` (or an empty one) with some entries replaced, added or removed. */
export async function writeTree(
  folder: string,
  base: string | undefined,
  entries: readonly IndexEntry[],
): Promise<string> {
  const env = { GIT_INDEX_FILE: `${folder}/index-${randomUUID()}` }
  await runGit(folder, base ? ['read-tree', base] : ['read-tree', '--empty'], { env })
  const input = entries
    .map(({ path, mode, sha }) => `${sha ? mode : '0'} ${sha ?? zeroSha}\t${path}\0`)
    .join('')
  await runGit(folder, ['update-index', '-z', '--index-info'], { env, input })
  const tree = await gitText(folder, ['write-tree'], { env })
  await rm(env.GIT_INDEX_FILE, { force: true })
  return tree
}

/** The tree of `parent` (or an empty one) with some files replaced, added, or (null) removed. */
export async function treeWith(
  folder: string,
  parent: string | undefined,
  files: Readonly<Record<string, string | Buffer | null>>,
): Promise<string> {
  const entries = Object.entries(files).map(async ([path, content]) => ({
    path,
    mode: '100644',
    sha: content === null ? null : await writeBlob(folder, content),
  }))
  return await writeTree(folder, parent, await Promise.all(entries))
}

export type MergeResult =
  | { readonly outcome: 'merged'; readonly tree: string }
  | { readonly outcome: 'conflict'; readonly files: readonly string[] }

/** Merges two commits without touching any ref. */
export async function mergeTrees(folder: string, ours: string, theirs: string): Promise<MergeResult> {
  try {
    const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', ours, theirs]
    return { outcome: 'merged', tree: await gitText(folder, args) }
  } catch (error) {
    // Status 1 is a conflict: the tree with markers, then the files.
    if (!(error instanceof GitFailure) || error.status !== 1) throw error
    return { outcome: 'conflict', files: error.output.trim().split('\n').slice(1) }
  }
}

export async function isAncestor(folder: string, ancestor: string, descendant: string): Promise<boolean> {
  const answer = await gitText(folder, ['merge-base', '--is-ancestor', ancestor, descendant]).catch(absent)
  return answer !== undefined
}

export async function mergeBase(folder: string, a: string, b: string): Promise<string | undefined> {
  return await gitText(folder, ['merge-base', a, b]).catch(absent)
}

/** The tree without files, written if need be: what a first commit is compared with. */
export const emptyTree = async (folder: string): Promise<string> =>
  await gitText(folder, ['hash-object', '-t', 'tree', '-w', '--stdin'])

/** For commands that end with a status when the thing asked for is not there. Anything else is a failure. */
export function absent(error: unknown): undefined {
  if (error instanceof GitFailure) return undefined
  throw error
}
