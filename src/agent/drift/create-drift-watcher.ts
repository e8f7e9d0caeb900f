import { stateNamespace } from '../../model/fields.ts'
import type { ObjectId } from '../../model/identity.ts'
import { inParallel } from '../plan/in-parallel.ts'
import { applicationResource } from '../state/schema.ts'
import { type DriftWatcher, type DriftWatcherDependencies, defaultTiming } from './drift-watcher.ts'
import { createKindFollower, type KindFollower, type Sighting } from './follow-kinds.ts'
import { createOwners } from './owners.ts'
import { startRounds } from './rounds.ts'
import { watchApplication, type WatchedApplication } from './watched-application.ts'

/** Applications that are compared for the first time at once. */
const lanes = 4

/** See {@link DriftWatcher}. */
export function createDriftWatcher(dependencies: DriftWatcherDependencies): DriftWatcher {
  const { cluster, state, syncer, logger } = dependencies
  const namespace = dependencies.namespace ?? stateNamespace
  const timing = { ...defaultTiming, ...dependencies.timing }
  const watched = new Map<string, WatchedApplication>()
  const owners = createOwners<WatchedApplication>()
  const refreshing = new Map<string, Promise<void>>()
  /** Applications that seem to have left something behind, each with the time at which that is looked at. */
  const straying = new Map<string, NodeJS.Timeout>()
  /** Those that could not be read among them: they are tried again with each full comparison. */
  const known = new Set<string>()
  let follower: KindFollower | null = null
  let redactionKey: Uint8Array | null = null
  let lifetime: AbortSignal = AbortSignal.abort()

  async function refresh(name: string, compareAll: boolean): Promise<void> {
    if (lifetime.aborted || !redactionKey) return
    const application =
      watched.get(name) ?? watchApplication(name, { ...dependencies, timing, redactionKey }, lifetime)
    const reloaded = await application.reload()
    if (reloaded === 'gone') {
      application.stop()
      watched.delete(name)
      owners.remove(application)
      known.delete(name)
    } else watched.set(name, application)
    if (reloaded === 'changed') owners.set(application, application.ids)
    await follower?.follow(new Set([...watched.values()].flatMap(it => [...it.kinds])))
    // When it is to be what it was, the watches have told already what is suspect.
    application.suspect(compareAll || reloaded === 'changed' ? undefined : [])
    if (compareAll) application.consider(strays(name))
  }

  function strays(name: string) {
    return [...(follower?.appliedBy(name) ?? [])].filter(id => owners.of(id).length === 0)
  }

  /** What is told late by those who sync is not taken for something left behind: there is no hurry. */
  function considerSoon(name: string): void {
    if (straying.has(name) || !watched.has(name)) return
    const look = () => {
      straying.delete(name)
      if (strays(name).length === 0) return
      void refreshSoon(name, false).then(() => watched.get(name)?.consider(strays(name)))
    }
    straying.set(name, setTimeout(look, timing.leftBehind))
  }

  /** One at a time per application, the last one after the last request. */
  function refreshSoon(name: string, compareAll: boolean): Promise<void> {
    known.add(name)
    const next = (refreshing.get(name) ?? Promise.resolve())
      .then(() => refresh(name, compareAll))
      .catch(error => {
        if (lifetime.aborted) return
        logger.error(
          { err: error, application: name },
          'an application could not be read to watch it for drift',
        )
      })
      .finally(() => {
        if (refreshing.get(name) === next) refreshing.delete(name)
      })
    refreshing.set(name, next)
    return next
  }

  /** The events of a burst, each to the application that it concerns. */
  function onChange(seen: readonly Sighting[], telling: boolean): void {
    const concerned = new Map<WatchedApplication, ObjectId[]>()
    for (const { id, appliedBy } of seen) {
      const having = owners.of(id)
      // Nobody's: somebody may have told of it as left behind before.
      for (const application of having.length > 0 ? having : watched.values()) {
        const ids = concerned.get(application)
        if (ids) ids.push(id)
        else concerned.set(application, [id])
      }
      if (having.length === 0 && appliedBy !== null) considerSoon(appliedBy)
    }
    for (const [application, ids] of concerned) {
      if (telling) application.suspect(ids)
      else application.stir(ids)
    }
  }

  /** Applications come, go and are synced by other processes too. */
  async function followApplications(signal: AbortSignal): Promise<void> {
    const versions = new Map<string, string>()
    for await (const event of cluster.watch(applicationResource, { namespace }, signal)) {
      const objects = event.type === 'synced' ? event.objects : [event.object]
      if (event.type === 'synced') {
        const listed = new Set(objects.map(it => it.metadata.name))
        for (const name of watched.keys()) if (!listed.has(name)) void refreshSoon(name, false)
      }
      for (const object of objects) {
        const { name } = object.metadata
        const version = event.type === 'gone' ? '' : relevantOf(object)
        if (versions.get(name) === version) continue
        versions.set(name, version)
        void refreshSoon(name, false)
      }
    }
  }

  return {
    async start(signal) {
      lifetime = signal
      redactionKey = await state.redactionKey(signal)
      follower = createKindFollower({ cluster, logger, onChange }, signal)
      const assigned = await state.list(signal)
      const first = async (name: string) => {
        await refreshSoon(name, true)
        await watched.get(name)?.idle()
      }
      const names = assigned.map(it => it.application.name)
      await inParallel(names, first, lanes)
      const unsubscribe = syncer.subscribe((name, syncing) => {
        if (!syncing) void refreshSoon(name, false)
      })
      const visit = (name: string) => void refreshSoon(name, true)
      startRounds({ period: timing.fullComparison, all: () => known, visit }, signal)
      signal.addEventListener('abort', () => {
        unsubscribe()
        for (const timer of straying.values()) clearTimeout(timer)
        for (const application of watched.values()) application.stop()
      })
      followApplications(signal).catch(error => {
        if (!signal.aborted) logger.error({ err: error }, 'the watch of applications has ended')
      })
    },
    refresh: name => void refreshSoon(name, true),
    tellAgain() {
      for (const application of watched.values()) application.tellAgain()
    },
  }
}

/** The part of an Application object that says what the cluster should be, and whether somebody is at it. */
function relevantOf(object: { readonly [field: string]: unknown }): string {
  const status = (object['status'] ?? {}) as { sync?: unknown; conditions?: unknown }
  const conditions = Array.isArray(status.conditions) ? status.conditions : []
  const synced = conditions.find(it => it?.type === 'Synced')
  return JSON.stringify([object['spec'], status.sync, synced?.reason])
}
