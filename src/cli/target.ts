import { existsSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { applicationFrom, plainSource } from '../model/application-from.ts'
import type { Application } from '../model/application.ts'
import { InvalidInputError } from '../model/problem.ts'
import { applicationsIn } from '../repository/find-applications.ts'
import type { TargetOptions } from './commands/options.ts'

/** What a PATH on the command line stands for. */
export interface Target {
  readonly application: Application
  /** The repository's root, or the directory itself when it is in none. Sources' paths are relative to it. */
  readonly root: string
  /** Whether the root is a git repository's. */
  readonly inGit: boolean
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
  const top = gitRoot(folder)
  const root = top ?? folder
  const application = found.isDirectory()
    ? applicationOfDirectory(place, root, cluster)
    : await applicationOfDocument(place, root, overrides.application)
  return { application: overridden(application, overrides), root, inGit: top !== null }
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
  const { applications, problems } = applicationsIn(await readFile(file, 'utf8'), place)
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
  return first
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
function gitRoot(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return folder
  const above = dirname(folder)
  return above === folder ? null : gitRoot(above)
}

function invalid(message: string, hint: string): InvalidInputError {
  return new InvalidInputError([{ code: 'no-application', message, location: null, hint }])
}
