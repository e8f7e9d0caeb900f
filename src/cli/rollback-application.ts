import { randomUUID } from 'node:crypto'
import { rollbackRequest } from '../agent/sync/rollback-target.ts'
import type { SyncRequest } from '../agent/sync/syncer.ts'
import type { Plan } from '../model/plan.ts'
import type { SyncResult } from '../model/sync.ts'
import type { LocalEngine } from './local-engine.ts'
import { personHere } from './person.ts'

export interface RollbackOptions {
  readonly to?: string
  readonly prune?: boolean
}

export interface PlannedRollback {
  /** What it would change. */
  readonly plan: Plan
  carryOut(): Promise<SyncResult>
}

/** Says what going back would change, and does it on demand. Rejects with InvalidInputError when there is nothing to go back to. */
export async function planRollback(
  engine: LocalEngine,
  application: string,
  { to, prune }: RollbackOptions,
  signal: AbortSignal,
): Promise<PlannedRollback> {
  const question = { id: randomUUID(), application, to: to ?? null, by: personHere() }
  const wanted = await rollbackRequest(engine.state, question, signal)
  const request: SyncRequest = prune ? { ...wanted, prune } : wanted
  const { plan } = await engine.planner.plan(
    {
      application: request.application,
      head: request.rendered,
      base: null,
      revision: request.revision,
      ...(prune ? { prune } : {}),
    },
    signal,
  )
  let told = ''
  return {
    plan,
    carryOut: () =>
      engine.syncer.sync(
        {
          ...request,
          onProgress({ message }) {
            if (message !== told) process.stderr.write(`${message}\n`)
            told = message
          },
        },
        signal,
      ),
  }
}
