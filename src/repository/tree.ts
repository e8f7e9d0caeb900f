import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '../git/repository.ts'

export interface TreeFile {
  /** Relative to the root, with slashes. */
  readonly path: string
  /** Names the content: equal keys, equal content. */
  readonly key: string
  readonly symlink: boolean
}

/** The files of one state of a repository: a tree in Git, or a folder on disk. */
export interface Tree {
  readonly files: readonly TreeFile[]
  /** Contents in the order asked for; null for each that is larger than `maxBytes`. A symlink's content is its target. */
  read(files: readonly TreeFile[], maxBytes: number, signal: AbortSignal): Promise<readonly (string | null)[]>
}

const symlinkMode = '120000'

/** Lists a commit or tree once; reading it never touches the network. */
export async function gitTree(
  repository: GitRepository,
  treeish: string,
  signal: AbortSignal,
): Promise<Tree> {
  const entries = await repository.listFiles(treeish, '', signal)
  return {
    files: entries
      .filter(entry => entry.type === 'blob')
      .map(entry => ({ path: entry.path, key: entry.sha, symlink: entry.mode === symlinkMode })),
    read: (files, maxBytes, aborted) =>
      repository.readBlobs(
        files.map(file => file.key),
        maxBytes,
        aborted,
      ),
  }
}

const skippedFolders = new Set(['.git', 'node_modules'])

/** Lists a folder on disk, without `.git` and `node_modules`. Symlinks are left out. */
export async function folderTree(folder: string): Promise<Tree> {
  const files = (await filesBelow(folder, '')).map(path => ({ path, key: path, symlink: false }))
  return {
    files,
    read: (wanted, maxBytes, signal) =>
      Promise.all(
        wanted.map(async file => {
          signal.throwIfAborted()
          const path = join(folder, file.path)
          return (await stat(path)).size <= maxBytes ? readFile(path, 'utf8') : null
        }),
      ),
  }
}

async function filesBelow(root: string, prefix: string): Promise<readonly string[]> {
  const found: string[] = []
  const entries = await readdir(join(root, prefix), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name
    if (entry.isFile()) found.push(path)
    else if (entry.isDirectory() && !skippedFolders.has(entry.name))
      found.push(...(await filesBelow(root, path)))
  }
  return found
}
