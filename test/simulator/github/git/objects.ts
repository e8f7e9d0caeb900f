import { gitText, runGit } from './run-git.ts'
import { absent } from './repository.ts'

export interface TreeEntry {
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly sha: string
  /** Undefined for trees and submodules. */
  readonly size: number | undefined
  readonly path: string
}

/** The entries of a tree, or undefined when `treeish` names none. */
export async function readTree(
  folder: string,
  treeish: string,
  recursive: boolean,
): Promise<readonly TreeEntry[] | undefined> {
  const args = ['ls-tree', '-z', '--long', ...(recursive ? ['-r', '-t'] : []), treeish]
  const text = await gitText(folder, args).catch(absent)
  return text
    ?.split('\0')
    .filter(Boolean)
    .map(line => {
      const [meta = '', path = ''] = line.split(/\t(.*)/s)
      const [mode = '', type = 'blob', sha = '', size = '-'] = meta.split(/ +/)
      return {
        mode,
        type: type as TreeEntry['type'],
        sha,
        size: size === '-' ? undefined : Number(size),
        path,
      }
    })
}

export interface GitObject {
  readonly sha: string
  readonly type: string
}

/** What `name` (a SHA, `COMMIT:PATH`) is; undefined when there is no such object. */
export async function findObject(folder: string, name: string): Promise<GitObject | undefined> {
  const sha = await gitText(folder, ['rev-parse', '--quiet', '--verify', '--end-of-options', name]).catch(
    absent,
  )
  const type = sha && (await gitText(folder, ['cat-file', '-t', sha]).catch(absent))
  return sha && type ? { sha, type } : undefined
}

export const readBlob = async (folder: string, sha: string): Promise<Buffer> =>
  await runGit(folder, ['cat-file', 'blob', sha])
