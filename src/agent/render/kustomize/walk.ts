import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Problem } from '../../../model/problem.ts'
import { closest } from '../../../repository/closest.ts'
import {
  folded,
  isRemoteReference,
  type KustomizationReading,
  kustomizationFiles,
  type KustomizeReference,
  readKustomization,
} from '../../../repository/kustomization.ts'
import { isBelow, type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import { lookUp, symlinkOutside } from '../inside.ts'
import { inlinePluginProblems, pluginFileProblems, pluginFolderProblems } from './plugins.ts'
import { remote } from './remote.ts'

/** One folder with a kustomization in it. */
export interface KustomizeRoot {
  readonly folder: RepositoryPath
  /** The kustomization's own path. */
  readonly file: RepositoryPath
  readonly reading: KustomizationReading
}

export interface KustomizeWalk {
  /** The folder asked for first, then all that it builds upon. */
  readonly roots: readonly KustomizeRoot[]
  /** Files that hold resources. */
  readonly resources: readonly RepositoryPath[]
  readonly problems: readonly Problem[]
}

/** A folder to look into. */
interface Stop {
  readonly folder: RepositoryPath
  /** Who lists it; null for the one asked for. */
  readonly from: Problem['location']
  /** What it builds are configurations of plugins. */
  readonly plugins: boolean
}

/**
 * Follows a kustomization through everything it names, before kustomize does. Whatever lies outside of the checkout or
 * comes from a network is a problem here, so that kustomize never sees it; what is missing is said at the line that lists it.
 */
export async function walkKustomization(
  root: string,
  start: RepositoryPath,
  extraComponents: readonly string[],
): Promise<KustomizeWalk> {
  const roots: KustomizeRoot[] = []
  const resources: RepositoryPath[] = []
  const problems: Problem[] = []
  const queue: Stop[] = [{ folder: start, from: null, plugins: false }]
  const seen = new Set<string>()
  for (let next = queue.shift(); next; next = queue.shift()) {
    const folder = await realFolder(root, next.folder)
    const { plugins } = next
    const visit = `${plugins ? 'plugins' : 'objects'} ${folder}`
    if (seen.has(visit)) continue
    seen.add(visit)
    const opened = await openRoot(root, folder, next.from)
    problems.push(...opened.problems)
    if (!opened.root) continue
    roots.push(opened.root)
    problems.push(...inlinePluginProblems(opened.root))
    if (plugins) problems.push(...pluginFolderProblems(opened.root))
    const extra = roots.length === 1 ? extraComponents.map(asReference) : []
    for (const reference of [...opened.root.reading.references, ...extra]) {
      const location = { file: opened.root.file, ...reference.position }
      const found = await follow(root, folder, reference)
      if ('problem' in found) problems.push({ ...found.problem, location })
      else if (found.folder) {
        queue.push({ folder: found.path, from: location, plugins: plugins || reference.expects === 'plugin' })
      } else if (reference.expects === 'plugin' || plugins) {
        problems.push(...(await pluginFileProblems(root, found.path)))
      } else if (reference.expects === 'either') resources.push(found.path)
    }
  }
  return { roots, resources, problems }
}

function asReference(target: string): KustomizeReference {
  return { target, expects: 'folder', field: 'components', position: { line: 1, column: 1 } }
}

const maxKustomizationBytes = 1024 * 1024

async function openRoot(
  root: string,
  folder: RepositoryPath,
  from: Problem['location'],
): Promise<{ readonly root: KustomizeRoot | null; readonly problems: readonly Problem[] }> {
  const problem = (code: string, message: string, hint: string | null) => ({
    root: null,
    problems: [{ code, message, location: from, hint }],
  })
  const present: string[] = []
  for (const name of kustomizationFiles) {
    if ((await lookUp(root, join(folder, name))).kind === 'file') present.push(name)
  }
  if (present.length === 0) {
    const message = `${folder} holds no ${kustomizationFiles[0]}`
    return problem('missing-file', message, 'list its files one by one, or add a kustomization.yaml to it')
  }
  if (present.length > 1) {
    return problem('kustomize-failed', `${folder} holds both ${present.join(' and ')}`, 'keep one of them')
  }
  const file = folder === '.' ? present[0]! : `${folder}/${present[0]}`
  const content = await readFile(join(root, file))
  if (content.length > maxKustomizationBytes) {
    return problem('render-limit', `${file} has more than ${maxKustomizationBytes} bytes`, null)
  }
  const reading = readKustomization(content, file)
  const charts = Object.keys(reading.value ?? {}).find(key =>
    /^(helmCharts|helmChartInflationGenerator)$/i.test(key),
  )
  const problems = charts ? [...reading.problems, chartsRefused(file, charts)] : reading.problems
  return { root: { folder, file, reading }, problems }
}

function chartsRefused(file: string, field: string): Problem {
  return {
    code: 'kustomize-failed',
    message: `${field} is not supported: kustomize would run helm`,
    location: { file, line: null },
    hint: 'make the chart a source of its own (spec.sources)',
  }
}

type Followed =
  | { readonly path: RepositoryPath; readonly folder: boolean }
  | { readonly problem: Omit<Problem, 'location'> }

async function follow(
  root: string,
  folder: RepositoryPath,
  reference: KustomizeReference,
): Promise<Followed> {
  const { target, expects, field } = reference
  const path = target.startsWith('/') ? null : resolveInside(folder, target)
  const found = path === null ? ({ kind: 'outside' } as const) : await lookUp(root, path)
  if (isRemoteReference(target) && found.kind !== 'file') return { problem: remote(target) }
  if (/^https?:\/\//i.test(target)) return { problem: remote(target) }
  if (path === null) return { problem: outside(target) }
  if (found.kind === 'outside') {
    const { code, message, hint } = symlinkOutside(path)
    return { problem: { code, message, hint } }
  }
  if (found.kind === 'missing') {
    // Where a file of a Secret is listed, people write its content by mistake.
    if (folded(field) === 'secretgenerator') return { problem: missingContent(field) }
    return { problem: missing(target, field, await namesBeside(root, path)) }
  }
  const real = relative(root, found.real).split(sep).join('/') || '.'
  if (found.kind === 'folder' && expects === 'file') {
    return {
      problem: {
        code: 'kustomize-failed',
        message: `"${target}" is a folder, but ${field} lists files`,
        hint: null,
      },
    }
  }
  if (found.kind === 'file' && !isBelow(real, folder)) return { problem: restricted(target, folder) }
  if (found.kind === 'file' && expects === 'folder') {
    return {
      problem: {
        code: 'kustomize-failed',
        message: `"${target}" is a file, but ${field} lists folders`,
        hint: 'list it under resources',
      },
    }
  }
  return { path: real, folder: found.kind === 'folder' }
}

function outside(target: string): Omit<Problem, 'location'> {
  return {
    code: 'outside-repository',
    message: `"${target}" lies outside of the repository`,
    hint: 'name files of this repository, by paths relative to this one',
  }
}

function missing(target: string, field: string, beside: readonly string[]): Omit<Problem, 'location'> {
  const near = closest(target.slice(target.lastIndexOf('/') + 1), beside)
  return {
    code: 'missing-file',
    message: `"${target}", listed under ${field}, does not exist`,
    hint: near === null ? null : `did you mean "${target.slice(0, target.lastIndexOf('/') + 1)}${near}"?`,
  }
}

function missingContent(field: string): Omit<Problem, 'location'> {
  return {
    code: 'missing-file',
    message: `a file listed under ${field} does not exist`,
    hint: 'a value itself stands under literals, as key=value',
  }
}

function restricted(target: string, folder: RepositoryPath): Omit<Problem, 'location'> {
  return {
    code: 'kustomize-failed',
    message: `"${target}" is not below ${folder}, and kustomize reads no single files from elsewhere`,
    hint: 'put a kustomization.yaml beside it and list that folder, or move the file',
  }
}

async function namesBeside(root: string, path: RepositoryPath): Promise<readonly string[]> {
  return readdir(join(root, path, '..')).catch(() => [])
}

/** Kustomize goes by real paths: two ways to one folder are one root. */
async function realFolder(root: string, folder: RepositoryPath): Promise<RepositoryPath> {
  const found = await lookUp(root, folder)
  return found.kind === 'folder' ? relative(root, found.real).split(sep).join('/') || '.' : folder
}
