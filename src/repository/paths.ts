import { posix } from 'node:path'

/** Paths inside a repository: relative, with slashes, without `.` parts; the root is `.`. */
export type RepositoryPath = string

/** Resolves what a file in `folder` refers to. Null when it leaves the repository. */
export function resolveInside(folder: RepositoryPath, reference: string): RepositoryPath | null {
  const joined = reference.startsWith('/') ? reference.slice(1) : `${folder}/${reference}`
  const path = posix.normalize(joined).replace(/\/+$/, '')
  if (path === '..' || path.startsWith('../')) return null
  return path === '' ? '.' : path
}

export function folderOf(path: RepositoryPath): RepositoryPath {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}

export function isBelow(path: RepositoryPath, folder: RepositoryPath): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`)
}

/** The folders that hold a path, innermost first, up to the root. */
export function foldersAbove(path: RepositoryPath): readonly RepositoryPath[] {
  const folders: RepositoryPath[] = []
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    folders.push(path.slice(0, slash))
  }
  return [...folders, '.']
}
