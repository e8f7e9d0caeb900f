import { emptyTree } from './repository.ts'
import { gitText, runGit } from './run-git.ts'

export interface GitPerson {
  readonly name: string
  readonly email: string
  readonly date: string
}

export interface GitCommit {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: GitPerson
  readonly committer: GitPerson
  readonly message: string
}

const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x1f')

/** Commits as `git log` takes them (`['main', '-n', '1']`, `['a..b']`), newest first. */
export async function log(folder: string, range: readonly string[]): Promise<readonly GitCommit[]> {
  const text = await gitText(folder, ['log', `--format=${format}%x1e`, ...range])
  return text
    .split('\x1e')
    .map(record => record.trimStart())
    .filter(Boolean)
    .map(parseCommit)
}

export async function readCommit(folder: string, sha: string): Promise<GitCommit> {
  const [commit] = await log(folder, ['-n', '1', sha, '--'])
  if (!commit) throw new Error(`no commit ${sha} in ${folder}`)
  return commit
}

function parseCommit(record: string): GitCommit {
  const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', body = ''] =
    record.split('\x1f')
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, date: utc(ad) },
    committer: { name: cn, email: ce, date: utc(cd) },
    message: body.replace(/\n+$/, ''),
  }
}

const utc = (date: string): string => new Date(date).toISOString().replace('.000Z', 'Z')

export interface ChangedFile {
  readonly path: string
  readonly previousPath: string | undefined
  readonly status: 'added' | 'removed' | 'modified' | 'renamed'
  readonly additions: number
  readonly deletions: number
  /** The blob in the newer tree, or in the older one for a removed file. */
  readonly blob: string
  /** The hunks, from the first `@@`; undefined for a binary file. */
  readonly patch: string | undefined
}

/** What changed between two commits (or trees); `from` undefined means from nothing. */
export async function changedFiles(
  folder: string,
  from: string | undefined,
  to: string,
): Promise<readonly ChangedFile[]> {
  const base = from ?? (await emptyTree(folder))
  const [raw, stats, patches] = await Promise.all([
    gitText(folder, ['diff-tree', '-r', '-M', '--raw', '--no-abbrev', '-z', base, to]),
    counts(folder, base, to),
    unifiedDiff(folder, base, to),
  ])
  return parseRaw(raw).map((file, index) => ({
    ...file,
    ...stats[index]!,
    patch: hunks(patches[index] ?? ''),
  }))
}

/** One `diff --git` section for each changed file, in the order of {@link changedFiles}. */
export async function unifiedDiff(folder: string, from: string, to: string): Promise<readonly string[]> {
  const text = (await runGit(folder, ['diff-tree', '-r', '-M', '-p', '--full-index', from, to])).toString()
  return text.split(/^(?=diff --git )/m).filter(section => section.startsWith('diff --git '))
}

async function counts(folder: string, from: string, to: string) {
  const text = await gitText(folder, ['diff-tree', '-r', '-M', '--numstat', from, to])
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => line.split('\t'))
    .map(([additions, deletions]) => ({
      additions: Number(additions) || 0,
      deletions: Number(deletions) || 0,
    }))
}

const statuses = { A: 'added', D: 'removed', M: 'modified', T: 'modified', R: 'renamed' } as const

function parseRaw(raw: string): Omit<ChangedFile, 'additions' | 'deletions' | 'patch'>[] {
  const fields = raw.split('\0').filter(Boolean)
  const files: Omit<ChangedFile, 'additions' | 'deletions' | 'patch'>[] = []
  for (let at = 0; at < fields.length; ) {
    const [, , before = '', after = '', letter = 'M'] = fields[at]!.split(' ')
    const status = statuses[letter[0] as keyof typeof statuses] ?? 'modified'
    const path = fields[at + 1]!
    const renamed = status === 'renamed' ? fields[at + 2]! : undefined
    files.push({
      path: renamed ?? path,
      previousPath: renamed === undefined ? undefined : path,
      status,
      blob: status === 'removed' ? before : after,
    })
    at += renamed === undefined ? 2 : 3
  }
  return files
}

function hunks(section: string): string | undefined {
  const start = section.indexOf('\n@@')
  return start < 0 ? undefined : section.slice(start + 1).replace(/\n$/, '')
}
