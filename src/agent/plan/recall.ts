import { randomBytes } from 'node:crypto'
import { canonicalId, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { ClusterError } from '../cluster/cluster.ts'
import type { State } from '../state/state.ts'

/** What earlier syncs left behind, for a plan to compare with. */
export interface Remembered {
  /** What an unfinished sync has created is part of it. */
  readonly inventory: readonly ObjectId[]
  /** When a sync began (RFC 3339) that runs right now, or was cut off; else null. */
  readonly unfinishedSince: string | null
  /** The settled set of the last successful sync; null when it is not known. */
  readonly lastSynced: readonly KubernetesObject[] | null
}

const nothing: Remembered = { inventory: [], unfinishedSince: null, lastSynced: null }

/** Who may not read the agent's memory, or has none, plans without it. */
export async function recall(state: State, application: string, signal: AbortSignal): Promise<Remembered> {
  return orElse(nothing, async () => {
    const managed = await state.get(application, signal)
    if (managed === null) return nothing
    const [lastSynced, journal] = await Promise.all([
      orElse(null, () => state.loadRevision(application, 'latest', signal)),
      orElse(null, () => state.readJournal(application, signal)),
    ])
    const kept = [...managed.status.inventory, ...(journal?.creates ?? [])]
    const inventory = [...new Set(kept.map(canonicalId))]
    return { inventory, unfinishedSince: journal?.startedAt ?? null, lastSynced }
  })
}

/** The cluster's own key; without access to it one for this plan alone, whose digests compare with no other plan's. */
export async function redactionKey(state: State, signal: AbortSignal): Promise<Uint8Array> {
  return (await orElse(null, () => state.redactionKey(signal))) ?? randomBytes(32)
}

async function orElse<T>(otherwise: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const unavailable = ['forbidden', 'namespace-missing', 'unknown-kind']
    if (error instanceof ClusterError && unavailable.includes(error.code)) return otherwise
    throw error
  }
}
