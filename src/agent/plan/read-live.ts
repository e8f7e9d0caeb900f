import { applicationLabel } from '../../model/fields.ts'
import {
  describeIdentity,
  type Identity,
  type ObjectId,
  objectIdOf,
  parseIdentity,
} from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Problem } from '../../model/problem.ts'
import type { LiveRead } from '../../model/rendered.ts'
import { type Cluster, ClusterError, type Discovery, type Resource } from '../cluster/cluster.ts'
import { grantHint } from './grant-hint.ts'
import { inParallel } from './in-parallel.ts'

export interface ReadLiveRequest {
  readonly cluster: Cluster
  /** Whose objects most of them are: those are listed by its label. */
  readonly application: string
  /** What to read, with the apiVersion in which it is wanted; null for the preferred one. */
  readonly wanted: ReadonlyMap<ObjectId, string | null>
}

/**
 * What the cluster holds for each id. Several objects of one kind and namespace are listed, the others read one by one. What
 * may not be read is unreadable, never absent. Rejects with ClusterError when the API server cannot be asked at all.
 */
export async function readLive(
  request: ReadLiveRequest,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, LiveRead>> {
  const discovery = await request.cluster.discover(signal)
  const reads = new Map<ObjectId, LiveRead>()
  const targets: Target[] = []
  for (const [id, apiVersion] of request.wanted) {
    const identity = parseIdentity(id)
    const resource = resourceOf(identity, apiVersion, discovery)
    if (resource) targets.push({ id, identity, resource })
    else reads.set(id, discovery.failedGroups.has(identity.group) ? undiscovered(identity) : absent)
  }
  const groups = [...Map.groupBy(targets, groupOf).values()]
  // A list takes long enough to be worth a connection of its own.
  const singles = (
    await inParallel(groups, group => readGroup(request, group, reads, signal), groups.length)
  ).flat()
  const single = async (target: Target) =>
    reads.set(target.id, await readOne(request.cluster, target, signal))
  await inParallel(singles, single)
  return reads
}

interface Target {
  readonly id: ObjectId
  readonly identity: Identity
  readonly resource: Resource
}

const absent: LiveRead = { kind: 'absent' }

/** From here on a list costs less than reading one by one. */
const worthListing = 3
/** From here on it is worth asking which names exist at all before reading those that are not known as ours. */
const worthNaming = 10

function resourceOf(identity: Identity, apiVersion: string | null, discovery: Discovery): Resource | null {
  const wanted = apiVersion === null ? null : discovery.find(apiVersion, identity.kind)
  return wanted ?? discovery.preferred(identity.group, identity.kind)
}

function groupOf({ resource, identity }: Target): string {
  return [resource.group, resource.version, resource.plural, identity.namespace].join('/')
}

/** Lists what is labelled as the application's, into `reads`. Gives the targets that are left to be read one by one. */
async function readGroup(
  { cluster, application }: ReadLiveRequest,
  group: readonly Target[],
  reads: Map<ObjectId, LiveRead>,
  signal: AbortSignal,
): Promise<readonly Target[]> {
  const [first] = group
  if (!first || group.length < worthListing) return group
  const { resource, identity } = first
  const where = identity.namespace === '' ? {} : { namespace: identity.namespace }
  const labelSelector = `${applicationLabel}=${application}`
  const ours = await listed(() => cluster.list(resource, { ...where, labelSelector }, signal))
  if (ours === null) return group
  for (const object of ours) reads.set(objectIdOf(object), { kind: 'live', object })
  const rest = group.filter(target => !reads.has(target.id))
  dropOthers(reads, ours, group)
  if (rest.length < worthNaming) return rest
  const all = await listed(() => cluster.list(resource, { ...where, metadataOnly: true }, signal))
  if (all === null) return rest
  const existing = new Set(all.map(objectIdOf))
  for (const { id } of rest.filter(target => !existing.has(target.id))) reads.set(id, absent)
  return rest.filter(target => existing.has(target.id))
}

/** A list also holds what nobody asked for. */
function dropOthers(
  reads: Map<ObjectId, LiveRead>,
  objects: readonly KubernetesObject[],
  group: readonly Target[],
): void {
  const wanted = new Set(group.map(target => target.id))
  for (const id of objects.map(objectIdOf)) if (!wanted.has(id)) reads.delete(id)
}

/** Null when lists are not allowed or not possible; then each object speaks for itself. */
async function listed(
  list: () => Promise<readonly KubernetesObject[]>,
): Promise<readonly KubernetesObject[] | null> {
  try {
    return await list()
  } catch (error) {
    if (error instanceof ClusterError && !endsEverything(error)) return null
    throw error
  }
}

async function readOne(cluster: Cluster, target: Target, signal: AbortSignal): Promise<LiveRead> {
  try {
    const object = await cluster.get(target.resource, target.identity, signal)
    return object ? { kind: 'live', object } : absent
  } catch (error) {
    if (!(error instanceof ClusterError) || endsEverything(error)) throw error
    // Its definition went away since discovery, and all objects with it.
    if (error.code === 'unknown-kind') return absent
    return { kind: 'unreadable', problem: unreadable(target.identity, error) }
  }
}

/** Nothing can be said of any object: the request as a whole fails, and may be repeated. */
export function endsEverything(error: ClusterError): boolean {
  return ['unreachable', 'unauthorized', 'too-many-requests'].includes(error.code)
}

function unreadable(identity: Identity, error: ClusterError): Problem {
  const allow = 'Allow the agent to get and list it'
  return {
    code: 'cannot-read-live',
    message: `${describeIdentity(identity)}: cannot read live: ${error.message}`,
    location: null,
    hint: error.code === 'forbidden' ? grantHint(error, allow) : 'Plan again',
  }
}

function undiscovered(identity: Identity): LiveRead {
  const message = `${describeIdentity(identity)}: cannot read live: the API group ${identity.group} does not answer`
  const hint = `Look at the APIService of ${identity.group}, then plan again`
  return { kind: 'unreadable', problem: { code: 'cannot-read-live', message, location: null, hint } }
}
