import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Charts, ChartRequest } from '../../render/charts/charts.ts'
import { layOutRemoteChart } from '../../render/helm/remote-chart.ts'
import { createParseMemory } from '../../render/parse-memory.ts'
import { defaultRenderLimits } from '../../render/renderer.ts'

/** A chart on disk, to read its own values from. */
export interface ShelvedChart {
  readonly root: string
  readonly folder: string
  readonly isRemote: boolean
}

/** Charts from elsewhere, unpacked once for an adoption. One that cannot be had is empty: then its render has said so. */
export interface ChartShelf {
  take(request: ChartRequest, signal: AbortSignal): Promise<ShelvedChart>
  /** Removes them. */
  close(): Promise<void>
}

/** `folder` is where folders for single charts are made. */
export function createChartShelf(charts: Charts | null, folder: string): ChartShelf {
  const taken = new Map<string, { readonly scratch: string; readonly chart: ShelvedChart }>()
  return {
    async take(request, signal) {
      const key = JSON.stringify(request)
      const known = taken.get(key)
      if (known) return known.chart
      const scratch = await mkdtemp(join(folder, 'chart-'))
      const place = {
        charts,
        limits: defaultRenderLimits,
        documents: createParseMemory(),
        binary: '',
        scratchFolder: scratch,
        turn: <T>(run: () => Promise<T>) => run(),
      }
      const chart = await layOutRemoteChart(request, null, { place, scratch, signal })
      taken.set(key, { scratch, chart })
      return chart
    },
    async close() {
      for (const { scratch } of taken.values()) await rm(scratch, { recursive: true, force: true })
      taken.clear()
    },
  }
}
