import { existsSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { applicationFrom, plainSource } from '../model/application-from.ts'
import type { Application } from '../model/application.ts'
import { InvalidInputError, type Problem } from '../model/problem.ts'
import { applicationsIn } from '../repository/find-applications.ts'
import { parseYamlDocuments } from '../repository/parse-yaml.ts'
import type { TargetOptions } from './commands/options.ts'
import { rootOf } from './validate/workspace.ts'

/** What a PATH on the command line stands for. */
export interface Target {
  readonly application: Application
  /** The nearest folder with settings or a `.git`, else the directory itself. Sources' paths are relative to it. */
  readonly root: string
  /** The working copy that the root lies in, or is; null when there is none. */
  readonly gitRoot: string | null
}

type Overrides = Pick<TargetOptions, 'application' | 'namespace' | 'prune' | 'createNamespace'>

/**
 * Reads a PATH: a directory is one application, an Application document is the application that it defines. Throws
 * InvalidInputError when it is neither. `cluster` stands in for a directory's destination.
 */
export async function readTarget(path: string, overrides: Overrides, cluster: string): Promise<Target> {
  const found = await stat(path).catch(() => null)
  if (!found) throw invalid(`there is no ${path}`, 'give a directory or an Application document')
  const place = await realpath(path)
  const folder = found.isDirectory() ? place : dirname(place)
  const root = await rootOf(folder)
  const application = found.isDirectory()
    ? applicationOfDirectory(place, root, cluster)
    : await applicationOfDocument(place, root, overrides.application)
  return { application: overridden(application, overrides), root, gitRoot: gitRootOf(folder) }
}

function applicationOfDirectory(folder: string, root: string, cluster: string): Application {
  return directoryApplication(basename(folder), relative(root, folder) || '.', cluster)
}

/** One application out of a directory, named after it. `path` is relative to the repository's root. */
export function directoryApplication(directory: string, path: string, cluster: string): Application {
  const name = basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
  const document = {
    apiVersion: 'plumbline.dev/v1alpha1' as const,
    kind: 'Application' as const,
    metadata: { name: name || 'application' },
    spec: { source: { repoURL: '.' }, destination: { name: cluster } },
  }
  return { ...applicationFrom(document, null), sources: [plainSource('.', path)] }
}

async function applicationOfDocument(
  file: string,
  root: string,
  wanted: string | undefined,
): Promise<Application> {
  const place = relative(root, file) || basename(file)
  const text = await readFile(file, 'utf8')
  const { applications, problems } = applicationsIn(text, place)
  if (problems.length > 0) throw new InvalidInputError(problems)
  const chosen = wanted === undefined ? applications : applications.filter(it => it.name === wanted)
  const [first, ...more] = chosen
  if (!first)
    throw invalid(
      `${place} holds no Application${wanted ? ` named ${wanted}` : ''}`,
      'give a directory, or a document of kind Application',
    )
  if (more.length > 0)
    throw invalid(`${place} holds ${chosen.length} Applications`, 'choose one with --application')
  const missing = missingPaths(first, { text, file: place, root })
  if (missing.length > 0) throw new InvalidInputError(missing)
  return first
}

/** The folders that a document names and that are not there, each with the line that names it. */
function missingPaths(
  { name, sources }: Application,
  { text, file, root }: { readonly text: string; readonly file: string; readonly root: string },
): readonly Problem[] {
  const document = parseYamlDocuments(text, file).documents.find(
    ({ value }) => (value as { metadata?: { name?: unknown } } | null)?.metadata?.name === name,
  )
  if (!document) return []
  return sources.flatMap((source, index) => {
    if (source.chart !== null || existsSync(join(root, source.path))) return []
    const at = sources.length === 1 ? ['source', 'path'] : ['sources', index, 'path']
    return {
      code: 'missing-path',
      message: `the path ${source.path} does not exist`,
      location: { file, ...document.positionOf(['spec', ...at]) },
      hint: `paths are relative to the root of the repository, ${relative(process.cwd(), root) || 'this folder'}`,
    }
  })
}

function overridden(application: Application, overrides: Overrides): Application {
  const { destination, syncPolicy } = application
  const automated = syncPolicy.automated ?? { prune: false, selfHeal: false, allowEmpty: false }
  return {
    ...application,
    name: application.definedIn === null ? (overrides.application ?? application.name) : application.name,
    destination: { ...destination, namespace: overrides.namespace ?? destination.namespace },
    syncPolicy: {
      ...syncPolicy,
      automated: overrides.prune ? { ...automated, prune: true } : syncPolicy.automated,
      // The first of a name wins.
      syncOptions: [
        ...(overrides.createNamespace ? ['CreateNamespace=true'] : []),
        ...syncPolicy.syncOptions,
      ],
    },
  }
}

/** The working copy that a folder lies in; null when there is none. */
function gitRootOf(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return folder
  const above = dirname(folder)
  return above === folder ? null : gitRootOf(above)
}

function invalid(message: string, hint: string): InvalidInputError {
  return new InvalidInputError([{ code: 'no-application', message, location: null, hint }])
}
