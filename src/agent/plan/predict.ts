import { definedKinds, isDefinition } from '../../engine/defined-kinds.ts'
import { isEnding } from '../../engine/ending.ts'
import { withoutIgnored } from '../../engine/ignore-differences.ts'
import { applicationOf, ownedByAnother } from '../../engine/ownership.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import { provesUnchanged } from '../../engine/unchanged.ts'
import type { Application } from '../../model/application.ts'
import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { LiveRead, Prediction } from '../../model/rendered.ts'
import { type Cluster, ClusterError, type Discovery } from '../cluster/cluster.ts'
import { inParallel } from './in-parallel.ts'
import { endsEverything } from './read-live.ts'
import { refusalOf } from './refusal.ts'
import { predictTakeOver } from './predict-take-over.ts'

export interface PredictRequest {
  readonly cluster: Cluster
  readonly application: Application
  readonly head: readonly DesiredObject[]
  readonly live: ReadonlyMap<ObjectId, LiveRead>
  /** What our last apply of each object held, where that is known for certain. */
  readonly lastApplied: ReadonlyMap<ObjectId, KubernetesObject>
}

/**
 * What the cluster would hold for each object of the head: proved where possible, else by a dry run. Writes nothing. Rejects
 * with ClusterError when the API server cannot be asked at all.
 */
export async function predict(
  request: PredictRequest,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, Prediction>> {
  const discovery = await request.cluster.discover(signal)
  const predictions = new Map<ObjectId, Prediction>()
  const run = async (objects: readonly DesiredObject[], changedKinds: ReadonlySet<string>) => {
    const context = { ...request, discovery, changedKinds, newNamespaces: newNamespaces(request) }
    const one = async (it: DesiredObject) => predictions.set(it.id, await predictOne(it, context, signal))
    await inParallel(objects, one)
  }
  // What defines kinds first: whether it changes decides how a refusal of its objects is read.
  const definitions = request.head.filter(it => isDefinition(it.object))
  await run(definitions, new Set())
  const changing = definitions.filter(it => predictions.get(it.id)?.kind !== 'unchanged')
  const changedKinds = new Set(definedKinds(changing.map(it => it.object)).keys())
  await run(
    request.head.filter(it => !isDefinition(it.object)),
    changedKinds,
  )
  return predictions
}

interface Context extends PredictRequest {
  readonly discovery: Discovery
  /** `apiVersion/Kind` of the kinds whose definitions change in the same set. */
  readonly changedKinds: ReadonlySet<string>
  readonly newNamespaces: ReadonlySet<string>
}

function newNamespaces({ head, live }: PredictRequest): ReadonlySet<string> {
  const isNew = ({ id, object }: DesiredObject) => {
    if (object.kind !== 'Namespace' || object.apiVersion !== 'v1') return false
    const read = live.get(id)
    return read?.kind === 'absent' || (read?.kind === 'live' && isEnding(read.object, live))
  }
  return new Set(head.filter(isNew).map(it => it.object.metadata.name))
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
  if (live && owner && owner !== application.name) {
    return { kind: 'refused', problem: ownedByAnother(live, owner, desired.source) }
  }
  if (live && isEnding(live, context.live)) return { kind: 'later', note: 'is being deleted' }
  const wanted = withoutIgnored(object, live, application.ignoreDifferences, parseIdentity(id))
  const lastApplied = context.lastApplied.get(id) ?? null
  if (live && provesUnchanged(wanted, live, lastApplied)) return { kind: 'unchanged' }
  const later = laterNote(object, discovery, context.newNamespaces)
  if (later !== null) return { kind: 'later', note: later }
  try {
    const predicted = await context.cluster.apply(wanted, { dryRun: true }, signal)
    if (!live) return { kind: 'predicted', object: predicted }
    const afterwards = await predictTakeOver(context.cluster, { predicted, live, wanted }, signal)
    return { kind: 'predicted', object: afterwards }
  } catch (error) {
    if (!(error instanceof ClusterError) || endsEverything(error)) throw error
    return refusalOf(desired, error, {
      exists: live !== null,
      namespaceComes: namespaceComes(object, application),
      definitionChanges: changedKinds.has(`${object.apiVersion}/${object.kind}`),
    })
  }
}

/** Why the server cannot be asked yet; null when it can. */
function laterNote(
  { apiVersion, kind, metadata }: KubernetesObject,
  discovery: Discovery,
  newNamespaces: ReadonlySet<string>,
): string | null {
  if (!discovery.find(apiVersion, kind)) return 'validated when its CustomResourceDefinition is established'
  return newNamespaces.has(metadata.namespace ?? '') ? 'validated when its Namespace is created' : null
}

function namespaceComes(object: KubernetesObject, { destination, syncPolicy }: Application): boolean {
  return (
    object.metadata.namespace === destination.namespace &&
    syncPolicy.syncOptions.includes('CreateNamespace=true')
  )
}
