import { markOf } from '../../engine/observed.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { ChangedObject, Observed, WatchCommand, WatchResult } from '../../model/watch.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { DriftLogger } from '../drift/drift-watcher.ts'
import { readLive } from '../plan/read-live.ts'
import type { State } from '../state/state.ts'
import { noTenancy, type Tenancy } from '../tenancy/tenancy.ts'
import { createSights } from './sights.ts'

/** Watches the objects of open plans. */
export interface PlanWatch {
  /**
   * Resolves once one of the objects is not what was observed any more, with all that changed by then; with none when a newer watch for
   * the same subject begins. Objects that cannot be read say nothing. Rejects when `signal` aborts.
   */
  watch(command: WatchCommand, signal: AbortSignal): Promise<WatchResult>
}

export interface PlanWatchDependencies {
  readonly cluster: Cluster
  readonly state: Pick<State, 'redactionKey'>
  readonly clusterName: string
  readonly logger: DriftLogger
  readonly tenancy?: Tenancy
  /** Milliseconds. */
  readonly timing?: {
    /** Changes come in bursts; one look serves a burst. */
    readonly burst: number
    /** Everything is looked at again after this time: that covers lost events, and kinds that may not be watched. */
    readonly everything: number
  }
}

const defaultTiming = { burst: 1000, everything: 300_000 }

export function createPlanWatch(deps: PlanWatchDependencies): PlanWatch {
  const { cluster: own, state, clusterName, logger, tenancy = noTenancy, timing = defaultTiming } = deps
  const sights = createSights({ cluster: own, logger })
  const current = new Map<string, AbortController>()

  async function untilChanged(command: WatchCommand, signal: AbortSignal): Promise<readonly ChangedObject[]> {
    const { application, repository } = command
    const cluster = tenancy.clusterFor(own, { application, repository })
    const key = await state.redactionKey(signal)
    const objects = new Map(command.objects.map(it => [it.id, it]))
    const suspects = createSuspects(timing)
    const forget = await sights.follow([...objects.keys()], id => suspects.add([id]), signal)
    // What changed before the watch began, as while the agent was away.
    suspects.add([...objects.keys()])
    const everything = setInterval(() => suspects.add([...objects.keys()]), timing.everything)
    try {
      for (;;) {
        const ids = await suspects.take(signal)
        const looked = ids.flatMap(id => objects.get(id) ?? [])
        const changed = await changedAmong(looked, { cluster, application: application.name, key }, signal)
        if (changed.length > 0) return changed
      }
    } finally {
      clearInterval(everything)
      forget()
    }
  }

  return {
    async watch(command, signal) {
      const { name } = command.application
      const subject = `${name} ${command.subject}`
      current.get(subject)?.abort()
      const replaced = new AbortController()
      current.set(subject, replaced)
      const both = AbortSignal.any([signal, replaced.signal])
      const answer = (changed: readonly ChangedObject[]): WatchResult => ({
        application: name,
        cluster: clusterName,
        changed,
      })
      try {
        for (;;) {
          try {
            return answer(await untilChanged(command, both))
          } catch (cause) {
            if (both.aborted) throw cause
            logger.warn({ err: cause, application: name }, 'objects of an open plan could not be looked at')
            await pause(timing.burst * 30, both)
          }
        }
      } catch (cause) {
        if (signal.aborted) throw cause
        return answer([])
      } finally {
        if (current.get(subject) === replaced) current.delete(subject)
      }
    },
  }
}

async function changedAmong(
  objects: readonly Observed[],
  by: { readonly cluster: Cluster; readonly application: string; readonly key: Uint8Array },
  signal: AbortSignal,
): Promise<readonly ChangedObject[]> {
  const wanted = new Map(objects.map(it => [it.id, it.apiVersion]))
  const live = await readLive({ cluster: by.cluster, application: by.application, wanted }, signal)
  return objects.flatMap(observed => {
    const read = live.get(observed.id)
    const mark = read && markOf(read, observed, by.key)
    if (mark === undefined || mark === observed.mark) return []
    const how = observed.mark === null ? 'appeared' : mark === null ? 'went' : 'changed'
    return [{ id: observed.id, how }]
  })
}

/** Ids that are to be looked at, given out in bursts. */
function createSuspects({ burst }: { readonly burst: number }) {
  let waiting = new Set<ObjectId>()
  let arrived = Promise.withResolvers<void>()
  return {
    add(ids: readonly ObjectId[]): void {
      for (const id of ids) waiting.add(id)
      arrived.resolve()
    },
    /** Resolves with what there is, a burst after the first came. */
    async take(signal: AbortSignal): Promise<readonly ObjectId[]> {
      await orAborted(arrived.promise, signal)
      await pause(burst, signal)
      const taken = [...waiting]
      waiting = new Set()
      arrived = Promise.withResolvers()
      return taken
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return orAborted(new Promise(resolve => setTimeout(resolve, ms).unref()), signal)
}

function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    void promise.then(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
  })
}
