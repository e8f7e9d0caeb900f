import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Charts } from '../../agent/render/charts/charts.ts'
import { notFetched } from '../../agent/render/helm/local-chart.ts'
import { chartRequestOf } from '../../agent/render/helm/remote-chart.ts'
import { rendererFor } from '../../compose/renderer.ts'
import type { Application } from '../../model/application.ts'
import { InvalidInputError, type Problem } from '../../model/problem.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import { isInRepository } from '../../repository/same-repository.ts'
import type { Validation } from '../../repository/validate.ts'
import type { Destination } from '../destination.ts'
import { directoryApplication } from '../target.ts'
import type { Workspace } from './workspace.ts'

/** What one application, or one folder, renders to. */
export interface Render {
  /** For messages: `overlays/dev`, `the application shop`. */
  readonly name: string
  readonly objects: readonly RenderedObject[]
}

export interface Skipped {
  readonly name: string
  readonly why: string
  /** The tool that is missing on this machine: nothing is known of the files then. */
  readonly tool?: string
}

export interface Renders {
  readonly renders: readonly Render[]
  readonly problems: readonly Problem[]
  /** What could not be looked at, and why. */
  readonly skipped: readonly Skipped[]
}

export interface RenderAllRequest {
  readonly workspace: Workspace
  readonly validation: Pick<Validation, 'applications' | 'roots'>
  readonly destination: Destination
  /** Null when none may be fetched. */
  readonly charts: Charts | null
  /** Told before each one begins. */
  onProgress(done: number, total: number): void
}

/** Renders every application of the repository, and every kustomization and chart that none of them renders. */
export async function renderAll(request: RenderAllRequest, signal: AbortSignal): Promise<Renders> {
  const { workspace, destination } = request
  const wanted = wantedRenders(request)
  const scratch = await mkdtemp(join(tmpdir(), 'plumbline-validate-'))
  const { charts } = request
  const concurrency = availableParallelism()
  const renderer = rendererFor(process.env, { cacheFolder: scratch, charts, concurrency })
  let done = 0
  const one = async ({ name, application, isChart }: Wanted): Promise<Renders> => {
    try {
      const objects = await renderer.render(
        {
          folder: workspace.root,
          contentKey: null,
          application,
          inRepository: source => isInRepository(source, workspace.cloneUrl ?? source.repoURL),
          destination,
        },
        signal,
      )
      return { renders: [{ name, objects }], problems: [], skipped: [] }
    } catch (error) {
      if (error instanceof InvalidInputError) return refused(error.problems, { name, isChart })
      const tool = /^could not run (\S+): is it installed/.exec(
        error instanceof Error ? error.message : '',
      )?.[1]
      if (tool === undefined) throw error
      const skipped = { name, why: `${basename(tool)} is not installed`, tool: basename(tool) }
      return { renders: [], problems: [], skipped: [skipped] }
    } finally {
      request.onProgress(++done, wanted.length)
    }
  }
  try {
    request.onProgress(0, wanted.length)
    const all = await Promise.all(wanted.map(one))
    return {
      renders: all.flatMap(it => it.renders),
      problems: all.flatMap(it => it.problems),
      skipped: all.flatMap(it => it.skipped),
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A chart that asks for values has no mistake when it is given none, nor has one that may not be fetched. */
function refused(problems: readonly Problem[], { name, isChart }: Pick<Wanted, 'name' | 'isChart'>): Renders {
  const [missing] = problems.filter(it => it.code === notFetched)
  if (missing) {
    const others = problems.filter(it => it.code !== notFetched)
    return { renders: [], problems: others, skipped: [{ name, why: missing.message }] }
  }
  const asked = isChart ? problems.find(it => it.message.startsWith('execution error at ')) : undefined
  if (!asked) return { renders: [], problems, skipped: [] }
  const why = `it needs values: ${asked.message.replace(/^execution error at \([^)]*\): /, '')}`
  return { renders: [], problems: problems.filter(it => it !== asked), skipped: [{ name, why }] }
}

interface Wanted {
  readonly name: string
  /** A chart with its own values only, for no application says others. */
  readonly isChart: boolean
  readonly application: Application
}

/** Each once: applications that differ only in their cluster render the same. */
function wantedRenders({ workspace, validation }: RenderAllRequest): readonly Wanted[] {
  const { cloneUrl } = workspace
  const local = validation.applications.filter(({ sources }) =>
    sources.every(it => chartRequestOf(it) !== null || isInRepository(it, cloneUrl ?? it.repoURL)),
  )
  const byContent = new Map(
    local.map(application => {
      const { name, sources, destination } = application
      const paths = sources
        .filter(it => it.ref === null || it.path !== '.' || it.chart !== null)
        .map(it => it.chart ?? it.path)
      const wanted = { name: paths.join(' and '), isChart: false, application }
      return [JSON.stringify([name, sources, destination.namespace]), wanted] as const
    }),
  )
  const covered = new Set(
    local.flatMap(it => it.sources.filter(source => source.chart === null).map(source => source.path)),
  )
  return [
    ...byContent.values(),
    ...validation.roots
      .filter(folder => !covered.has(folder))
      .map(folder => ({
        name: folder === '.' ? 'the root' : folder,
        isChart: true,
        application: directoryApplication(folder === '.' ? basename(workspace.root) : folder, folder, ''),
      })),
  ]
}
