import type { Problem } from '../model/problem.ts'
import {
  folded,
  isRemoteReference,
  kustomizationFiles,
  type KustomizeReference,
  readKustomization,
} from './kustomization.ts'
import { folderOf, foldersAbove, type RepositoryPath, resolveInside } from './paths.ts'
import type { Tree, TreeFile } from './tree.ts'

/** What a kustomization names, and where that lies. */
export interface Use {
  /** Of a file or a folder in the repository. */
  readonly path: RepositoryPath
  /** `build`: objects to build on. `patch`: parts of objects. `content`: anything else, such as a file to put into a ConfigMap. */
  readonly as: 'build' | 'patch' | 'content'
}

export interface FoundKustomization {
  readonly file: RepositoryPath
  readonly folder: RepositoryPath
  /** Part of others, and cannot be built alone. */
  readonly isComponent: boolean
  readonly uses: readonly Use[]
  readonly problems: readonly Problem[]
}

const maxBytes = 1024 * 1024

/** Every kustomization of a tree, and what is wrong with it: that it cannot be read, or names what does not exist. */
export async function readKustomizations(
  tree: Tree,
  signal: AbortSignal,
): Promise<readonly FoundKustomization[]> {
  const files = tree.files.filter(isKustomization)
  const texts = await tree.read(files, maxBytes, signal)
  const known = knownPaths(tree)
  return files.flatMap((file, index) => {
    const text = texts[index]
    const at = { file: file.path, folder: folderOf(file.path) }
    if (text == null) {
      return { ...at, isComponent: false, uses: [], problems: [tooLarge(file.path, maxBytes)] }
    }
    const { references, value, problems } = readKustomization(text, file.path)
    const local = references
      .filter(({ target }) => !isRemoteReference(target))
      .map(reference => ({ reference, path: placeOf(reference, at.folder) }))
    const lost = local.filter(({ path }) => path === null || !known.has(path))
    return {
      ...at,
      isComponent: value?.['kind'] === 'Component',
      uses: local.flatMap(({ reference, path }) => (path === null ? [] : [{ path, as: useOf(reference) }])),
      problems: [...problems, ...lost.map(({ reference }) => lostReference(reference, file.path))],
    }
  })
}

export function isKustomization({ path, symlink }: TreeFile): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return !symlink && !isHidden(path) && (kustomizationFiles as readonly string[]).includes(name)
}

/** Whether a path lies in a folder whose name begins with a dot, or is such a file: none of ours, but of tools. */
export function isHidden(path: RepositoryPath): boolean {
  return path.split('/').some(part => part.startsWith('.'))
}

/** Every file and folder. */
export function knownPaths(tree: Tree): ReadonlySet<string> {
  return new Set(tree.files.flatMap(file => [file.path, ...foldersAbove(file.path)]))
}

function placeOf({ target }: KustomizeReference, folder: RepositoryPath): RepositoryPath | null {
  return target.startsWith('/') ? null : resolveInside(folder, target)
}

function useOf({ field }: KustomizeReference): Use['as'] {
  const name = folded(field)
  if (name === 'resources' || name === 'bases' || name === 'components') return 'build'
  return name.startsWith('patches') ? 'patch' : 'content'
}

function lostReference({ target, field, position }: KustomizeReference, file: RepositoryPath): Problem {
  return {
    code: 'missing-file',
    // Where a file of a Secret is listed, people write its content by mistake.
    message: `${folded(field) === 'secretgenerator' ? 'a file' : `"${target}"`}, listed under ${field}, does not exist in this repository`,
    location: { file, ...position },
    hint: null,
  }
}

export function tooLarge(file: RepositoryPath, bytes: number): Problem {
  const message = `${file} has more than ${bytes} bytes`
  return { code: 'yaml-too-large', message, location: { file, line: null }, hint: null }
}
