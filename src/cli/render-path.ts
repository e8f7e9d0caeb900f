import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localCharts } from '../compose/charts.ts'
import { rendererFor } from '../compose/renderer.ts'
import type { Renderer } from '../agent/render/renderer.ts'
import type { RenderedObject } from '../model/rendered.ts'
import { isInRepository } from '../repository/same-repository.ts'
import type { TargetOptions } from './commands/options.ts'
import type { Destination } from './destination.ts'
import type { LocalEngine } from './local-engine.ts'
import { readTarget, type Target } from './target.ts'

interface RenderFrom {
  /** In place of the target's root. */
  readonly folder?: string
  readonly signal: AbortSignal
}

/** Renders a target's sources from disk, as they are now, or from `folder` instead of the target's root. */
export async function renderTarget(
  { cluster, renderer }: Pick<LocalEngine, 'cluster' | 'renderer'>,
  target: Target,
  from: RenderFrom,
): Promise<readonly RenderedObject[]> {
  return renderFor(renderer, target, { ...from, destination: await cluster.discover(from.signal) })
}

function renderFor(
  renderer: Renderer,
  target: Target,
  from: RenderFrom & { readonly destination: Pick<Destination, 'kubernetesVersion' | 'apiVersions'> },
): Promise<readonly RenderedObject[]> {
  const { kubernetesVersion, apiVersions } = from.destination
  return renderer.render(
    {
      folder: from.folder ?? target.root,
      contentKey: null,
      application: target.application,
      // Whatever URL the document names: the person says with PATH that this checkout is meant.
      inRepository: source => isInRepository(source, source.repoURL),
      destination: { kubernetesVersion, apiVersions },
    },
    from.signal,
  )
}

/** Renders PATH for a destination, without the engine that a plan needs. */
export async function renderPath(
  path: string,
  options: Pick<TargetOptions, 'application' | 'namespace' | 'chartHosts' | 'fetch'>,
  destination: Destination,
  signal: AbortSignal,
): Promise<readonly RenderedObject[]> {
  const target = await readTarget(path, options, destination.access?.getCurrentContext() ?? '')
  const charts = localCharts(options, process.env)
  const cacheFolder = await mkdtemp(join(tmpdir(), 'plumbline-render-'))
  try {
    const renderer = rendererFor(process.env, { cacheFolder, charts })
    return await renderFor(renderer, target, { destination, signal })
  } finally {
    await rm(cacheFolder, { recursive: true, force: true })
  }
}
