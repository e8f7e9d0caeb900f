import { createHash } from 'node:crypto'
import type { RenderedObject } from '../../model/rendered.ts'
import type { UsedChart } from './helm/laid-out-chart.ts'
import type { RenderRequest } from './renderer.ts'

const remembered = 64

/** A render, and the charts from elsewhere that it is a function of besides its request. */
export interface RenderResult {
  readonly objects: readonly RenderedObject[]
  readonly charts: readonly UsedChart[]
}

/**
 * Renders by what they are a function of: the request, and what was in the charts that it names. In memory only, because renders hold
 * Secrets. The newest are kept; failures are not, since they may come from a bound or an abort.
 */
export function createRenderMemory(isStillThat: (chart: UsedChart, signal: AbortSignal) => Promise<boolean>) {
  const results = new Map<string, RenderResult>()

  async function known(key: string, signal: AbortSignal): Promise<RenderResult | null> {
    const result = results.get(key)
    if (!result) return null
    for (const chart of result.charts) {
      if (!(await isStillThat(chart, signal))) return null
    }
    return result
  }

  return {
    async once(
      request: RenderRequest,
      signal: AbortSignal,
      render: () => Promise<RenderResult>,
    ): Promise<readonly RenderedObject[]> {
      const key = keyOf(request)
      if (key === null) return (await render()).objects
      const result = (await known(key, signal)) ?? (await render())
      results.delete(key)
      results.set(key, result)
      if (results.size > remembered) results.delete(results.keys().next().value!)
      return result.objects
    },
  }
}

function keyOf({ contentKey, application, destination, inRepository }: RenderRequest): string | null {
  if (contentKey === null) return null
  const { name, sources, definedIn } = application
  const parts = [
    contentKey,
    name,
    definedIn,
    application.destination.namespace,
    sources.map(source => [source, inRepository(source)]),
    destination,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
