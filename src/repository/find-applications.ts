import { setImmediate as otherWork } from 'node:timers/promises'
import { GitError, type GitRepository } from '../git/repository.ts'
import { type Application, applicationKey } from '../model/application.ts'
import {
  applicationApiVersions,
  applicationDocument,
  type ApplicationDocument,
} from '../model/application-document.ts'
import { applicationFrom } from '../model/application-from.ts'
import { groupOf } from '../model/identity.ts'
import { formatProblem, type Problem } from '../model/problem.ts'
import { type Settings, settingsFile } from '../model/settings.ts'
import { checkDocument } from './document-problems.ts'
import { brokenFluxDocument, mayHoldFlux, readFluxDocument, type FluxDocument } from './flux/read.ts'
import { resolveFlux } from './flux/resolve.ts'
import { compileGlob, tooManyPatterns } from './glob.ts'
import { itemsIn, parseYamlDocuments } from './parse-yaml.ts'
import { type Chunk, chunksOf, movedDocument, movedProblem } from './yaml-chunks.ts'
import { isBelow } from './paths.ts'
import { createReadingMemory, type Reading, type ReadingMemory } from './reading-memory.ts'
import { syncOptionProblems } from './sync-option-problems.ts'
import { gitTree, type Tree, type TreeFile } from './tree.ts'
import { unreadFields } from './unread-fields.ts'
import type { YamlDocument } from './yaml-document.ts'

export interface FoundApplications {
  /** In the order of their files; those with a problem are left out. */
  readonly applications: readonly Application[]
  readonly problems: readonly Problem[]
}

/** What one file says by itself: its Applications, and documents of Flux, which may refer to those of other files. */
export interface FileReading extends FoundApplications {
  readonly flux: readonly FluxDocument[]
}

/**
 * The Applications that a commit or tree defines: in the files that the settings' globs name, else in every YAML file but
 * a chart's templates. Rejects with GitError only; what is wrong with a document is returned, with its place.
 */
export async function findApplications(
  from: {
    readonly repository: GitRepository
    /** Commit or tree SHA. */
    readonly treeish: string
    /** What is remembered of this and of other repositories; without, everything is read. */
    readonly memory?: ReadingMemory
  },
  settings: Settings,
  signal: AbortSignal,
): Promise<FoundApplications> {
  const tree = await gitTree(from.repository, from.treeish, signal)
  return findApplicationsIn(tree, settings, signal, from.memory)
}

const maxApplicationFileBytes = 4 * 1024 * 1024
/** Up to here a larger file is searched for what looks like an Application. */
const maxSearchedBytes = 128 * 1024 * 1024
const filesPerRead = 2_000
/** Of one document, and of all documents of a tree that look like Applications. */
const maxItems = 20_000
const mostItems = 1_000_000
const longestTurnMilliseconds = 25

export async function findApplicationsIn(
  tree: Tree,
  settings: Settings,
  signal: AbortSignal,
  memory: ReadingMemory = createReadingMemory(),
): Promise<FoundApplications> {
  const files = candidates(tree.files, settings)
  const keyOf = (file: TreeFile) => `${file.key}:${file.path}`
  const applications: Application[] = []
  const problems: Problem[] = []
  let items = 0
  let turn = performance.now()
  // What is remembered now may be forgotten a moment later.
  const readings = new Map(
    files.flatMap(file => {
      const known = memory.applications.get(keyOf(file))
      return known ? [[file.path, known] as const] : []
    }),
  )
  const unknown = files.filter(file => !readings.has(file.path))
  for (let at = 0; at < unknown.length; at += filesPerRead) {
    const some = unknown.slice(at, at + filesPerRead)
    const texts = await tree.read(some, maxApplicationFileBytes, signal)
    for (const [index, file] of some.entries()) {
      const text = texts[index]
      if (text == null) {
        if (await mayBeMissed(tree, file, settings, signal)) problems.push(tooLarge(file))
        continue
      }
      if (performance.now() - turn > longestTurnMilliseconds) {
        await otherWork(undefined, { signal })
        turn = performance.now()
      }
      const reading = readApplications(text, file.path, mostItems - items)
      items += reading.items
      readings.set(file.path, reading)
      memory.applications.set(keyOf(file), reading)
    }
  }
  for (const { path } of files) {
    const reading = readings.get(path)
    applications.push(...(reading?.said.applications ?? []))
    problems.push(...(reading?.said.problems ?? []))
  }
  const flux = resolveFlux(
    files.flatMap(({ path }) => readings.get(path)?.said.flux ?? []),
    settings,
    applications.length + problems.length === 0,
  )
  problems.push(...flux.problems)
  const unique = withoutDuplicates([...applications, ...flux.applications])
  const missing = missingFiles(settings, files)
  return { applications: unique.applications, problems: [...missing, ...problems, ...unique.problems] }
}

function candidates(files: readonly TreeFile[], settings: Settings): readonly TreeFile[] {
  const globs = settings.applications?.map(glob => {
    const matches = compileGlob(glob)
    if (matches) return matches
    throw unreadable(`${glob.slice(0, 50)} in ${settingsFile} ${tooManyPatterns}`)
  })
  const plain = files.filter(file => !file.symlink)
  const isFlux = (path: string) =>
    /\.ya?ml$/.test(path) && (settings.flux ?? []).some(it => isBelow(path, it.path))
  if (globs) return plain.filter(({ path }) => isFlux(path) || globs.some(matches => matches(path)))
  const charts = plain.flatMap(file => /^(.*\/)?Chart\.yaml$/.exec(file.path)?.slice(1) ?? [])
  const templates = new Set(charts.map(folder => `${folder ?? ''}templates/`))
  return plain.filter(file => /\.ya?ml$/.test(file.path) && !liesInAny(file.path, templates))
}

function liesInAny(path: string, folders: ReadonlySet<string>): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (folders.has(path.slice(0, slash + 1))) return true
  }
  return false
}

/**
 * Whether a file that is too large to be parsed may define Applications: then it is said, for one that was not read must not look
 * like one that was removed. Other large files are nobody's business.
 */
async function mayBeMissed(
  tree: Tree,
  file: TreeFile,
  settings: Settings,
  signal: AbortSignal,
): Promise<boolean> {
  if (settings.applications) return true
  const [text] = await tree.read([file], maxSearchedBytes, signal)
  return text == null || mayDefineApplication(text) || (settings.flux !== null && mayHoldFlux(text))
}

function tooLarge({ path }: TreeFile): Problem {
  return {
    code: 'invalid-application',
    message: `the file is larger than ${maxApplicationFileBytes / 1024 ** 2} MiB, so its Applications are not read`,
    location: { file: path, line: null },
    hint: `split it, or name the files that hold Applications under "applications" in ${settingsFile}`,
  }
}

/** Cheap, and true too often: most files of a repository need not be parsed. */
function mayDefineApplication(text: string): boolean {
  return /kind["']?\s*:\s*["']?Application\b/.test(text) && /(plumbline\.dev|argoproj\.io)\//.test(text)
}

/** Throws when there is more to read than is `left`. */
function readApplications(text: string, file: string, left: number): Reading<FileReading> {
  const said = { applications: [] as Application[], problems: [] as Problem[], flux: [] as FluxDocument[] }
  const mayMatter = (part: string) => mayDefineApplication(part) || mayHoldFlux(part)
  if (!mayMatter(text)) return { said: nothing, items: 0 }
  let items = 0
  for (const chunk of chunksOf(text.replace(/^\uFEFF/, ''))) {
    if (!mayMatter(chunk.text)) continue
    items += itemsIn(chunk.text)
    if (items > left) throw tooMuch()
    const found = applicationsInChunk(chunk, file)
    said.applications.push(...found.applications)
    said.flux.push(...found.flux)
    if (mayDefineApplication(chunk.text)) said.problems.push(...found.problems)
    else if (found.problems.length > 0) said.flux.push(brokenFluxDocument(found.problems, file))
  }
  return { said, items }
}

const nothing: FileReading = { applications: [], problems: [], flux: [] }

/** The Applications of one file. */
export function applicationsIn(text: string, file: string): FoundApplications {
  const found = chunksOf(text.replace(/^\uFEFF/, '')).map(chunk => applicationsInChunk(chunk, file))
  return {
    applications: found.flatMap(it => it.applications),
    problems: found.flatMap(it => it.problems),
  }
}

function applicationsInChunk(chunk: Chunk, file: string): FileReading {
  const parsed = parseYamlDocuments(chunk.text, file, { maxItems })
  const applications: Application[] = []
  const flux: FluxDocument[] = []
  const problems: Problem[] = parsed.problems.map(it => movedProblem(it, file, chunk.line))
  for (const document of parsed.documents.map(it => movedDocument(it, chunk.line))) {
    const ofFlux = readFluxDocument(document, file)
    if (ofFlux) flux.push(ofFlux)
    if (!isOurs(document.value)) continue
    const checked = checkDocument(applicationDocument, document, file, 'invalid-application')
    const wrong = 'problems' in checked ? checked.problems : unreadIn(checked.data, document, file)
    problems.push(...wrong)
    if ('data' in checked && wrong.length === 0) {
      applications.push(locatedApplication(checked.data, document, file))
    }
  }
  return { applications, problems, flux }
}

/** Thrown, for an Application that was not read must not look like one that was removed. */
function tooMuch(): GitError {
  return unreadable(
    `they have more than ${mostItems} lines together; name the files that count under "applications" in ${settingsFile}`,
  )
}

function unreadable(why: string): GitError {
  return new GitError('invalid', `could not read the Applications: ${why}`, false)
}

/** What would be passed over in silence. */
function unreadIn(data: ApplicationDocument, document: YamlDocument, file: string): readonly Problem[] {
  const options = data.spec.syncPolicy?.syncOptions ?? []
  return [...unreadFields(document, file), ...syncOptionProblems(options, document, file)]
}

function locatedApplication(data: ApplicationDocument, document: YamlDocument, file: string): Application {
  const { destination } = data.spec
  const named = ['spec', 'destination', destination.name === undefined ? 'server' : 'name']
  const destinationLine = document.positionOf(named).line
  return applicationFrom(data, { file, ...document.positionOf([]), destinationLine })
}

const ourGroups: readonly string[] = applicationApiVersions.map(groupOf)

/** By group rather than by version: an unknown version is an error to be shown, another project's kind is none. */
function isOurs(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown }
  return kind === 'Application' && typeof apiVersion === 'string' && ourGroups.includes(groupOf(apiVersion))
}

function withoutDuplicates(applications: readonly Application[]): FoundApplications {
  const first = new Map<string, Application>()
  const problems: Problem[] = []
  for (const application of applications) {
    const earlier = first.get(applicationKey(application))
    if (earlier) problems.push(duplicate(application, earlier))
    else first.set(applicationKey(application), application)
  }
  return { applications: [...first.values()], problems }
}

function duplicate(application: Application, earlier: Application): Problem {
  const { name, destination } = application
  const place = earlier.definedIn
    ? formatProblem({ code: '', message: '', location: earlier.definedIn, hint: null }).replace(/: $/, '')
    : 'elsewhere'
  return {
    code: 'duplicate-application',
    message: `the application "${name}" on cluster "${destination.cluster}" is already defined at ${place}`,
    location: application.definedIn,
    hint: 'rename one of the two, or send it to another cluster',
  }
}

/** A file that is named without a glob should be there. */
function missingFiles(settings: Settings, files: readonly TreeFile[]): readonly Problem[] {
  const named = (settings.applications ?? []).filter(glob => !/[*?[{]/.test(glob))
  return named
    .filter(name => !files.some(file => file.path === name.replace(/^\.?\//, '')))
    .map(name => ({
      code: 'invalid-settings',
      message: `${name} is listed under "applications", but there is no such file`,
      location: { file: settingsFile, line: null },
      hint: 'correct the path, or use a glob such as deploy/applications/*.yaml',
    }))
}
