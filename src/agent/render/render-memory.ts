import { createHash } from 'node:crypto'
import type { RenderedObject } from '../../model/rendered.ts'
import type { RenderRequest } from './renderer.ts'

const remembered = 64

/**
 * Renders by what they are a function of. In memory only, because renders hold Secrets. The newest are kept; failures are
 * not, since they may come from a bound or an abort.
 */
export function createRenderMemory() {
  const results = new Map<string, readonly RenderedObject[]>()
  return {
    async once(
      request: RenderRequest,
      render: () => Promise<readonly RenderedObject[]>,
    ): Promise<readonly RenderedObject[]> {
      const key = keyOf(request)
      if (key === null) return render()
      const known = results.get(key)
      const objects = known ?? (await render())
      results.delete(key)
      results.set(key, objects)
      if (results.size > remembered) results.delete(results.keys().next().value!)
      return objects
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
