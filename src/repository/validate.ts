import type { Application } from '../model/application.ts'
import { formatProblem, type Problem } from '../model/problem.ts'
import { settingsFile } from '../model/settings.ts'
import { chartFile, readChart } from './chart.ts'
import { findApplicationsIn } from './find-applications.ts'
import { knownPaths, readKustomizations, tooLarge } from './kustomizations.ts'
import { type Manifest, readManifests } from './manifests.ts'
import { isBelow, type RepositoryPath } from './paths.ts'
import { renderRoots } from './render-roots.ts'
import { isInRepository } from './same-repository.ts'
import { parseSettings } from './settings.ts'
import type { Tree } from './tree.ts'

export interface Validation {
  readonly applications: readonly Application[]
  /** What was read, for whoever goes on to look inside. */
  readonly manifests: readonly Manifest[]
  /** Folders of kustomizations and charts that can be rendered without an Application. */
  readonly roots: readonly RepositoryPath[]
  /** How many files were looked at. */
  readonly files: number
  /** Sorted by file, line and column. */
  readonly problems: readonly Problem[]
}

export interface ValidateOptions {
  /** Tells which sources are this repository; null takes all for it that name a path. */
  readonly cloneUrl: string | null
  /** Files and folders that count, with all below them; `.` is everything. Default: everything. */
  readonly scope?: readonly RepositoryPath[]
}

const maxBytes = 8 * 1024 * 1024

/**
 * Everything that can be said of a repository without schemas and without rendering: its settings, its Applications, the syntax of
 * every manifest, and that what kustomizations and Applications name is there.
 */
export async function validateTree(
  tree: Tree,
  { cloneUrl, scope = ['.'] }: ValidateOptions,
  signal: AbortSignal,
): Promise<Validation> {
  const includes = (path: RepositoryPath) => scope.some(folder => isBelow(path, folder))
  const settings = await settingsOf(tree, signal)
  const found = await findApplicationsIn(tree, settings.settings, signal)
  const kustomizations = await readKustomizations(tree, signal)
  const included = kustomizations.filter(it => includes(it.file))
  const charts = await chartProblems(tree, includes, signal)
  const { manifests, problems } = await readManifests(tree, { includes, kustomizations }, signal)
  const applications = found.applications.filter(it => includes(it.definedIn?.file ?? '.'))
  const known = knownPaths(tree)
  const paths = applications.flatMap(application => pathProblems(application, known, cloneUrl))
  return {
    applications,
    manifests,
    roots: renderRoots(tree, included, includes),
    files: manifests.length + included.length,
    problems: sorted([
      ...[...settings.problems, ...found.problems].filter(it => includes(it.location?.file ?? '.')),
      ...included.flatMap(it => it.problems),
      ...charts,
      ...problems,
      ...paths,
    ]),
  }
}

async function settingsOf(tree: Tree, signal: AbortSignal) {
  const entry = tree.files.find(file => file.path === settingsFile)
  const [text] = entry ? await tree.read([entry], maxBytes, signal) : [null]
  return parseSettings(text ?? null)
}

async function chartProblems(
  tree: Tree,
  includes: (path: RepositoryPath) => boolean,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const files = tree.files.filter(
    ({ path }) => (path === chartFile || path.endsWith(`/${chartFile}`)) && includes(path),
  )
  const texts = await tree.read(files, maxBytes, signal)
  return files.flatMap(({ path }, index) => {
    const text = texts[index]
    return text == null ? [tooLarge(path, maxBytes)] : readChart(text, path).problems
  })
}

function pathProblems(
  application: Application,
  known: ReadonlySet<string>,
  cloneUrl: string | null,
): readonly Problem[] {
  const here = application.sources.filter(source =>
    cloneUrl === null ? source.chart === null : isInRepository(source, cloneUrl),
  )
  return here
    .filter(source => source.path !== '.' && !known.has(source.path))
    .map(source => ({
      code: 'missing-path',
      message: `the path ${source.path} of ${application.name} does not exist`,
      location: application.definedIn,
      hint: 'paths are relative to the root of the repository',
    }))
}

/** Each once, for a file that holds an Application is read twice; by file, line and column. */
export function sorted(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(problems.map(problem => [formatProblem(problem), problem]))
  const rank = ({ location }: Problem) => (location?.line ?? 0) * 100_000 + (location?.column ?? 0)
  const file = ({ location }: Problem) => location?.file ?? ''
  return [...byText.values()].sort((a, b) =>
    file(a) === file(b) ? rank(a) - rank(b) : file(a) < file(b) ? -1 : 1,
  )
}
