import { readChart } from './chart.ts'
import { kustomizationFiles, type KustomizationReading, readKustomization } from './kustomization.ts'
import { itemsIn } from './parse-yaml.ts'
import { folderOf, foldersAbove, type RepositoryPath, resolveInside } from './paths.ts'
import type { Tree, TreeFile } from './tree.ts'

/** What decides which files a render reads, of one tree; read in one go, parsed when asked for. */
export interface TreeIndex {
  hasFile(path: RepositoryPath): boolean
  hasFolder(path: RepositoryPath): boolean
  /** Null when the folder holds none. */
  kustomizationIn(folder: RepositoryPath): KustomizationReading | null
  /** Repository URLs of its dependencies; null when the folder is no chart. */
  chartDependenciesIn(folder: RepositoryPath): readonly string[] | null
  readonly symlinks: readonly { readonly path: RepositoryPath; readonly target: RepositoryPath }[]
}

const maxBytes = 1024 * 1024

export async function indexTree(tree: Tree, memo: ParseMemo, signal: AbortSignal): Promise<TreeIndex> {
  const paths = new Set(tree.files.map(file => file.path))
  const folders = new Set(tree.files.flatMap(file => foldersAbove(file.path)))
  const telling = tree.files.filter(file => file.symlink || isTelling(file.path))
  const contents = await tree.read(telling, maxBytes, signal)
  const textOf = new Map(telling.map((file, index) => [file.path, { file, text: contents[index] ?? '' }]))
  const firstIn = (folder: RepositoryPath, names: readonly string[]) =>
    names
      .map(name => textOf.get(folder === '.' ? name : `${folder}/${name}`))
      .find(it => it && !it.file.symlink)
  return {
    hasFile: path => paths.has(path),
    hasFolder: path => folders.has(path),
    kustomizationIn(folder) {
      const it = firstIn(folder, kustomizationFiles)
      return it ? memo.kustomization(it.file, it.text) : null
    },
    chartDependenciesIn(folder) {
      const chart = firstIn(folder, ['Chart.yaml'])
      const old = firstIn(folder, ['requirements.yaml'])
      if (!chart) return null
      return [chart, old].flatMap(it => (it ? memo.chart(it.file, it.text) : []))
    },
    symlinks: telling
      .filter(file => file.symlink)
      .flatMap(file => {
        const target = resolveInside(folderOf(file.path), textOf.get(file.path)?.text ?? '')
        return target === null ? [] : [{ path: file.path, target }]
      }),
  }
}

const tellingNames = new Set<string>([...kustomizationFiles, 'Chart.yaml', 'requirements.yaml'])

function isTelling(path: RepositoryPath): boolean {
  return tellingNames.has(path.slice(path.lastIndexOf('/') + 1))
}

/** Base and head share most files: each content is parsed once. Throws {@link TooMuchToRead}. */
export interface ParseMemo {
  kustomization(file: TreeFile, text: string): KustomizationReading
  chart(file: TreeFile, text: string): readonly string[]
}

/** Lines and items; a thousand kustomizations have some ten thousand. */
const mostItems = 500_000

/** All that decides which files are read is more than can be read while others wait. */
export class TooMuchToRead extends Error {
  override readonly name = 'TooMuchToRead'
}

export function createParseMemo(): ParseMemo {
  const kustomizations = new Map<string, KustomizationReading>()
  const charts = new Map<string, readonly string[]>()
  let items = 0
  const count = (text: string) => {
    items += itemsIn(text)
    if (items > mostItems) throw new TooMuchToRead()
  }
  return {
    kustomization: (file, text) =>
      once(kustomizations, file.key, () => {
        count(text)
        return readKustomization(text, file.path)
      }),
    chart: (file, text) =>
      once(charts, file.key, () => {
        count(text)
        return readChart(text, file.path).dependencies.map(it => it.repository)
      }),
  }
}

function once<T>(memo: Map<string, T>, key: string, make: () => T): T {
  const known = memo.get(key)
  if (known !== undefined) return known
  const made = make()
  memo.set(key, made)
  return made
}
