import type { Application } from '../../model/application.ts'
import { applicationLabel, mendingManager } from '../../model/fields.ts'
import { describeIdentity, identityOf, parseIdentity, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { ourEntry } from '../../engine/field-set.ts'
import { mended } from '../../engine/mend.ts'
import { overlay } from '../../engine/overlay.ts'
import { applicationOf } from '../../engine/ownership.ts'
import { mayReplace } from '../../engine/sync-options.ts'
import { withoutIgnored } from '../../engine/ignore-differences.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { onlyAt, patchTo } from '../plan/patch-to.ts'
import { isOfTheWhole } from '../plan/predict-apply.ts'
import { soleOwner, takeOverClientSideApply } from '../plan/take-over.ts'
import { awaitGone, deleteExactly } from './delete-exactly.ts'
import { persistently } from './outage.ts'
import { readLive } from './read-live.ts'
import { type Backoff, withBackoff } from './time-limit.ts'
import { mayPass, SyncFailure } from './sync-failure.ts'

export interface ApplyObject {
  readonly object: KubernetesObject
  readonly application: Application
  /** The plan found no such object: what is there now, and not ours, is somebody else's. Default: no. */
  readonly isNew?: boolean
  /** It was not there a moment ago: what makes it need not look first. Default: no. */
  readonly isAbsent?: boolean
  /** The application that it moves here from. Default: none. */
  readonly takeFrom?: string | undefined
  /** It may be deleted and made anew, whatever it says itself. Default: no. */
  readonly replaces?: boolean
}

/**
 * Applies one settled object and resolves with what the server made of it. Idempotent. Ignored fields are left as they are,
 * ownership by client-side apply is taken over, errors that may pass are retried as the application's policy says, and an
 * immutable field leads to a replace where the object allows it.
 */
export async function applyObject(
  cluster: Cluster,
  request: ApplyObject,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const { retry } = request.application.syncPolicy
  let isAbsent = request.isAbsent === true
  const attempt = async () => {
    if (!isAbsent) return applyOnce(cluster, request, signal)
    // Whatever becomes of it, the next attempt looks first.
    isAbsent = false
    return cluster.apply(request.object, { dryRun: false, onlyNew: true }, writeSignal(signal))
  }
  const served = () => withBackoff(untilServed, isUnserved(cluster), attempt, signal)
  return withBackoff(retry, mayPass, () => persistently(served, signal), signal)
}

/** A kind whose definition came with the sync is served a moment after it was said to be. */
const untilServed: Backoff = { limit: 6, durationSeconds: 0.1, factor: 2, maxDurationSeconds: 2 }

function isUnserved(cluster: Cluster): (error: unknown) => boolean {
  return error => {
    const isSo = error instanceof ClusterError && error.code === 'unknown-kind'
    if (isSo) cluster.forgetDiscovery()
    return isSo
  }
}

async function applyOnce(
  cluster: Cluster,
  { object: desired, application, isNew = false, takeFrom, replaces = false }: ApplyObject,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const identity = identityOf(desired)
  const rules = application.ignoreDifferences
  const live = await readLive(cluster, identity, signal)
  refuseForeign(live, application, takeFrom)
  if (isNew) refuseAppeared(live, application)
  const object = withoutIgnored(desired, live, rules, identity)
  const isLeaving = live?.metadata.deletionTimestamp !== undefined
  if (live && isLeaving) await awaitGone(cluster, live, signal)
  const takesOver =
    live !== null &&
    !isLeaving &&
    (await takeOverClientSideApply(cluster, { live, wanted: object, rules }, writeSignal(signal)))
  try {
    const moving = live !== null && applicationOf(live) === takeFrom
    const wanted = moving ? await asItStands(cluster, { object, application, takeFrom }, signal) : object
    const applied = await cluster.apply(wanted, { dryRun: false }, writeSignal(signal))
    return await soleOwner(cluster, applied, writeSignal(signal))
  } catch (error) {
    const isMended = live !== null && (await mend(cluster, { object, error, takesOver }, signal))
    if (isMended) return cluster.apply(object, { dryRun: false }, writeSignal(signal))
    const immutable = error instanceof ClusterError && error.code === 'immutable'
    if (!immutable || !live || !(replaces || mayReplace(desired, application))) throw error
    await deleteExactly(cluster, live, signal)
    await awaitGone(cluster, live, signal)
    return cluster.apply(desired, { dryRun: false }, writeSignal(signal))
  }
}

interface Refused {
  readonly object: KubernetesObject
  readonly error: unknown
  /** What client-side apply owned became ours just before. */
  readonly takesOver: boolean
}

/**
 * Puts out of the way what the server refuses to have beside what is rendered, see {@link mended}: a write of the whole, which then
 * becomes our apply's. So is what we took over and Git has no more, where the server itself stumbles over taking it away: of a map that
 * somebody else applied empty it leaves null (structured-merge-diff), which a custom resource's schema refuses. Resolves with whether
 * there was anything that could be done about the refusal.
 */
async function mend(
  cluster: Cluster,
  { object, error, takesOver }: Refused,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isOfTheWhole(error)) return false
  const identity = identityOf(object)
  const resource = (await cluster.discover(signal)).find(object.apiVersion, object.kind)
  const live = resource && (await cluster.get(resource, identity, signal))
  const target = live && (mended(live, object) ?? (takesOver ? overlay(live, object) : null))
  if (!target) return false
  const body = [...onlyAt(live), ...patchTo(live, target)]
  const patch = { type: 'json', body, fieldManager: mendingManager } as const
  try {
    const written = await cluster.patch(resource, identity, patch, writeSignal(signal))
    await takeOverClientSideApply(cluster, { live: written, wanted: object, rules: [] }, writeSignal(signal))
    return true
  } catch (patchError) {
    // What the apply was refused for is what people can do something about.
    if (patchError instanceof ClusterError && patchError.code === 'invalid') return false
    throw patchError
  }
}

/** Somebody may have labelled it between the plan and now. */
function refuseForeign(
  live: KubernetesObject | null,
  application: Application,
  takeFrom: string | undefined,
): void {
  const owner = live?.metadata.labels?.[applicationLabel]
  if (!live || owner === undefined || owner === application.name || owner === takeFrom) return
  const name = describeIdentity(identityOf(live))
  throw new SyncFailure(
    'owned-by-another',
    `${name} belongs to the application ${owner}; it is not taken from it`,
  )
}

/** To be applied only if nobody touches it meanwhile: a third application may want it just now. */
async function asItStands(
  cluster: Cluster,
  { object, application, takeFrom }: ApplyObject,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const live = await readLive(cluster, identityOf(object), signal)
  refuseForeign(live, application, takeFrom)
  const { resourceVersion } = live?.metadata ?? {}
  return resourceVersion ? { ...object, metadata: { ...object.metadata, resourceVersion } } : object
}

/** Taken over, it would be deleted by a rollback: nobody could put back what it was. */
function refuseAppeared(live: KubernetesObject | null, application: Application): void {
  if (!live || live.metadata.deletionTimestamp) return
  if (applicationOf(live) === application.name || ourEntry(live)) return
  const name = describeIdentity(identityOf(live))
  throw new SyncFailure(
    'created-meanwhile',
    `somebody else created ${name} while the sync was under way; it is left as it is`,
  )
}

/**
 * A write that has been sent is not cut off with the sync: one of which nobody knows whether it was done could be done after a
 * rollback has put its object back.
 */
function writeSignal(signal: AbortSignal): AbortSignal {
  signal.throwIfAborted()
  return AbortSignal.timeout(60_000)
}

/** Where messages name an object by its id. */
export function nameOf(id: ObjectId): string {
  return describeIdentity(parseIdentity(id))
}
