import { mkdir, realpath } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import PQueue from 'p-queue'
import type { Application, ApplicationSource } from '../../model/application.ts'
import { InvalidInputError, type Problem } from '../../model/problem.ts'
import { chartFile } from '../../repository/chart.ts'
import { kustomizationFiles } from '../../repository/kustomization.ts'
import { type CheckoutView, createCheckoutViews } from './checkout-view.ts'
import { ChartError, type Charts } from './charts/charts.ts'
import { holds, renderDirectory } from './directory.ts'
import type { UsedChart } from './helm/laid-out-chart.ts'
import { chartRequestOf } from './helm/remote-chart.ts'
import { symlinkOutside } from './inside.ts'
import { duplicateProblems, type Objects } from './objects.ts'
import { createParseMemory } from './parse-memory.ts'
import { createRenderMemory, type RenderResult } from './render-memory.ts'
import { type HelmObjects, renderHelm } from './render-helm.ts'
import { renderKustomize } from './render-kustomize.ts'
import { defaultRenderLimits, type Renderer, type RenderLimits, type RenderRequest } from './renderer.ts'

export interface RendererOptions {
  /** Absolute paths. */
  readonly binaries: { readonly helm: string; readonly kustomize: string }
  /** For files of single runs; created when missing. Best on the file system that checkouts are on. */
  readonly cacheFolder: string
  /** Charts that are not in the repository; without, there are none. */
  readonly charts?: Charts | null
  readonly limits?: Partial<RenderLimits>
  /** Tools that run at once. Default: one for each core. */
  readonly concurrency?: number
}

/** Renders with the real `kustomize` and `helm` binaries, each run in an environment of its own. */
export function createRenderer(options: RendererOptions): Renderer {
  const limits = { ...defaultRenderLimits, ...options.limits }
  const scratchFolder = join(options.cacheFolder, 'render')
  const concurrency = options.concurrency ?? availableParallelism()
  const tools = new PQueue({ concurrency })
  // While tools run, the next ones are prepared and what came out of the last ones is read.
  const preparations = new PQueue({ concurrency: 2 * concurrency })
  const views = createCheckoutViews()
  const charts = options.charts ?? null
  const memory = createRenderMemory((chart, signal) => isStillThat(charts, chart, signal))
  const documents = createParseMemory()

  async function renderSource(
    request: RenderRequest,
    source: ApplicationSource,
    signal: AbortSignal,
  ): Promise<Objects | HelmObjects> {
    const turn = <T>(run: () => Promise<T>) => tools.add(run)
    const place = { scratchFolder, limits, documents, turn }
    const helmPlace = { ...place, binary: options.binaries.helm, charts }
    if (chartRequestOf(source) !== null) return renderHelm(request, source, helmPlace, signal)
    const view = views(await realpath(request.folder), request.contentKey)
    const refused = await refusal(request, source, view)
    if (refused) return { objects: [], problems: [refused] }
    if (source.flux !== null || (await holds(view, source.path, kustomizationFiles))) {
      const { application } = request
      const kustomizePlace = { ...place, binary: options.binaries.kustomize }
      return preparations.add(() => renderKustomize(view, { application, source }, kustomizePlace, signal))
    }
    if (await holds(view, source.path, [chartFile])) {
      return renderHelm(request, source, helmPlace, signal)
    }
    return renderDirectory(request.folder, source, { limits, documents }, signal)
  }

  async function render(request: RenderRequest, signal: AbortSignal): Promise<RenderResult> {
    await mkdir(scratchFolder, { recursive: true })
    const results: (Objects | HelmObjects)[] = []
    for (const source of request.application.sources.filter(it => !isOnlyValues(it, request.application))) {
      signal.throwIfAborted()
      results.push(await renderSource(request, source, signal).catch(failure(request.application)))
    }
    const objects = results.flatMap(it => it.objects)
    const problems = results.flatMap(it => it.problems)
    problems.push(...duplicateProblems(objects))
    if (objects.length > limits.maxObjects) problems.push(tooMany(request.application, limits))
    if (problems.length > 0) throw new InvalidInputError(located(problems, request.application))
    return { objects, charts: results.flatMap(it => ('charts' in it ? it.charts : [])) }
  }

  return { render: (request, signal) => memory.once(request, signal, () => render(request, signal)) }
}

/** What is about no file in particular is about the application. */
function located(problems: readonly Problem[], { definedIn }: Application): readonly Problem[] {
  return problems.map(it => ({ ...it, location: it.location ?? definedIn }))
}

function failure(application: Application): (error: unknown) => never {
  return error => {
    if (error instanceof InvalidInputError) throw new InvalidInputError(located(error.problems, application))
    throw error
  }
}

/** Whether a chart is what it was; a host that is away gives no answer, and the render that is asked for then says why. */
async function isStillThat(charts: Charts | null, chart: UsedChart, signal: AbortSignal): Promise<boolean> {
  try {
    return (await charts?.fetch(chart.request, signal))?.digest === chart.digest
  } catch (error) {
    if (error instanceof ChartError) return false
    throw error
  }
}

/** A source with a `ref` and no path is there for its value files alone. */
function isOnlyValues(source: ApplicationSource, application: Application): boolean {
  return source.ref !== null && source.path === '.' && source.chart === null && application.sources.length > 1
}

async function refusal(
  request: RenderRequest,
  source: ApplicationSource,
  view: CheckoutView,
): Promise<Problem | null> {
  const { application } = request
  const at = (code: string, message: string, hint: string | null): Problem => ({
    code,
    message,
    location: application.definedIn,
    hint,
  })
  if (!request.inRepository(source)) {
    const message = `${source.repoURL} is another repository, and cannot be read yet`
    return at(
      'source-not-supported',
      message,
      'use sources of this repository, or "." for this repository itself',
    )
  }
  const found = source.path.startsWith('../') || source.path === '..' ? null : await view.lookUp(source.path)
  switch (found?.kind) {
    case 'folder':
      return null
    case 'outside':
      return symlinkOutside(source.path)
    case 'file':
      return at('missing-path', `the path ${source.path} is a file`, 'name the folder that holds it')
    case 'missing':
      return at(
        'missing-path',
        `the path ${source.path} does not exist`,
        'paths are relative to the root of the repository',
      )
    case undefined:
      return at('outside-repository', `the path ${source.path} lies outside of the repository`, null)
  }
}

function tooMany(application: Application, limits: RenderLimits): Problem {
  return {
    code: 'render-limit',
    message: `${application.name} renders more than ${limits.maxObjects} objects`,
    location: application.definedIn,
    hint: 'split the application',
  }
}
