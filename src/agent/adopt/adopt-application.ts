import type { LeftField } from '../../model/adoption.ts'
import type { Application } from '../../model/application.ts'
import { canonicalId, type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { RepositoryRef, Revision } from '../../model/repository.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import { adoptableOf } from '../../engine/adoptable.ts'
import { compareIds } from '../../engine/order.ts'
import type { DesiredObject, PlanInput } from '../../engine/plan-input.ts'
import { createPlanRedactor, type PlanRedactor } from '../../engine/plan-redactor.ts'
import { settle } from '../../engine/settle.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Planner } from '../plan/planner.ts'
import type { Remembered } from '../plan/recall.ts'
import type { Charts } from '../render/charts/charts.ts'
import type { Renderer, RenderRequest } from '../render/renderer.ts'
import { type Adoption, adoptIntoSource } from './adopt-source.ts'
import { openWorkingCopy } from './working-copy.ts'

export interface AdoptApplicationDependencies {
  readonly cluster: Cluster
  readonly planner: Planner
  readonly renderer: Renderer
  /** Charts that are not in the repository; null when there are none. */
  readonly charts: Charts | null
}

export interface AdoptRequest {
  readonly application: Application
  /** Of the application's repository. Its files are changed. */
  readonly folder: string
  readonly inRepository: RenderRequest['inRepository']
  /** Null when a person adopts from a terminal. */
  readonly repository: RepositoryRef | null
  readonly revision: Revision | null
  /** Empty: all that drifted. */
  readonly objects: readonly ObjectId[]
  readonly remembered: Remembered
}

/**
 * Looks what has drifted from what the folder renders to, as a plan does, and edits the folder's files until they say it. No Secret's content
 * is in what is returned, but what the files held before. Rejects with InvalidInputError or ClusterError.
 */
export async function adoptApplication(
  { cluster, planner, renderer, charts }: AdoptApplicationDependencies,
  request: AdoptRequest,
  signal: AbortSignal,
): Promise<Adoption> {
  const { application, inRepository, repository, revision, remembered } = request
  const copy = await openWorkingCopy(request.folder)
  const discovery = await cluster.discover(signal)
  const { kubernetesVersion, apiVersions } = discovery
  const destination = { kubernetesVersion, apiVersions }
  const head = await renderer.render(
    { folder: copy.root, contentKey: null, application, inRepository, destination },
    signal,
  )
  // Base and head agree, so every difference is the cluster's own.
  const { input } = await planner.plan(
    { application, head, base: head, revision, repository, prune: false, remembered },
    signal,
  )
  const { wanted, left } = adoptableOf({
    application,
    cluster: input.cluster,
    desired: input.head,
    live: input.live,
    predicted: predictedOf(input),
    lastSynced: remembered.lastSynced,
    lastSyncedId: objectIdOf,
    redactionKey: input.redactionKey,
  })
  const asked = new Set(request.objects.map(canonicalId))
  const isAsked = ({ id }: { readonly id: ObjectId }) => asked.size === 0 || asked.has(id)
  const settled = (objects: readonly RenderedObject[]) => settledAs(objects, application, discovery)
  const adopted = await adoptIntoSource(
    {
      copy,
      application,
      renderer,
      charts,
      inRepository,
      destination,
      settle: settled,
      rendered: settled(head),
      wanted: wanted.filter(isAsked),
    },
    signal,
  )
  const redactor = createPlanRedactor(input)
  checkNoSecret(adopted, redactor)
  return { ...adopted, left: toldOf([...left.filter(isAsked), ...adopted.left], redactor) }
}

function predictedOf({ head, live, predictions }: PlanInput): ReadonlyMap<ObjectId, KubernetesObject> {
  return new Map(
    head.flatMap(({ id }): readonly (readonly [ObjectId, KubernetesObject])[] => {
      const prediction = predictions.get(id)
      const read = live.get(id)
      if (prediction?.kind === 'predicted') return [[id, prediction.object]]
      if (prediction?.kind === 'immutable' && prediction.object) return [[id, prediction.object]]
      return prediction?.kind === 'unchanged' && read?.kind === 'live' ? [[id, read.object]] : []
    }),
  )
}

function settledAs(
  objects: readonly RenderedObject[],
  application: Application,
  discovery: Awaited<ReturnType<Cluster['discover']>>,
): readonly DesiredObject[] {
  return settle(objects, {
    application,
    scopeOf(apiVersion, kind) {
      const resource = discovery.find(apiVersion, kind)
      return resource && (resource.namespaced ? 'namespaced' : 'cluster')
    },
  }).objects
}

function toldOf(left: readonly LeftField[], redactor: PlanRedactor): readonly LeftField[] {
  return left
    .map(it => ({ ...it, reason: redactor.text(it.reason) }))
    .toSorted((a, b) => compareIds(a.id, b.id))
}

/** What is wanted was looked through already. A way of rendering that nobody thought of must not make it a leak. */
function checkNoSecret({ files }: Adoption, redactor: PlanRedactor): void {
  for (const { path, text, before } of files) {
    const known = new Set(before.split('\n'))
    const added = (text ?? '').split('\n').filter(line => !known.has(line))
    const holder = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '' } }
    const shown = redactor.object({ ...holder, data: { lines: added.join('\n') } })
    if ((shown['data'] as { lines: string }).lines !== added.join('\n'))
      throw new Error(`an edit of ${path} would have written a Secret's value`)
  }
}
