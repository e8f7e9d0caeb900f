import type { SyncRequest } from '../../../../src/agent/sync/syncer.ts'
import type { SyncResult } from '../../../../src/model/sync.ts'
import { openAgent, type AgentOptions } from './agent.ts'

/** What a process is told to do, once: a sync. */
export interface Told extends AgentOptions {
  readonly request: SyncRequest
}

export type Said =
  /** Everything is loaded; waits to be told. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'ended'; readonly result: SyncResult }

const say = (said: Said) => process.send?.(said)

process.once('message', (told: Told) => void carryOut(told))
// Whoever started it is gone.
process.once('disconnect', () => process.exit())
say({ kind: 'ready' })

async function carryOut({ request, ...options }: Told): Promise<void> {
  const agent = openAgent(options)
  const onProgress = ({ step }: { step: string }) => say({ kind: 'step', step })
  const result = await agent.syncer.sync({ ...request, onProgress }, new AbortController().signal)
  say({ kind: 'ended', result })
}
