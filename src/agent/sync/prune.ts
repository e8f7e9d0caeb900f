import { applicationLabel } from '../../model/fields.ts'
import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { kindRank, pruneOrder } from '../../engine/order.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { deleteExactly } from './delete-exactly.ts'
import { inParallel } from './in-parallel.ts'
import { readLive } from './read-live.ts'
import { keepsFromPruning } from './sync-options.ts'
import { withBackoff } from './time-limit.ts'

export interface Prune {
  readonly cluster: Cluster
  readonly application: string
  readonly ids: readonly ObjectId[]
  /** Requests in flight. */
  readonly requests: number
  readonly onPruned: (id: ObjectId) => void
}

/**
 * Deletes objects that left Git, in reverse order, each only if it is still ours at that very moment. Idempotent: what is gone
 * already counts as nothing. Resolves with the ids that were deleted now. Rejects with ClusterError.
 */
export async function prune(request: Prune, signal: AbortSignal): Promise<readonly ObjectId[]> {
  const pruned: ObjectId[] = []
  const ranks = Map.groupBy(pruneOrder(request.ids), id => kindRank(parseIdentity(id).kind))
  for (const ids of ranks.values()) {
    const deleted = await inParallel(ids, request.requests, async id => {
      if (!(await pruneOne(request, id, signal))) return []
      request.onPruned(id)
      return [id]
    })
    pruned.push(...deleted.flat())
  }
  return pruned
}

/** Somebody else may touch the object between our read and our delete; a few times, that is no reason to fail. */
const conflicts = { limit: 5, durationSeconds: 0.1, factor: 2, maxDurationSeconds: 2 }

async function pruneOne(
  { cluster, application }: Prune,
  id: ObjectId,
  signal: AbortSignal,
): Promise<boolean> {
  const attempt = async () => {
    const live = await readLive(cluster, parseIdentity(id), signal)
    if (!live || !mayPrune(live, application) || live.metadata.deletionTimestamp) return false
    return deleteExactly(cluster, live, signal)
  }
  return withBackoff(conflicts, error => error instanceof ClusterError && error.passing, attempt, signal)
}

/** Never what a controller made, what says that it stays, or what is not ours (any more). */
function mayPrune(live: KubernetesObject, application: string): boolean {
  const controlled = (live.metadata.ownerReferences ?? []).some(owner => owner.controller === true)
  return !controlled && !keepsFromPruning(live) && live.metadata.labels?.[applicationLabel] === application
}
