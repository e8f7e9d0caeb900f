import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../../model/problem.ts'
import { chartFile, localDependency, readChart } from '../../../repository/chart.ts'
import { type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import { lookUp } from '../inside.ts'

/** A chart of the checkout with all that it takes from its neighbours. */
export interface ChartWalk {
  /** Folders that take part, the chart's own first. */
  readonly folders: readonly RepositoryPath[]
  /** `file://` dependencies that must be laid into `charts/`: where from, and where to. Innermost first. */
  readonly vendored: readonly { readonly from: RepositoryPath; readonly to: RepositoryPath }[]
  readonly problems: readonly Problem[]
}

/** Follows the local dependencies of a chart. Those from elsewhere have to lie in `charts/` already. */
export async function walkChart(root: string, start: RepositoryPath): Promise<ChartWalk> {
  const folders: RepositoryPath[] = []
  const vendored: ChartWalk['vendored'][number][] = []
  const problems: Problem[] = []
  const visit = async (folder: RepositoryPath, above: readonly RepositoryPath[]): Promise<void> => {
    if (above.includes(folder)) {
      problems.push(
        problem('helm-failed', `the chart in ${folder} depends on itself`, {
          file: `${folder}/${chartFile}`,
          line: 1,
        }),
      )
      return
    }
    if (folders.includes(folder)) return
    folders.push(folder)
    for (const file of [chartFile, 'requirements.yaml']) {
      const path = folder === '.' ? file : `${folder}/${file}`
      if ((await lookUp(root, path)).kind !== 'file') continue
      const chart = readChart(await readFile(join(root, path)), path)
      problems.push(...chart.problems)
      const present = await readdir(join(root, folder, 'charts')).catch(() => [])
      for (const dependency of chart.dependencies) {
        const location = { file: path, ...dependency.position }
        if (isPresent(dependency.name, present)) continue
        const local = localDependency(dependency.repository)
        const from = local === null ? null : resolveInside(folder, local)
        if (local === null) problems.push(notVendored(dependency.name, dependency.repository, location))
        else if (from === null)
          problems.push(problem('outside-repository', `"${local}" lies outside of the repository`, location))
        else if ((await lookUp(root, join(from, chartFile))).kind !== 'file') {
          problems.push(
            problem(
              'missing-file',
              `the dependency ${dependency.name} is no chart: ${from} holds no ${chartFile}`,
              location,
            ),
          )
        } else {
          await visit(from, [...above, folder])
          vendored.push({ from, to: resolveInside(folder, `charts/${dependency.name}`)! })
        }
      }
    }
  }
  await visit(start, [])
  return { folders, vendored, problems }
}

function isPresent(name: string, present: readonly string[]): boolean {
  return present.some(it => it === name || (it.startsWith(`${name}-`) && it.endsWith('.tgz')))
}

function notVendored(name: string, repository: string, location: Problem['location']): Problem {
  const origin = repository ? ` from ${repository}` : ''
  return {
    code: 'chart-dependency',
    message: `the dependency ${name}${origin} is not in charts/`,
    location,
    hint: 'run "helm dependency build" and commit charts/: a render reads nothing from the network',
  }
}

function problem(code: string, message: string, location: Problem['location']): Problem {
  return { code, message, location, hint: null }
}
