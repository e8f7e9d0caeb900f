import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { parseDocument } from 'yaml'
import type { Problem } from '../../../model/problem.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import { ChartError, problemOf } from '../charts/charts.ts'
import { unpackChart } from '../charts/unpack.ts'
import { entriesBelow } from '../inside.ts'
import { copyFolders } from '../kustomize/copy.ts'
import { type ChartWalk, type RemoteDependency, walkChart } from './chart.ts'
import type { HelmPlace, LaidOutChart, UsedChart } from './laid-out-chart.ts'
import { createTemplateFinder } from './source-comments.ts'

/** The chart as it lies in the checkout; with dependencies that are not in its `charts/`, a copy in `scratch` that holds them there. */
export async function layOutLocalChart(
  from: { readonly root: string; readonly folder: RepositoryPath },
  place: HelmPlace,
  scratch: string,
  signal: AbortSignal,
): Promise<LaidOutChart> {
  const { root, folder } = from
  const walk = await walkChart(root, folder)
  const problems = [...walk.problems, ...(await unsafeLinks(root, walk, place))]
  const isWhole = walk.vendored.length === 0 && walk.remote.length === 0
  const tree = isWhole ? root : join(scratch, 'tree')
  const used: UsedChart[] = []
  if (!isWhole && problems.length === 0) {
    problems.push(...(await copyFolders(root, walk.folders, tree, place.limits)))
    await linkVendored(walk, tree)
    for (const [index, dependency] of walk.remote.entries()) {
      const added = await addRemote(dependency, {
        place,
        tree,
        scratch: join(scratch, `dependency-${index}`),
        signal,
      })
      if ('code' in added) problems.push(added)
      else {
        used.push(added)
        if (dependency.hasNamesake) await pinVersion(dependency, added.version, tree)
      }
    }
  }
  const finder = createTemplateFinder(root, folder, walk)
  return { problems, path: join(tree, folder), root, folder, finder, isRemote: false, standIn: null, used }
}

/** helm follows symlinks inside of a chart. */
async function unsafeLinks(root: string, walk: ChartWalk, place: HelmPlace): Promise<readonly Problem[]> {
  const found = await Promise.all(walk.folders.map(folder => entriesBelow(root, folder, place.limits)))
  return found.flatMap(it => it.problems)
}

async function linkVendored({ vendored }: ChartWalk, tree: string): Promise<void> {
  for (const { from, to } of vendored) {
    const parent = dirname(join(tree, to))
    await mkdir(parent, { recursive: true })
    await symlink(relative(parent, join(tree, from)), join(tree, to))
  }
}

interface Into {
  readonly place: HelmPlace
  readonly tree: string
  /** Of this dependency alone. */
  readonly scratch: string
  readonly signal: AbortSignal
}

async function addRemote(
  dependency: RemoteDependency,
  into: Into,
): Promise<(UsedChart & { readonly version: string }) | Problem> {
  const { place, tree, scratch, signal } = into
  const { request, parent, location } = dependency
  if (place.charts === null) return notSetUp(`the dependency ${request.name}`, location)
  try {
    const { digest, archive, version } = await place.charts.fetch(request, signal)
    const what = `the dependency ${request.name} ${version}`
    await mkdir(scratch, { recursive: true })
    const top = await unpackChart(archive, scratch, { what, limits: place.limits, signal })
    const charts = join(tree, parent, 'charts')
    await mkdir(charts, { recursive: true })
    // helm goes by the name in Chart.yaml; the folder's only has to differ from all others, of aliases too.
    await rename(
      join(scratch, top),
      join(charts, `fetched-${digest.slice(0, 16)}-${version.replace(/[^\w.-]/g, '_')}`),
    )
    return { request, digest, version }
  } catch (error) {
    if (error instanceof ChartError)
      return { ...problemOf(error, location), message: asked(request.name, error) }
    throw error
  }
}

/**
 * Of two charts of one name, helm takes any whose version is in the range: now this one, now that. In the copy each dependency names
 * the version that was fetched for it.
 */
async function pinVersion(
  { location, index }: RemoteDependency,
  version: string,
  tree: string,
): Promise<void> {
  const file = join(tree, location.file)
  const document = parseDocument(await readFile(file, 'utf8'))
  document.setIn(['dependencies', index, 'version'], version)
  // A link to the checkout's own file must not be written through.
  await rm(file)
  await writeFile(file, document.toString())
}

function asked(name: string, error: ChartError): string {
  return `the dependency ${name} is not in charts/ and cannot be fetched: ${error.message}`
}

/** Told apart from all that may be wrong with a chart by its code. */
export const notFetched = 'chart-not-fetched'

export function notSetUp(what: string, location: Problem['location']): Problem {
  return {
    code: notFetched,
    message: `${what} is not in the repository, and nothing may be fetched here`,
    location,
    hint: 'commit it to the repository',
  }
}
