import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { InvalidInputError } from '../../model/problem.ts'
import { settingsFile } from '../../model/settings.ts'
import { folderOf, isBelow, type RepositoryPath } from '../../repository/paths.ts'
import { folderTree, type Tree } from '../../repository/tree.ts'

/** A repository, and what of it is to be looked at. */
export interface Workspace {
  /** Absolute. Paths in documents are relative to it. */
  readonly root: string
  readonly scope: readonly RepositoryPath[]
  /** Where the repository was cloned from; null when that is not known. */
  readonly cloneUrl: string | null
}

/**
 * The repositories that paths lie in: the nearest folder with a `.plumbline.yaml` or a `.git`, else the path itself. Throws
 * InvalidInputError for paths that do not exist, all of them at once.
 */
export async function workspacesOf(paths: readonly string[]): Promise<readonly Workspace[]> {
  const found = await Promise.all(paths.map(async path => ({ path, stat: await statOf(path) })))
  const missing = found.filter(it => it.stat === null)
  if (missing.length > 0) {
    const hint = 'give files or folders'
    throw new InvalidInputError(
      missing.map(it => ({ code: 'missing-path', message: `there is no ${it.path}`, location: null, hint })),
    )
  }
  const placed = await Promise.all(
    found.map(async ({ path, stat }) => {
      const place = resolve(path)
      return { place, root: await rootOf(stat?.isDirectory() ? place : dirname(place)) }
    }),
  )
  return Promise.all(
    [...Map.groupBy(placed, it => it.root)].map(async ([root, its]) => ({
      root,
      scope: its.map(({ place }) => relative(root, place).replaceAll('\\', '/') || '.'),
      cloneUrl: await originOf(root),
    })),
  )
}

/**
 * The files of a workspace that Git has, or would have with the next commit; all of them outside of Git. Folders below that have
 * settings of their own are repositories of their own, and come apart.
 */
export async function treeOf(
  workspace: Workspace,
): Promise<{ readonly tree: Tree; readonly nested: readonly Workspace[] }> {
  const { root, scope, cloneUrl } = workspace
  const [everything, kept] = await Promise.all([folderTree(root), filesInGit(root)])
  const files = everything.files.filter(it => kept === null || kept.has(it.path))
  const folders = files.filter(it => it.path.endsWith(`/${settingsFile}`)).map(it => folderOf(it.path))
  const isApart = (path: RepositoryPath) => folders.some(folder => isBelow(path, folder))
  return {
    tree: { ...everything, files: files.filter(it => !isApart(it.path)) },
    nested: folders
      .filter(folder => scope.some(it => isBelow(folder, it)))
      .map(folder => ({ root: join(root, folder), scope: ['.'], cloneUrl })),
  }
}

async function filesInGit(root: string): Promise<ReadonlySet<string> | null> {
  const args = ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
  try {
    const { stdout } = await promisify(execFile)('git', args, { maxBuffer: 2 ** 28 })
    return new Set(stdout.split('\0'))
  } catch {
    // No git, or no repository: every file counts.
    return null
  }
}

/** The nearest folder with settings or a `.git`; the folder itself when there is none. */
export async function rootOf(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if (await isRoot(at)) return at
    if (dirname(at) === at) return folder
  }
}

async function isRoot(folder: string): Promise<boolean> {
  const marks = await Promise.all([settingsFile, '.git'].map(name => statOf(join(folder, name))))
  return marks.some(it => it !== null)
}

async function statOf(path: string) {
  // Whatever keeps it from being looked at, it cannot be read either.
  return stat(path).catch(() => null)
}

async function originOf(root: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', root, 'config', '--get', 'remote.origin.url'])
    return stdout.trim() || null
  } catch {
    // No git, no repository, or no origin.
    return null
  }
}
