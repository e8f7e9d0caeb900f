import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem, SourceLocation } from '../../../model/problem.ts'
import {
  type ChartDependency,
  chartFile,
  localDependency,
  lockFiles,
  readChart,
} from '../../../repository/chart.ts'
import { type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import type { ChartRequest } from '../charts/charts.ts'
import { lookUp } from '../inside.ts'

/** A `file://` dependency that must be laid into `charts/`. */
interface Vendored {
  readonly from: RepositoryPath
  readonly to: RepositoryPath
  /** Where its templates are by helm's account, which goes by the alias. */
  readonly shownAt: RepositoryPath
}

/** A dependency that lies in a repository of charts, and where it is asked for. */
export interface RemoteDependency {
  readonly request: ChartRequest
  /** The chart that asks for it. */
  readonly parent: RepositoryPath
  readonly shownAt: RepositoryPath
  /** Its place in the list of dependencies of `location.file`. */
  readonly index: number
  /** Whether another in that list has its name, and goes by an alias. */
  readonly hasNamesake: boolean
  readonly location: SourceLocation
}

/** A chart of the checkout with all that it takes from its neighbours. */
export interface ChartWalk {
  /** Folders that take part, the chart's own first. */
  readonly folders: readonly RepositoryPath[]
  /** Innermost first. */
  readonly vendored: readonly Vendored[]
  /** Those that `charts/` does not hold already. */
  readonly remote: readonly RemoteDependency[]
  readonly problems: readonly Problem[]
}

/** Follows the local dependencies of a chart, and lists those from elsewhere. */
export async function walkChart(root: string, start: RepositoryPath): Promise<ChartWalk> {
  const folders: RepositoryPath[] = []
  const vendored: Vendored[] = []
  const remote: RemoteDependency[] = []
  const problems: Problem[] = []

  async function visit(folder: RepositoryPath, above: readonly RepositoryPath[]): Promise<void> {
    if (above.includes(folder)) {
      const location = { file: inFolder(folder, chartFile), line: 1 }
      problems.push(problem('helm-failed', `the chart in ${folder} depends on itself`, location))
      return
    }
    if (folders.includes(folder)) return
    folders.push(folder)
    for (const file of [chartFile, 'requirements.yaml'] as const) {
      const path = inFolder(folder, file)
      if ((await lookUp(root, path)).kind !== 'file') continue
      const chart = readChart(await readFile(join(root, path)), path)
      problems.push(...chart.problems)
      const locked = await lockedIn(root, inFolder(folder, lockFiles[file]))
      const present = await readdir(join(root, folder, 'charts')).catch(() => [])
      for (const [index, dependency] of chart.dependencies.entries()) {
        if (isPresent(dependency.name, present)) continue
        const hasNamesake = chart.dependencies.some(it => it !== dependency && it.name === dependency.name)
        const location = { file: path, ...dependency.position }
        await follow({ dependency, folder, above, locked, location, index, hasNamesake })
      }
    }
  }

  async function follow(it: Followed): Promise<void> {
    const { dependency, folder, above, location } = it
    const { name, alias, repository } = dependency
    const local = localDependency(repository)
    const shownAt = inFolder(folder, `charts/${alias ?? name}`)
    if (local === null) {
      const found = await remoteDependency(it)
      if ('code' in found) problems.push(found)
      else remote.push({ ...found, shownAt })
      return
    }
    const from = resolveInside(folder, local)
    if (from === null) {
      problems.push(problem('outside-repository', `"${local}" lies outside of the repository`, location))
    } else if ((await lookUp(root, join(from, chartFile))).kind !== 'file') {
      const message = `the dependency ${name} is no chart: ${from} holds no ${chartFile}`
      problems.push(problem('missing-file', message, location))
    } else {
      await visit(from, [...above, folder])
      vendored.push({ from, to: inFolder(folder, `charts/${name}`), shownAt })
    }
  }

  await visit(start, [])
  return { folders, vendored, remote, problems }
}

interface Followed {
  readonly dependency: ChartDependency
  readonly folder: RepositoryPath
  readonly above: readonly RepositoryPath[]
  readonly locked: readonly ChartDependency[] | null
  readonly location: SourceLocation
  readonly index: number
  readonly hasNamesake: boolean
}

/** The version that the lock file tells, else the newest in the range. */
async function remoteDependency(it: Followed): Promise<Omit<RemoteDependency, 'shownAt'> | Problem> {
  // Loaded when it is needed: most charts have no dependency that must be fetched.
  const { pickVersion } = await import('../charts/version-range.ts')
  const { dependency, folder, locked, location, index, hasNamesake } = it
  const { name, repository, version } = dependency
  if (repository === '') return notVendored(name, location)
  const same = locked?.filter(other => other.name === name && other.repository === repository) ?? []
  const fitting = same.find(other => pickVersion([other.version], version) !== null)
  if (fitting || locked === null) {
    const request = { repository, name, version: fitting?.version ?? version }
    return { request, parent: folder, location, index, hasNamesake }
  }
  const [other] = same
  return {
    code: 'chart-lock',
    message: other
      ? `the lock file has ${name} ${other.version}, which is not in ${version || '*'}`
      : `the lock file does not have ${name} of this repository`,
    location,
    hint: 'run "helm dependency update" and commit the lock file',
  }
}

async function lockedIn(root: string, path: RepositoryPath): Promise<readonly ChartDependency[] | null> {
  if ((await lookUp(root, path)).kind !== 'file') return null
  return readChart(await readFile(join(root, path)), path).dependencies
}

function inFolder(folder: RepositoryPath, name: string): RepositoryPath {
  return folder === '.' ? name : `${folder}/${name}`
}

/** `redis-17.0.0.tgz` is redis, and `redis-cluster-8.0.0.tgz` is not. */
function isPresent(name: string, present: readonly string[]): boolean {
  return present.some(
    it => it === name || (it.startsWith(`${name}-`) && /^v?\d.*\.tgz$/.test(it.slice(name.length + 1))),
  )
}

function notVendored(name: string, location: Problem['location']): Problem {
  return {
    code: 'chart-dependency',
    message: `the dependency ${name} is not in charts/, and names no repository`,
    location,
    hint: 'name its repository, or commit it below charts/',
  }
}

function problem(code: string, message: string, location: Problem['location']): Problem {
  return { code, message, location, hint: null }
}
