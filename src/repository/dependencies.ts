import type { Application, ApplicationSource } from '../model/application.ts'
import { localDependency } from './chart.ts'
import { isRemoteReference } from './kustomization.ts'
import { isBelow, type RepositoryPath, resolveInside } from './paths.ts'
import type { TreeIndex } from './tree-index.ts'

/** What a render of an application reads. More rather than less: a plan too many says "nothing changes". */
export interface Dependencies {
  /** With everything below. */
  readonly folders: Set<RepositoryPath>
  /** Only what lies directly inside. */
  readonly shallowFolders: Set<RepositoryPath>
  readonly files: Set<RepositoryPath>
  readonly globs: Set<string>
}

export function emptyDependencies(): Dependencies {
  return { folders: new Set(), shallowFolders: new Set(), files: new Set(), globs: new Set() }
}

/** Adds what `sources` of the application read in one tree. */
export function addDependencies(
  into: Dependencies,
  application: Application,
  sources: readonly ApplicationSource[],
  index: TreeIndex,
): void {
  for (const source of sources) {
    addFolder(into, source.path, index, source.directory.recurse || source.flux !== null)
    // Where Flux lists a folder by itself, it lists the kustomizations in it.
    if (source.flux && !index.kustomizationIn(source.path)) {
      for (const folder of index.kustomizationFolders)
        if (isBelow(folder, source.path)) addFolder(into, folder, index, true)
    }
    for (const component of source.kustomize.components) addReference(into, source.path, component, index)
    for (const { path } of source.kustomize.patches) {
      if (path !== undefined) addReference(into, source.path, path, index)
    }
    for (const file of filesOfHelm(source)) addValueFile(into, source, file, application)
  }
  addFilesOfCharts(into, application, sources)
  for (const glob of application.manifestGeneratePaths) addGlob(into, glob, sources)
}

/** A chart from elsewhere may take its values from `sources`. */
function addFilesOfCharts(
  into: Dependencies,
  application: Application,
  sources: readonly ApplicationSource[],
): void {
  const names = new Set(sources.map(it => it.ref))
  for (const source of application.sources.filter(it => !sources.includes(it))) {
    for (const file of filesOfHelm(source)) {
      const name = /^\$([^/]+)\//.exec(file)?.[1]
      if (name !== undefined && names.has(name)) addValueFile(into, source, file, application)
    }
  }
}

function filesOfHelm({ helm }: ApplicationSource): readonly string[] {
  return [...helm.valueFiles, ...helm.fileParameters.map(it => it.path)]
}

function addFolder(into: Dependencies, folder: RepositoryPath, index: TreeIndex, recurse: boolean): void {
  if (into.folders.has(folder)) return
  const kustomization = index.kustomizationIn(folder)
  const charts = index.chartDependenciesIn(folder)
  const plain = kustomization === null && charts === null
  if (plain && !recurse) into.shallowFolders.add(folder)
  else into.folders.add(folder)
  for (const { target } of kustomization?.references ?? []) addReference(into, folder, target, index)
  for (const repository of charts ?? []) {
    const local = localDependency(repository)
    if (local !== null) addReference(into, folder, local, index)
  }
  for (const link of index.symlinks) {
    if (isBelow(link.path, folder)) addTarget(into, link.target, index)
  }
}

function addReference(into: Dependencies, folder: RepositoryPath, target: string, index: TreeIndex): void {
  if (isRemoteReference(target)) return
  const path = resolveInside(folder, target)
  if (path !== null) addTarget(into, path, index)
}

function addTarget(into: Dependencies, path: RepositoryPath, index: TreeIndex): void {
  if (index.hasFolder(path) && !index.hasFile(path)) addFolder(into, path, index, true)
  // A file, or what is missing yet: its appearance changes the render too.
  else into.files.add(path)
}

function addValueFile(
  into: Dependencies,
  source: ApplicationSource,
  file: string,
  application: Application,
): void {
  const named = /^\$([^/]+)\/(.*)$/.exec(file)
  const elsewhere = named && application.sources.find(it => it.ref === named[1])
  const path = named ? elsewhere && resolveInside('.', named[2]!) : resolveInside(source.path, file)
  if (path) into.files.add(path)
}

/** Argo CD's meaning: a leading slash is the repository's root, anything else is relative to the source's path. */
function addGlob(into: Dependencies, glob: string, sources: readonly ApplicationSource[]): void {
  const bases = glob.startsWith('/') ? ['.'] : sources.map(source => source.path)
  for (const base of bases) {
    const pattern = resolveInside(base, glob)
    if (pattern === null) continue
    if (/[*?[{]/.test(pattern)) into.globs.add(pattern)
    else into.folders.add(pattern)
  }
}
