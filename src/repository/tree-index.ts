import { readChart } from './chart.ts'
import { kustomizationFiles, type KustomizationReading, readKustomization } from './kustomization.ts'
import { itemsIn } from './parse-yaml.ts'
import { folderOf, foldersAbove, type RepositoryPath, resolveInside } from './paths.ts'
import type { ReadingMemory, Readings } from './reading-memory.ts'
import type { Tree, TreeFile } from './tree.ts'

/** What decides which files a render reads, of one tree; read in one go, parsed when asked for. */
export interface TreeIndex {
  hasFile(path: RepositoryPath): boolean
  hasFolder(path: RepositoryPath): boolean
  /** Null when the folder holds none. */
  kustomizationIn(folder: RepositoryPath): KustomizationReading | null
  readonly kustomizationFolders: readonly RepositoryPath[]
  /** Repository URLs of its dependencies; null when the folder is no chart. */
  chartDependenciesIn(folder: RepositoryPath): readonly string[] | null
  readonly symlinks: readonly { readonly path: RepositoryPath; readonly target: RepositoryPath }[]
}

const maxBytes = 1024 * 1024

/** Reads what is not remembered. Questions to the index throw {@link TooMuchToRead} when the budget is spent. */
export async function indexTree(
  tree: Tree,
  { memory, budget }: { readonly memory: ReadingMemory; readonly budget: ReadingBudget },
  signal: AbortSignal,
): Promise<TreeIndex> {
  const files = new Map(tree.files.map(file => [file.path, file]))
  const folders = new Set(tree.files.flatMap(file => foldersAbove(file.path)))
  const links = tree.files.filter(file => file.symlink)
  const plain = tree.files.filter(file => !file.symlink)
  const [targets, kustomizations, charts] = await Promise.all([
    tree.read(links, maxBytes, signal),
    recall(plain.filter(isKustomization), { memory: memory.kustomizations, tree, budget, signal }),
    recall(plain.filter(isChart), { memory: memory.charts, tree, budget, signal }),
  ])
  const fileIn = (folder: RepositoryPath, name: string) => {
    const file = files.get(folder === '.' ? name : `${folder}/${name}`)
    return file && !file.symlink ? file : undefined
  }
  return {
    hasFile: path => files.has(path),
    hasFolder: path => folders.has(path),
    kustomizationIn(folder) {
      const file = kustomizationFiles.map(name => fileIn(folder, name)).find(it => it !== undefined)
      return file ? kustomizations(file, text => readKustomization(text, file.path)) : null
    },
    kustomizationFolders: plain.filter(isKustomization).map(file => folderOf(file.path)),
    chartDependenciesIn(folder) {
      const chart = fileIn(folder, 'Chart.yaml')
      if (!chart) return null
      return [chart, fileIn(folder, 'requirements.yaml')].flatMap(file =>
        file ? charts(file, text => readChart(text, file.path).dependencies.map(it => it.repository)) : [],
      )
    },
    symlinks: links.flatMap((file, at) => {
      const target = resolveInside(folderOf(file.path), targets[at] ?? '')
      return target === null ? [] : [{ path: file.path, target }]
    }),
  }
}

function isKustomization({ path }: TreeFile): boolean {
  return (kustomizationFiles as readonly string[]).includes(path.slice(path.lastIndexOf('/') + 1))
}

function isChart({ path }: TreeFile): boolean {
  return ['Chart.yaml', 'requirements.yaml'].includes(path.slice(path.lastIndexOf('/') + 1))
}

/** What files of one kind say: remembered, or read now and parsed when it is asked for. */
async function recall<T>(
  files: readonly TreeFile[],
  from: {
    readonly memory: Readings<T>
    readonly tree: Tree
    readonly budget: ReadingBudget
    readonly signal: AbortSignal
  },
): Promise<(file: TreeFile, parse: (text: string) => T) => T> {
  const { memory, tree, budget, signal } = from
  // What is remembered now may be forgotten a moment later.
  const known = new Map<string, T>()
  for (const { key } of files) {
    const reading = memory.get(key)
    if (reading) known.set(key, reading.said)
  }
  const unknown = files.filter(file => !known.has(file.key))
  const contents = await tree.read(unknown, maxBytes, signal)
  const texts = new Map(unknown.map((file, at) => [file.key, contents[at] ?? '']))
  return (file, parse) => {
    const said = known.get(file.key)
    if (said !== undefined) return said
    const text = texts.get(file.key) ?? ''
    const items = budget.spend(text)
    const parsed = parse(text)
    known.set(file.key, parsed)
    memory.set(file.key, { said: parsed, items })
    return parsed
  }
}

/** Lines and items; a thousand kustomizations have some ten thousand. */
const mostItems = 500_000

/** All that decides which files are read is more than can be read while others wait. */
export class TooMuchToRead extends Error {
  override readonly name = 'TooMuchToRead'
}

/** How much may be parsed for one answer. */
export interface ReadingBudget {
  /** Gives what reading the text takes, in lines and items. Throws {@link TooMuchToRead} when there is no more. */
  spend(text: string): number
}

export function createReadingBudget(): ReadingBudget {
  let left = mostItems
  return {
    spend(text) {
      const items = itemsIn(text)
      left -= items
      if (left < 0) throw new TooMuchToRead()
      return items
    },
  }
}
