import { Code, ConnectError } from '@connectrpc/connect'
import { commandsHint } from '../store/records/commands.ts'
import type { Store } from '../store/store.ts'
import type { WakeUps } from './wake-ups.ts'

export interface CommandMessage {
  /** Empty in a keep-alive. */
  readonly id: string
  readonly traceId: string
  readonly deadline: string
  readonly commandJson: string
}

/** Plans that an agent has in hand. It works on a few at a time, and holds all of them in memory. */
const mostPlansAtOnce = 64

const keepAlive: CommandMessage = { id: '', traceId: '', deadline: '', commandJson: '' }

/**
 * What one session is told, until `signal` aborts or a newer session of the cluster begins: every unanswered command once,
 * oldest first, and something at least every `keepAliveSeconds`.
 */
export async function* commandsFor(
  deps: {
    readonly store: Pick<Store, 'clusters' | 'commands'>
    readonly wakeUps: WakeUps
    readonly keepAliveSeconds: number
  },
  session: { readonly cluster: string; readonly id: string },
  signal: AbortSignal,
): AsyncGenerator<CommandMessage> {
  const { store, wakeUps, keepAliveSeconds } = deps
  const told = new Set<string>()
  const subscription = wakeUps.subscribe(commandsHint(session.cluster))
  try {
    while (!signal.aborted) {
      if (!(await store.clusters.seen(session.cluster, session.id))) {
        throw new ConnectError('a newer session of this cluster has begun', Code.Aborted)
      }
      yield keepAlive
      const waiting = await store.commands.waiting(session.cluster)
      let underWay = waiting.filter(it => told.has(it.id) && it.kind === 'plan').length
      for (const { id, kind } of waiting) {
        if (told.has(id)) continue
        // What people wait for at a merge never stands behind the plans of a large pull request.
        if (kind === 'plan' && underWay >= mostPlansAtOnce) continue
        const record = await store.commands.byId(id)
        if (record?.state !== 'pending' && record?.state !== 'sent') continue
        if (kind === 'plan') underWay += 1
        told.add(id)
        const { traceId, deadline, command } = record
        yield { id, traceId, deadline, commandJson: JSON.stringify(command) }
        await store.commands.markSent(id)
      }
      await subscription.next(keepAliveSeconds * 1000, signal)
    }
  } finally {
    subscription.end()
  }
}
