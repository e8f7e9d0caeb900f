import type { Application } from '../model/application.ts'
import { formatProblem, type Problem } from '../model/problem.ts'
import { settingsFile } from '../model/settings.ts'
import { readChart } from './chart.ts'
import { findApplicationsIn } from './find-applications.ts'
import { folded, isRemoteReference, kustomizationFiles, readKustomization } from './kustomization.ts'
import { parseYamlDocuments } from './parse-yaml.ts'
import { folderOf, foldersAbove, resolveInside } from './paths.ts'
import { isInRepository } from './same-repository.ts'
import { parseSettings } from './settings.ts'
import type { Tree, TreeFile } from './tree.ts'
import { templateHint } from './yaml-problems.ts'

export interface Validation {
  readonly applications: readonly Application[]
  /** How many files were looked at. */
  readonly files: number
  /** Sorted by file and line. */
  readonly problems: readonly Problem[]
}

const maxBytes = 8 * 1024 * 1024

/**
 * Everything that can be said of a repository without a cluster and without rendering: its settings, its Applications, every
 * YAML and JSON manifest, and that what kustomizations and Applications name is there. `cloneUrl` tells which sources are
 * this repository; null takes all for it that name a path.
 */
export async function validateTree(
  tree: Tree,
  cloneUrl: string | null,
  signal: AbortSignal,
): Promise<Validation> {
  const settingsEntry = tree.files.find(file => file.path === settingsFile)
  const [settingsText] = settingsEntry ? await tree.read([settingsEntry], maxBytes, signal) : [null]
  const { settings, problems: settingsProblems } = parseSettings(settingsText ?? null)
  const found = await findApplicationsIn(tree, settings, signal)
  const manifests = await manifestProblems(tree, signal)
  const paths = found.applications.flatMap(application => pathProblems(application, tree, cloneUrl))
  return {
    applications: found.applications,
    files: manifests.files,
    problems: distinct([...settingsProblems, ...found.problems, ...manifests.problems, ...paths]),
  }
}

async function manifestProblems(tree: Tree, signal: AbortSignal) {
  const charts = new Set(
    tree.files.filter(it => /(^|\/)Chart\.yaml$/.test(it.path)).map(it => folderOf(it.path)),
  )
  const isTemplate = (path: string) =>
    foldersAbove(path).some(folder => folder.endsWith('templates') && charts.has(folderOf(folder)))
  const wanted = tree.files.filter(file => isManifest(file) && !isTemplate(file.path))
  const texts = await tree.read(wanted, maxBytes, signal)
  const known = knownPaths(tree)
  const problems = wanted.flatMap((file, index) => {
    const text = texts[index]
    if (text == null) return [tooLarge(file)]
    const name = file.path.slice(file.path.lastIndexOf('/') + 1)
    if (isOneOf(name, kustomizationFiles)) return kustomizationProblems(text, file, known)
    if (name === 'Chart.yaml') return readChart(text, file.path).problems
    return syntaxProblems(text, file)
  })
  return { files: wanted.length, problems }
}

function isManifest(file: TreeFile): boolean {
  if (file.symlink || file.path === settingsFile) return false
  if (file.path.split('/').some(part => part.startsWith('.'))) return false
  const name = file.path.slice(file.path.lastIndexOf('/') + 1)
  return /\.ya?ml$/.test(name) || isOneOf(name, kustomizationFiles)
}

function syntaxProblems(text: string, file: TreeFile): readonly Problem[] {
  const { problems } = parseYamlDocuments(text, file.path)
  const hint = problems.length > 0 ? templateHint(text) : null
  return hint ? problems.map(problem => ({ ...problem, hint })) : problems
}

function kustomizationProblems(text: string, file: TreeFile, known: ReadonlySet<string>): readonly Problem[] {
  const { references, problems } = readKustomization(text, file.path)
  const lost = references
    .filter(({ target }) => !isRemoteReference(target))
    .filter(({ target }) => {
      const path = target.startsWith('/') ? null : resolveInside(folderOf(file.path), target)
      return path === null || !known.has(path)
    })
    .map(({ target, field, position }) => ({
      code: 'missing-file',
      // Where a file of a Secret is listed, people write its content by mistake.
      message: `${folded(field) === 'secretgenerator' ? 'a file' : `"${target}"`}, listed under ${field}, does not exist in this repository`,
      location: { file: file.path, ...position },
      hint: null,
    }))
  return [...problems, ...lost]
}

function pathProblems(application: Application, tree: Tree, cloneUrl: string | null): readonly Problem[] {
  const known = knownPaths(tree)
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

function knownPaths(tree: Tree): ReadonlySet<string> {
  return new Set(tree.files.flatMap(file => [file.path, ...foldersAbove(file.path)]))
}

function tooLarge(file: TreeFile): Problem {
  const message = `${file.path} has more than ${maxBytes} bytes`
  return { code: 'yaml-too-large', message, location: { file: file.path, line: null }, hint: null }
}

/** A file that holds an Application is read twice. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(problems.map(problem => [formatProblem(problem), problem]))
  const rank = (problem: Problem) => problem.location?.line ?? 0
  return [...byText.values()].sort(
    (a, b) => (a.location?.file ?? '').localeCompare(b.location?.file ?? '') || rank(a) - rank(b),
  )
}

function isOneOf(name: string, names: readonly string[]): boolean {
  return names.includes(name)
}
