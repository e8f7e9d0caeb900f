import { applicationLabel } from '../../model/fields.ts'
import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { kindRank, pruneOrder } from '../../engine/order.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { deleteExactly } from './delete-exactly.ts'
import { inParallel } from './in-parallel.ts'
import { persistently } from './outage.ts'
import { readLive } from './read-live.ts'
import { keepsFromPruning } from './sync-options.ts'

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

async function pruneOne(
  { cluster, application }: Prune,
  id: ObjectId,
  signal: AbortSignal,
): Promise<boolean> {
  let asked = false
  return persistently(async () => {
    const live = await readLive(cluster, parseIdentity(id), signal)
    // Gone, or on its way: by our own hand, if the answer to that was lost.
    if (!live || live.metadata.deletionTimestamp) return asked
    if (!mayPrune(live, application)) return false
    asked = true
    return deleteExactly(cluster, live, signal)
  }, signal)
}

/** Never what a controller made, what says that it stays, or what is not ours (any more). */
function mayPrune(live: KubernetesObject, application: string): boolean {
  const controlled = (live.metadata.ownerReferences ?? []).some(owner => owner.controller === true)
  return !controlled && !keepsFromPruning(live) && live.metadata.labels?.[applicationLabel] === application
}
