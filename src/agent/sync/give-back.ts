import { asNew } from '../../engine/as-new.ts'
import { takenFields, withOwnersOf, withValuesOf } from '../../engine/give-back.ts'
import { objectIdOf, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject, ObjectMeta } from '../../model/object.ts'
import type { Steps } from '../../engine/steps.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { awaitGone, deleteExactly } from './delete-exactly.ts'
import { readLive } from './read-live.ts'
import { persistently } from './outage.ts'

export interface TakenObject {
  /** What is applied again afterwards. */
  readonly previous: KubernetesObject
  /** Live before the sync; nothing is given back without it. */
  readonly before: KubernetesObject | undefined
}

/**
 * Gives others the fields back that a failed sync took from them, ownership included: before the previous state is applied, for that
 * would remove them, and may not be valid without them. An object that is gone is made as it was. Idempotent.
 */
export async function giveBack(
  cluster: Cluster,
  { previous, before }: TakenObject,
  limit: AbortSignal,
): Promise<void> {
  if (!before) return
  const places = await persistently(async (): Promise<readonly Steps[]> => {
    const live = await present(cluster, before, limit)
    if (!live) {
      await makeAgain(cluster, before, limit)
      return []
    }
    if (live.metadata.uid !== before.metadata.uid) {
      await putOver(cluster, { before, live }, limit)
      return []
    }
    const taken = takenFields({ before, previous, live })
    if (taken.length > 0) await cluster.replace(withValuesOf(before, live, taken), limit)
    return taken
  }, limit)
  if (places.length === 0) return
  await setOwners({ cluster, before, ownersOf: live => withOwnersOf(before, live, places) }, limit)
}

/** An object that was not ours before, with all its content and owners of fields. */
export async function putBack(
  cluster: Cluster,
  before: KubernetesObject,
  limit: AbortSignal,
): Promise<KubernetesObject> {
  return persistently(async () => {
    const live = await present(cluster, before, limit)
    if (!live) return makeAgain(cluster, before, limit)
    // The sync never came to it, and what refused the sync may refuse us as well.
    if (live.metadata.resourceVersion === before.metadata.resourceVersion) return live
    return putOver(cluster, { before, live }, limit)
  }, limit)
}

interface Over {
  readonly before: KubernetesObject
  readonly live: KubernetesObject
}

/** What was there before, over what is there now. What was replaced meanwhile, and cannot be changed back, is replaced back. */
async function putOver(
  cluster: Cluster,
  { before, live }: Over,
  limit: AbortSignal,
): Promise<KubernetesObject> {
  const { uid, resourceVersion } = live.metadata
  const metadata = {
    ...before.metadata,
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  }
  try {
    await cluster.replace({ ...contentOf(before), metadata }, limit)
    return await ownersAsIn(cluster, before, limit)
  } catch (error) {
    const isImmutable = error instanceof ClusterError && error.code === 'immutable'
    if (!isImmutable || uid === before.metadata.uid) throw error
    await deleteExactly(cluster, live, limit)
    await awaitGone(cluster, live, limit)
    return makeAgain(cluster, before, limit)
  }
}

/** Live, once it is not on its way out any more; null when it is gone. */
async function present(
  cluster: Cluster,
  before: KubernetesObject,
  limit: AbortSignal,
): Promise<KubernetesObject | null> {
  const live = await readLive(cluster, parseIdentity(objectIdOf(before)), limit)
  if (!live?.metadata.deletionTimestamp) return live
  await awaitGone(cluster, live, limit)
  return null
}

async function makeAgain(
  cluster: Cluster,
  before: KubernetesObject,
  limit: AbortSignal,
): Promise<KubernetesObject> {
  await cluster.create(asNew(before), limit)
  return ownersAsIn(cluster, before, limit)
}

async function ownersAsIn(
  cluster: Cluster,
  before: KubernetesObject,
  limit: AbortSignal,
): Promise<KubernetesObject> {
  return setOwners(
    { cluster, before, ownersOf: live => before.metadata.managedFields ?? live.metadata.managedFields },
    limit,
  )
}

interface SetOwners {
  readonly cluster: Cluster
  readonly before: KubernetesObject
  readonly ownersOf: (live: KubernetesObject) => ObjectMeta['managedFields']
}

/** Changed values are the writer's at first; fields change hands only in a write that leaves all values as they are. */
async function setOwners(
  { cluster, before, ownersOf }: SetOwners,
  limit: AbortSignal,
): Promise<KubernetesObject> {
  return persistently(async () => {
    const live = await readLive(cluster, parseIdentity(objectIdOf(before)), limit)
    if (!live) return before
    const managedFields = ownersOf(live) ?? []
    return cluster.replace({ ...live, metadata: { ...live.metadata, managedFields } }, limit)
  }, limit)
}

function contentOf({ status: _status, ...content }: KubernetesObject): KubernetesObject {
  return content
}
