import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApplicationSource } from '../../../model/application.ts'
import type { SourceLocation } from '../../../model/problem.ts'
import { ChartError, type ChartRequest, problemOf } from '../charts/charts.ts'
import { shownText } from '../charts/chart-url.ts'
import { unpackChart } from '../charts/unpack.ts'
import type { HelmPlace, LaidOutChart } from './laid-out-chart.ts'
import { notSetUp } from './local-chart.ts'
import { createTemplateFinder } from './source-comments.ts'

/**
 * The chart that a source takes from elsewhere; null when it reads a repository of files. Argo CD also writes a chart in a registry as
 * `oci://host/path/name` without `chart`.
 */
export function chartRequestOf(source: ApplicationSource): ChartRequest | null {
  const { repoURL, chart, path, targetRevision } = source
  const version = targetRevision === 'HEAD' ? '' : targetRevision
  if (chart !== null) return { repository: repoURL, name: chart, version }
  const [, repository, name] = /^(oci:\/\/.+)\/([^/]+)\/?$/i.exec(repoURL) ?? []
  return repository !== undefined && name !== undefined && path === '.' ? { repository, name, version } : null
}

/** Fetches the chart and unpacks it into `scratch`. */
export async function layOutRemoteChart(
  request: ChartRequest,
  standIn: SourceLocation | null,
  how: { readonly place: HelmPlace; readonly scratch: string; readonly signal: AbortSignal },
): Promise<LaidOutChart> {
  const { place, scratch, signal } = how
  const unpacked = join(scratch, 'chart')
  await mkdir(unpacked)
  const root = await realpath(unpacked)
  const nothing = { path: root, root, folder: '.', finder: nowhere(root), isRemote: true, standIn, used: [] }
  if (place.charts === null) return { ...nothing, problems: [notSetUp(`the chart ${request.name}`, standIn)] }
  try {
    const { archive, digest, version } = await place.charts.fetch(request, signal)
    const what = `the chart ${request.name} ${version} of ${shownText(request.repository)}`
    const folder = await unpackChart(archive, root, { what, limits: place.limits, signal })
    const used = [{ request, digest }]
    return { ...nothing, problems: [], path: join(root, folder), folder, used }
  } catch (error) {
    if (error instanceof ChartError) return { ...nothing, problems: [problemOf(error, standIn)] }
    throw error
  }
}

/** No template of an archive has a place in the repository. */
function nowhere(root: string) {
  return createTemplateFinder(root, '.', null)
}
