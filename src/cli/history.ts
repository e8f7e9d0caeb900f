import type { RevisionEntry } from '../agent/state/state.ts'
import type { LocalEngine } from './local-engine.ts'

/** What `plumbline history -o json` prints. */
export interface History {
  readonly application: string
  readonly cluster: string
  /** Newest first. */
  readonly history: readonly (Omit<RevisionEntry, 'digest'> & {
    /** Whether it is what was synced last. */
    readonly current: boolean
  })[]
}

/** What is kept of an application on its cluster. Rejects with ClusterError. */
export async function historyOf(
  { state, clusterName }: LocalEngine,
  application: string,
  signal: AbortSignal,
): Promise<History> {
  const entries = await state.history(application, signal)
  return {
    application,
    cluster: clusterName,
    history: entries.map(({ digest: _digest, ...entry }, at) => ({ ...entry, current: at === 0 })),
  }
}
