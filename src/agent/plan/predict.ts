import { isDefinition } from '../../engine/defined-kinds.ts'
import { isEnding } from '../../engine/ending.ts'
import { withoutIgnored } from '../../engine/ignore-differences.ts'
import { applicationOf, ownedByAnother } from '../../engine/ownership.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import { schemasOf, withSchemaDefaults } from '../../engine/schema-defaults.ts'
import { provesUnchanged } from '../../engine/unchanged.ts'
import { withoutOwners } from '../../engine/without-owners.ts'
import type { Application } from '../../model/application.ts'
import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { LiveRead, Prediction } from '../../model/rendered.ts'
import { type Cluster, ClusterError, type Discovery } from '../cluster/cluster.ts'
import { inParallel } from './in-parallel.ts'
import type { KnownUnchanged } from './known-unchanged.ts'
import { endsEverything } from './read-live.ts'
import type { PlanRequest } from './planner.ts'
import { refusalOf } from './refusal.ts'
import { predictApply } from './predict-apply.ts'
import { predictReplace } from './predict-replace.ts'

export interface PredictRequest {
  readonly cluster: Cluster
  readonly application: Application
  readonly head: readonly DesiredObject[]
  readonly live: ReadonlyMap<ObjectId, LiveRead>
  /** What our last apply of each object held, where that is known for certain. */
  readonly lastApplied: ReadonlyMap<ObjectId, KubernetesObject>
  /** What earlier dry runs have said. */
  readonly known: KnownUnchanged
  /** Objects of other applications that move here, with whose they are. */
  readonly takes: ReadonlyMap<ObjectId, string>
  readonly onProgress?: PlanRequest['onProgress']
}

export interface Predicted {
  readonly predictions: ReadonlyMap<ObjectId, Prediction>
  /** As given, but for objects that somebody wrote before their dry run: those were read again. */
  readonly live: ReadonlyMap<ObjectId, LiveRead>
}

/**
 * What the cluster would hold for each object of the head: proved where possible, else by a dry run. Writes nothing. Rejects
 * with ClusterError when the API server cannot be asked at all.
 */
export async function predict(request: PredictRequest, signal: AbortSignal): Promise<Predicted> {
  const discovery = await request.cluster.discover(signal)
  const predictions = new Map<ObjectId, Prediction>()
  const live = new Map(request.live)
  const created = createdOf(request)
  const newNamespaces = new Set(created.filter(isNamespace).map(it => it.metadata.name))
  const run = async (objects: readonly DesiredObject[], changedKinds: ReadonlyMap<string, unknown>) => {
    const context = { ...request, live, discovery, changedKinds, created, newNamespaces }
    const one = async (it: DesiredObject) => {
      predictions.set(it.id, await predictStill(it, context, signal))
      request.onProgress?.({ step: 'comparing', done: predictions.size, total: request.head.length })
    }
    await inParallel(objects, one)
  }
  // What defines kinds first: whether it changes decides how a refusal of its objects is read.
  const definitions = request.head.filter(it => isDefinition(it.object))
  await run(definitions, new Map())
  const changing = definitions.filter(it => predictions.get(it.id)?.kind !== 'unchanged')
  await run(
    request.head.filter(it => !isDefinition(it.object)),
    schemasOf(changing.map(it => it.object)),
  )
  return { predictions, live }
}

interface Context extends PredictRequest {
  readonly live: Map<ObjectId, LiveRead>
  readonly discovery: Discovery
  /** Schemas of the kinds whose definitions change in the same set, by `apiVersion/Kind`. */
  readonly changedKinds: ReadonlyMap<string, unknown>
  /** What the set creates. */
  readonly created: readonly KubernetesObject[]
  readonly newNamespaces: ReadonlySet<string>
}

/** What is not there, or not for long. */
export function createdOf({
  head,
  live,
}: Pick<PredictRequest, 'head' | 'live'>): readonly KubernetesObject[] {
  const isNew = ({ id }: DesiredObject) => {
    const read = live.get(id)
    return read?.kind === 'absent' || (read?.kind === 'live' && isEnding(read.object, live))
  }
  return head.filter(isNew).map(it => it.object)
}

function isNamespace({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === 'v1' && kind === 'Namespace'
}

/** How often an object is read again that moves between its read and its dry run. */
const mostReads = 3

/** What somebody else did in between would show as a difference of ours. */
async function predictStill(
  desired: DesiredObject,
  context: Context,
  signal: AbortSignal,
): Promise<Prediction> {
  for (let reads = 0; ; reads++) {
    const prediction = await predictOne(desired, context, signal)
    const read = context.live.get(desired.id)
    const isStill =
      prediction.kind !== 'predicted' ||
      read?.kind !== 'live' ||
      prediction.object.metadata.resourceVersion === read.object.metadata.resourceVersion
    const resource = context.discovery.find(desired.object.apiVersion, desired.object.kind)
    if (isStill || resource === null || reads === mostReads) return prediction
    const object = await context.cluster.get(resource, parseIdentity(desired.id), signal)
    context.live.set(desired.id, object ? { kind: 'live', object } : { kind: 'absent' })
  }
}

async function predictOne(
  desired: DesiredObject,
  context: Context,
  signal: AbortSignal,
): Promise<Prediction> {
  const { id, object } = desired
  const { application, discovery, changedKinds } = context
  const read = context.live.get(id) ?? { kind: 'absent' }
  if (read.kind === 'unreadable') return { kind: 'refused', problem: read.problem }
  const live = read.kind === 'live' ? read.object : null
  const owner = live && applicationOf(live)
  if (live && owner && owner !== application.name && owner !== context.takes.get(id)) {
    return { kind: 'refused', problem: ownedByAnother(live, owner, desired.source) }
  }
  if (live && isEnding(live, context.live)) return { kind: 'later', note: 'is being deleted' }
  const wanted = withoutIgnored(object, live, application.ignoreDifferences, parseIdentity(id))
  const lastApplied = context.lastApplied.get(id) ?? null
  if (live && provesUnchanged(wanted, live, lastApplied)) return { kind: 'unchanged' }
  if (live && context.known.has(wanted, live)) return { kind: 'unchanged' }
  const later = laterNote(object, discovery, context.newNamespaces)
  if (later !== null) return { kind: 'later', note: later }
  try {
    const predicted = await predictApply(
      context.cluster,
      { live, wanted, rules: application.ignoreDifferences },
      signal,
    )
    if (live) context.known.learn(wanted, live, predicted)
    const kind = `${object.apiVersion}/${object.kind}`
    // Whose the fields of a new object are is known: thousands of such objects are kept until the plan is told.
    const kept = live ? predicted : withoutOwners(predicted)
    return {
      kind: 'predicted',
      object: changedKinds.has(kind) ? withSchemaDefaults(kept, changedKinds.get(kind)) : kept,
    }
  } catch (error) {
    const refusal = refusalOf(desired, refusedBy(error), {
      exists: live !== null,
      namespaceComes: namespaceComes(object, application),
      definitionChanges: changedKinds.has(`${object.apiVersion}/${object.kind}`),
      created: context.created,
    })
    return refusal.kind === 'immutable' ? withReplaced(refusal, desired, context, signal) : refusal
  }
}

/** What comes after the delete may be refused too: then nothing is deleted for it. */
async function withReplaced(
  refusal: Extract<Prediction, { kind: 'immutable' }>,
  desired: DesiredObject,
  { cluster, application, created }: Context,
  signal: AbortSignal,
): Promise<Prediction> {
  try {
    return { ...refusal, object: await predictReplace(cluster, desired.object, signal) }
  } catch (error) {
    return refusalOf(desired, refusedBy(error), {
      exists: false,
      namespaceComes: namespaceComes(desired.object, application),
      definitionChanges: false,
      created,
    })
  }
}

/** Rejects where nothing can be said of any object. */
export function refusedBy(error: unknown): ClusterError {
  if (!(error instanceof ClusterError) || endsEverything(error)) throw error
  return error
}

/** Why the server cannot be asked yet; null when it can. */
export function laterNote(
  { apiVersion, kind, metadata }: KubernetesObject,
  discovery: Discovery,
  newNamespaces: ReadonlySet<string>,
): string | null {
  if (!discovery.find(apiVersion, kind)) return 'validated when its CustomResourceDefinition is established'
  return newNamespaces.has(metadata.namespace ?? '') ? 'validated when its Namespace is created' : null
}

export function namespaceComes(object: KubernetesObject, { destination, syncPolicy }: Application): boolean {
  return (
    object.metadata.namespace === destination.namespace &&
    syncPolicy.syncOptions.includes('CreateNamespace=true')
  )
}
