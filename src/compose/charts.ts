import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Charts } from '../agent/render/charts/charts.ts'

/**
 * Charts of an agent: from the hosts that its list names and no others. Rejects with InvalidInputError that tells all that is wrong with
 * the list. `folder` may be emptied at any time.
 */
export async function agentCharts(hostsFile: string | null, folder: string): Promise<Charts> {
  const { closedChartHosts, readChartHosts } = await import('../agent/render/charts/chart-hosts.ts')
  const { createCharts } = await import('../agent/render/charts/create-charts.ts')
  const hosts = closedChartHosts(hostsFile === null ? [] : await readChartHosts(hostsFile))
  return createCharts({ hosts, folder, now: Date.now })
}

export interface LocalChartOptions {
  /** A list of chart hosts, for those that want credentials or are otherwise special. */
  readonly chartHosts?: string | undefined
  /** False: nothing is fetched. */
  readonly fetch?: boolean | undefined
}

/**
 * Charts of the command line: whatever a document names, for a person has chosen it. Kept in the user's cache. Null when nothing may be
 * fetched. Loaded when the first chart is asked for: most commands need none.
 */
export function localCharts({ chartHosts, fetch }: LocalChartOptions, env: NodeJS.ProcessEnv): Charts | null {
  if (fetch === false) return null
  const caches = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache')
  let opened: Promise<Charts> | null = null
  const open = async (): Promise<Charts> => {
    const { openChartHosts, readChartHosts } = await import('../agent/render/charts/chart-hosts.ts')
    const { createCharts } = await import('../agent/render/charts/create-charts.ts')
    const file = chartHosts ?? env.PLUMBLINE_CHART_HOSTS
    const hosts = openChartHosts(file ? await readChartHosts(file) : [])
    return createCharts({ hosts, folder: join(caches, 'plumbline', 'charts'), now: Date.now })
  }
  return { fetch: async (request, signal) => (await (opened ??= open())).fetch(request, signal) }
}
