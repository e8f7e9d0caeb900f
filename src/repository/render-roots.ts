import { type FoundKustomization } from './kustomizations.ts'
import { chartFolders } from './manifests.ts'
import { foldersAbove, type RepositoryPath } from './paths.ts'
import type { Tree } from './tree.ts'

/**
 * Folders to render when everything of a tree is to be looked at: kustomizations that no other one builds on, and charts that are
 * no part of another one. `included` are the kustomizations that count.
 */
export function renderRoots(
  tree: Tree,
  included: readonly FoundKustomization[],
  includes: (path: RepositoryPath) => boolean,
): readonly RepositoryPath[] {
  const used = new Set(included.flatMap(({ uses }) => uses.map(it => it.path)))
  const charts = chartFolders(tree)
  const isInside = (folder: RepositoryPath) =>
    foldersAbove(folder).some(above => above !== folder && charts.has(above))
  return [
    ...included.filter(it => !it.isComponent && !used.has(it.folder)).map(it => it.folder),
    ...[...charts].filter(folder => includes(`${folder}/Chart.yaml`) && !isInside(folder)),
  ].sort()
}
