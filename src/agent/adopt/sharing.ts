import type { Application } from '../../model/application.ts'
import { addDependencies, type Dependencies, emptyDependencies } from '../../repository/dependencies.ts'
import { compileGlob } from '../../repository/glob.ts'
import { type FoundKustomization, readKustomizations } from '../../repository/kustomizations.ts'
import { folderOf, foldersAbove, isBelow, type RepositoryPath } from '../../repository/paths.ts'
import { createReadingMemory } from '../../repository/reading-memory.ts'
import { createReadingBudget, indexTree } from '../../repository/tree-index.ts'
import { folderTree } from '../../repository/tree.ts'
import { allApplications } from './scene.ts'
import type { WorkingCopy } from './working-copy.ts'

/** Who else of the repository reads a file: an edit of it would change more than this application. */
export interface Sharing {
  /** Another application does. */
  isReadByOthers(path: RepositoryPath): boolean
  /** The same of a file of values: one that lies in a chart which another application uses is not read by that for it. */
  isValueFileOfOthers(path: RepositoryPath): boolean
  /** A kustomization does that is no part of this application. `own` are the folders of those that are. */
  isBuiltUponByOthers(path: RepositoryPath, own: readonly RepositoryPath[]): boolean
}

/** Reads the whole tree once, as it is before any edit. */
export async function sharingOf(
  copy: WorkingCopy,
  application: Application,
  signal: AbortSignal,
): Promise<Sharing> {
  const tree = await folderTree(copy.root)
  const kustomizations = await readKustomizations(tree, signal)
  const index = await indexTree(
    tree,
    { memory: createReadingMemory(), budget: createReadingBudget() },
    signal,
  )
  const [ofCharts, ofOthers] = [emptyDependencies(), emptyDependencies()]
  for (const other of await allApplications(copy, signal)) {
    if (isSame(other, application)) continue
    for (const source of other.sources.filter(it => it.chart === null)) {
      const isChart = index.chartDependenciesIn(source.path) !== null
      addDependencies(isChart ? ofCharts : ofOthers, other, [source], index)
    }
  }
  const isInCharts = covering(ofCharts)
  const isInOthers = covering(ofOthers)
  return {
    isReadByOthers: path => isInCharts(path) || isInOthers(path),
    isValueFileOfOthers: path => ofCharts.files.has(path) || isInOthers(path),
    isBuiltUponByOthers: (path, own) => usedBy(kustomizations, own)(path),
  }
}

function covering(read: Dependencies): (path: RepositoryPath) => boolean {
  const globs = [...read.globs].map(it => compileGlob(it)).filter(it => it !== null)
  return path =>
    read.files.has(path) ||
    foldersAbove(path).some(it => read.folders.has(it)) ||
    read.shallowFolders.has(folderOf(path)) ||
    globs.some(matches => matches(path))
}

/** A directory on the command line is what an Application of the repository may be about, too. */
function isSame(other: Application, application: Application): boolean {
  if (application.definedIn === null)
    return other.sources.some(it => it.path === application.sources[0]?.path)
  return other.name === application.name && other.destination.cluster === application.destination.cluster
}

/** Whether kustomizations in other folders read a file, by themselves or by what they build upon. */
function usedBy(
  all: readonly FoundKustomization[],
  own: readonly RepositoryPath[],
): (path: RepositoryPath) => boolean {
  const byFolder = new Map(all.map(it => [it.folder, it]))
  const queue = all.filter(it => !own.includes(it.folder))
  const seen = new Set<FoundKustomization>()
  const files = new Set<RepositoryPath>()
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    files.add(next.file)
    for (const { path } of next.uses) {
      const below = byFolder.get(path)
      if (below) queue.push(below)
      else files.add(path)
    }
  }
  return path => files.has(path)
}

/** Whether a file lies in the folder that a source names: there is no place that is more its own. */
export function isOwn(path: RepositoryPath, folder: RepositoryPath): boolean {
  return isBelow(path, folder)
}
