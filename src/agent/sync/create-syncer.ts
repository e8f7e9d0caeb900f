import { hostname } from 'node:os'
import { stateNamespace } from '../../model/fields.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Planner } from '../plan/planner.ts'
import type { State } from '../state/state.ts'
import { emitEvent, eventOf } from './application-events.ts'
import {
  defaultLimits,
  type SyncClock,
  type SyncContext,
  type SyncLimits,
  type SyncLogger,
} from './context.ts'
import { createLanes } from './lanes.ts'
import { throughOutages } from './outage.ts'
import { restore } from './restore.ts'
import { resume } from './resume.ts'
import { sync } from './sync.ts'
import { type RecoveredSync, HandOver, type Syncer } from './syncer.ts'
import { noTenancy, type Subject, type Tenancy } from '../tenancy/tenancy.ts'
import { turnOf } from './turn.ts'

export interface SyncerDependencies {
  readonly cluster: Cluster
  readonly state: State
  readonly planner: Planner
  readonly clock: SyncClock
  readonly clusterName: string
  /** Default: this host and process. */
  readonly identity?: string
  /** Where the Application objects are. Default `plumbline-system`. */
  readonly namespace?: string
  readonly logger: SyncLogger
  readonly limits?: Partial<SyncLimits>
  /** Default: the agent does everything as itself. */
  readonly tenancy?: Tenancy
}

/** See {@link Syncer}. */
export function createSyncer({ limits, ...dependencies }: SyncerDependencies): Syncer {
  const context: SyncContext = {
    namespace: stateNamespace,
    identity: `${hostname()}_${process.pid}`,
    tenancy: noTenancy,
    ...dependencies,
    home: dependencies.cluster,
    limits: { ...defaultLimits, ...limits },
  }
  const { cluster, state, logger } = context
  const contextFor = (subject: Subject): SyncContext => ({
    ...context,
    cluster: context.tenancy.clusterFor(cluster, subject),
  })
  const listeners = new Set<(application: string, syncing: boolean) => void>()
  const lanes = createLanes(context.limits.syncs, (application, syncing) => {
    for (const listener of listeners) listener(application, syncing)
  })

  /** An event is for people who look on with kubectl: that it cannot be written fails no sync. */
  async function announced(result: SyncResult): Promise<SyncResult> {
    const event = eventOf(result, context.clock())
    if (!event) return result
    try {
      await emitEvent(cluster, { ...event, namespace: context.namespace }, AbortSignal.timeout(10_000))
    } catch (error) {
      logger.warn({ err: error, application: result.application }, 'an event could not be emitted')
    }
    return result
  }

  /** Null when another process was at it and has ended it. */
  async function resumed(name: string, signal: AbortSignal): Promise<RecoveredSync | null> {
    const turn = turnOf(context, name, signal)
    try {
      await turn.take(holder =>
        logger.info({ application: name, holder }, 'waiting for whoever syncs the application'),
      )
      const journal = await state.readJournal(name, turn.signal)
      if (!journal) return null
      return {
        id: journal.id,
        result: await announced(await resume(contextFor(journal), journal, turn.signal)),
      }
    } finally {
      await turn.release()
    }
  }

  return {
    async sync(request, signal) {
      return lanes.run(request.application.name, async () =>
        announced(await sync(contextFor(request), request, signal)),
      )
    },

    async recover(signal) {
      const names = (await state.journals(signal)).filter(name => !lanes.isBusy(name))
      const recovered = await Promise.all(
        names.map(name =>
          lanes.run(name, async (): Promise<RecoveredSync | null> => {
            try {
              return await throughOutages(() => resumed(name, signal), signal)
            } catch (error) {
              if (error instanceof HandOver) throw error
              // One journal that cannot be read does not keep the others from being carried on.
              logger.error({ err: error, application: name }, 'an interrupted sync could not be carried on')
              return null
            }
          }),
        ),
      )
      return recovered.filter(it => it !== null)
    },

    restore: (name, ids, signal) => lanes.run(name, () => restore(context, { name, ids }, signal)),

    isSyncing: name => lanes.isBusy(name),

    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
