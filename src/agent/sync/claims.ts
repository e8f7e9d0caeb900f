import { applicationOf } from '../../engine/ownership.ts'
import {
  canonicalId,
  describeIdentity,
  type ObjectId,
  objectIdOf,
  parseIdentity,
} from '../../model/identity.ts'
import type { Journal } from '../state/state.ts'
import type { SyncContext } from './context.ts'
import { namespaceToCreate } from './journal-entry.ts'
import { othersThan } from './others.ts'
import { readLive } from './read-live.ts'
import { SyncFailure } from './sync-failure.ts'

/**
 * Two applications that create one object write as the same field manager: the API server cannot tell them apart. Each says in its
 * journal what it creates before it looks into those of the others, so that at least one of two sees the other one, and refuses.
 * Nothing is written yet. Rejects with SyncFailure `owned-by-another`, and with ClusterError.
 */
export async function refuseClaimed(
  { state, cluster }: Pick<SyncContext, 'state' | 'cluster'>,
  { application, creates, desired }: Pick<Journal, 'application' | 'creates' | 'desired'>,
  signal: AbortSignal,
): Promise<void> {
  // The destination's namespace is nobody's: several may want it at once.
  const namespace = namespaceToCreate(application, desired)
  const ours = new Map(creates.map(id => [canonicalId(id), id]))
  if (namespace) ours.delete(objectIdOf(namespace))
  if (ours.size === 0) return
  const shared = (ids: readonly ObjectId[]) => ids.flatMap(id => ours.get(canonicalId(id)) ?? [])
  for await (const other of othersThan(application.name, state, signal)) {
    for (const id of shared(other.ids)) {
      if (other.isCreating) throw claimed(id, `the application ${other.application} is just creating it`)
      const live = await readLive(cluster, parseIdentity(id), signal)
      if (live && applicationOf(live) === other.application) {
        throw claimed(id, `it belongs to the application ${other.application}`)
      }
    }
  }
}

function claimed(id: ObjectId, why: string): SyncFailure {
  const name = describeIdentity(parseIdentity(id))
  return new SyncFailure('owned-by-another', `${name} is not created: ${why}. One application can have it`)
}
