import { isDeepStrictEqual } from 'node:util'
import type { GitRepository } from '../git/repository.ts'
import { type Application, applicationKey, type ApplicationSource } from '../model/application.ts'
import type { RepositoryRef } from '../model/repository.ts'
import { addDependencies, type Dependencies, emptyDependencies } from './dependencies.ts'
import { compileGlob } from './glob.ts'
import { foldersAbove, type RepositoryPath } from './paths.ts'
import { followsBranch, sourcesInRepository } from './same-repository.ts'
import { createReadingMemory, type ReadingMemory } from './reading-memory.ts'
import { createReadingBudget, indexTree, TooMuchToRead, type TreeIndex } from './tree-index.ts'
import { gitTree, type Tree } from './tree.ts'

export interface Affected {
  /** As the head defines it; as the base did when it is removed. */
  readonly application: Application
  /** Null when it is new. */
  readonly baseApplication: Application | null
  readonly removed: boolean
  /** Its definition changed, or a file that its render reads. */
  readonly reason: 'definition' | 'files'
}

export interface AffectedInput {
  readonly repository: GitRepository
  /** Which repository this is, to tell which sources read it. */
  readonly ref: Pick<RepositoryRef, 'cloneUrl'>
  /** Commit or tree SHAs; `head` is the merge result when there is one. */
  readonly base: string
  readonly head: string
  readonly baseApplications: readonly Application[]
  readonly headApplications: readonly Application[]
  readonly changedFiles: readonly RepositoryPath[]
  /** The branch that is merged into. When given, files count only for sources that follow it. */
  readonly branch?: { readonly name: string; readonly isDefault: boolean } | undefined
  /** What is remembered of this and of other repositories; without, everything is read. */
  readonly memory?: ReadingMemory
  readonly signal: AbortSignal
}

/** What a change touches, sorted by name and cluster. Reads each tree once. Rejects with GitError only. */
export async function affectedApplications(input: AffectedInput): Promise<readonly Affected[]> {
  const [base, head] = await Promise.all([
    gitTree(input.repository, input.base, input.signal),
    gitTree(input.repository, input.head, input.signal),
  ])
  return affectedBetween({ ...input, base, head })
}

export type AffectedBetween = Omit<AffectedInput, 'repository' | 'base' | 'head'> & {
  readonly base: Tree
  readonly head: Tree
}

export async function affectedBetween(input: AffectedBetween): Promise<readonly Affected[]> {
  const before = byKey(input.baseApplications)
  const after = byKey(input.headApplications)
  const affected: Affected[] = []
  const maybe: Affected[] = []
  for (const [key, application] of after) {
    const baseApplication = before.get(key) ?? null
    const same = baseApplication !== null && isSameDefinition(application, baseApplication)
    const reason = same ? 'files' : 'definition'
    const list = same ? maybe : affected
    list.push({ application, baseApplication, removed: false, reason })
  }
  for (const [key, application] of before) {
    if (after.has(key)) continue
    affected.push({ application, baseApplication: application, removed: true, reason: 'definition' })
  }
  affected.push(...(await touchedByFiles(maybe, input)))
  return affected.sort((a, b) => (applicationKey(a.application) < applicationKey(b.application) ? -1 : 1))
}

async function touchedByFiles(
  candidates: readonly Affected[],
  input: AffectedBetween,
): Promise<readonly Affected[]> {
  if (candidates.length === 0 || input.changedFiles.length === 0) return []
  const reading = { memory: input.memory ?? createReadingMemory(), budget: createReadingBudget() }
  const indexes = [
    await indexTree(input.base, reading, input.signal),
    await indexTree(input.head, reading, input.signal),
  ]
  const touches = createTouchTest(input.changedFiles)
  try {
    return candidates.filter(candidate => touches(dependenciesOf(candidate.application, indexes, input)))
  } catch (error) {
    // A plan too many says "nothing changes".
    if (error instanceof TooMuchToRead) return candidates
    throw error
  }
}

function dependenciesOf(
  application: Application,
  indexes: readonly TreeIndex[],
  input: AffectedBetween,
): Dependencies {
  const { branch } = input
  const follows = (source: ApplicationSource) => !branch || followsBranch(source, branch)
  const sources = sourcesInRepository(application, input.ref.cloneUrl).filter(follows)
  const dependencies = emptyDependencies()
  for (const index of indexes) {
    const inOne = emptyDependencies()
    addDependencies(inOne, application, sources, index)
    for (const key of ['folders', 'shallowFolders', 'files', 'globs'] as const) {
      for (const it of inOne[key]) dependencies[key].add(it)
    }
  }
  return dependencies
}

/** Changed files by name and by each folder above them, so that a thousand applications cost a thousand look-ups. */
function createTouchTest(changedFiles: readonly RepositoryPath[]): (dependencies: Dependencies) => boolean {
  const files = new Set(changedFiles)
  const above = new Set(changedFiles.flatMap(foldersAbove))
  const directly = new Set(changedFiles.map(file => foldersAbove(file)[0]!))
  const any = (wanted: ReadonlySet<string>, ...known: readonly ReadonlySet<string>[]) =>
    [...wanted].some(it => known.some(set => set.has(it)))
  return dependencies =>
    // What was a folder on one side can be a file, or a link, on the other.
    any(dependencies.folders, above, files) ||
    any(dependencies.shallowFolders, directly, files) ||
    any(dependencies.files, files, above) ||
    [...dependencies.globs].some(glob => {
      const matches = compileGlob(glob)
      // One that cannot be tested may match.
      return matches === null || changedFiles.some(matches)
    })
}

function byKey(applications: readonly Application[]): ReadonlyMap<string, Application> {
  return new Map(applications.map(application => [applicationKey(application), application]))
}

/** A document that only moved is the same. */
function isSameDefinition(a: Application, b: Application): boolean {
  return isDeepStrictEqual({ ...a, definedIn: null }, { ...b, definedIn: null })
}
