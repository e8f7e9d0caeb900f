import { dirname } from 'node:path'
import type { AdoptedField, LeftField } from '../../model/adoption.ts'
import type { Application, ApplicationSource } from '../../model/application.ts'
import type { ObjectId } from '../../model/identity.ts'
import { InvalidInputError } from '../../model/problem.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import { chartFile } from '../../repository/chart.ts'
import { kustomizationFiles } from '../../repository/kustomization.ts'
import type { Wanted } from '../../engine/adoptable.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import type { Charts } from '../render/charts/charts.ts'
import { chartRequestOf } from '../render/helm/remote-chart.ts'
import type { Renderer, RenderRequest } from '../render/renderer.ts'
import { adoptFields, type Proposal } from './adopt-fields.ts'
import { type ChartShelf, createChartShelf } from './helm/chart-shelf.ts'
import { proposeHelm } from './helm/propose-helm.ts'
import { proposeKustomize } from './kustomize/propose-kustomize.ts'
import { proposeDirectory } from './propose-directory.ts'
import { applicationIn, type Scene, sourcePlaceOf } from './scene.ts'
import { type Sharing, sharingOf } from './sharing.ts'
import type { ChangedFile, WorkingCopy } from './working-copy.ts'

/** Renders of one application before an adoption gives up. */
const mostRenders = 60

export interface SourceAdoption {
  /** A repository with the application in it, to be edited. */
  readonly copy: WorkingCopy
  readonly application: Application
  readonly renderer: Renderer
  readonly charts: Charts | null
  readonly inRepository: RenderRequest['inRepository']
  readonly destination: RenderRequest['destination']
  readonly settle: (objects: readonly RenderedObject[]) => readonly DesiredObject[]
  /** What the copy renders to as it is. */
  readonly rendered: readonly DesiredObject[]
  readonly wanted: readonly Wanted[]
  readonly mostRenders?: number
}

export interface Adoption {
  readonly files: readonly ChangedFile[]
  readonly adopted: readonly AdoptedField[]
  readonly left: readonly LeftField[]
}

/** Edits the source of an application until it renders what is wanted, as far as that can be. Rejects with the reason of `signal`. */
export async function adoptIntoSource(adoption: SourceAdoption, signal: AbortSignal): Promise<Adoption> {
  const { copy, wanted } = adoption
  if (wanted.length === 0) return { files: [], adopted: [], left: [] }
  const sourceOf = await sourcesById(adoption, signal)
  const sharing = await sharingOf(copy, adoption.application, signal)
  const shelf = createChartShelf(adoption.charts, dirname(copy.root))
  try {
    return await editFields(adoption, { sourceOf, sharing, shelf }, signal)
  } finally {
    await shelf.close()
  }
}

async function editFields(
  adoption: SourceAdoption,
  tools: Pick<Proposing, 'sourceOf' | 'sharing' | 'shelf'>,
  signal: AbortSignal,
): Promise<Adoption> {
  const { copy, wanted } = adoption
  const { adopted, left } = await adoptFields(
    {
      copy,
      wanted,
      rendered: adoption.rendered,
      mostRenders: adoption.mostRenders ?? mostRenders,
      render: aborted => renderNow(adoption, aborted),
      propose: (it, current) => propose(it, { ...tools, adoption, current, signal }),
    },
    signal,
  )
  return { files: copy.changes(), adopted, left }
}

async function renderNow(
  { copy, application, renderer, inRepository, destination, settle }: SourceAdoption,
  signal: AbortSignal,
): Promise<readonly DesiredObject[]> {
  const now = await applicationIn(copy, application, signal)
  const request = { folder: copy.root, contentKey: null, application: now, inRepository, destination }
  return settle(await renderer.render(request, signal))
}

/** Which of several sources renders an object: each is rendered by itself, once. */
async function sourcesById(
  adoption: SourceAdoption,
  signal: AbortSignal,
): Promise<(id: ObjectId) => number | null> {
  const { application } = adoption
  const rendering = application.sources.flatMap((source, at) =>
    source.ref !== null && source.path === '.' && source.chart === null && application.sources.length > 1
      ? []
      : [at],
  )
  const [only] = rendering
  if (rendering.length === 1 && only !== undefined) return () => only
  const byId = new Map<ObjectId, number>()
  for (const at of rendering) {
    const others = application.sources.filter(it => it.ref !== null && it.path === '.' && it.chart === null)
    const source = application.sources[at]!
    // What only values come from stays, for this one may name it.
    const sources = [source, ...others.filter(it => it !== source)]
    const alone = { ...adoption, application: { ...application, definedIn: null, sources } }
    try {
      for (const { id } of await renderNow(alone, signal)) byId.set(id, at)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
    }
  }
  return id => byId.get(id) ?? null
}

interface Proposing {
  readonly adoption: SourceAdoption
  readonly current: ReadonlyMap<string, DesiredObject>
  readonly sourceOf: (id: ObjectId) => number | null
  readonly sharing: Sharing
  readonly shelf: ChartShelf
  readonly signal: AbortSignal
}

async function propose(
  wanted: Wanted,
  { adoption, current, sourceOf, sharing, shelf, signal }: Proposing,
): Promise<Proposal> {
  const { copy, inRepository } = adoption
  const application = await applicationIn(copy, adoption.application, signal)
  const at = sourceOf(wanted.id)
  const source = at === null ? undefined : application.sources[at]
  const rendered = current.get(wanted.id)
  if (at === null || !source || !rendered) return { candidates: [], otherwise: 'its source was not found' }
  const sourcePlace = await sourcePlaceOf(copy, application, at)
  const scene: Scene = { copy, application, source, sourcePlace, sharing, wanted, rendered }
  switch (await kindOf(source, copy)) {
    case 'helm':
      return proposeHelm(scene, { shelf, inRepository, signal })
    case 'kustomize':
      return proposeKustomize(scene)
    case 'directory':
      return proposeDirectory(scene)
  }
}

/** As the renderer tells them apart. */
async function kindOf(
  source: ApplicationSource,
  copy: WorkingCopy,
): Promise<'helm' | 'kustomize' | 'directory'> {
  if (chartRequestOf(source) !== null) return 'helm'
  const holds = async (name: string) => (await copy.fileAt(`${source.path}/${name}`)) !== null
  if (source.flux !== null) return 'kustomize'
  for (const name of kustomizationFiles) if (await holds(name)) return 'kustomize'
  return (await holds(chartFile)) ? 'helm' : 'directory'
}
