import { stateNamespace } from '../../model/fields.ts'
import type { ObjectId } from '../../model/identity.ts'
import { applicationResource } from '../state/schema.ts'
import { type DriftWatcher, type DriftWatcherDependencies, defaultTiming } from './drift-watcher.ts'
import { createKindFollower, type KindFollower } from './follow-kinds.ts'
import { watchApplication, type WatchedApplication } from './watched-application.ts'

/** See {@link DriftWatcher}. */
export function createDriftWatcher(dependencies: DriftWatcherDependencies): DriftWatcher {
  const { cluster, state, syncer, logger } = dependencies
  const namespace = dependencies.namespace ?? stateNamespace
  const timing = { ...defaultTiming, ...dependencies.timing }
  const watched = new Map<string, WatchedApplication>()
  const refreshing = new Map<string, Promise<void>>()
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
      known.delete(name)
    } else watched.set(name, application)
    await follower?.follow([...watched.values()].flatMap(it => [...it.ids]))
    // When it is to be what it was, the watches have told already what is suspect.
    application.suspect(compareAll || reloaded === 'changed' ? undefined : [])
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

  function onChange(ids: readonly ObjectId[], telling: boolean): void {
    for (const application of watched.values()) {
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
      await Promise.all(assigned.map(it => refreshSoon(it.application.name, true)))
      const unsubscribe = syncer.subscribe((name, syncing) => {
        if (!syncing) void refreshSoon(name, false)
      })
      const rounds = setInterval(() => {
        for (const name of known) void refreshSoon(name, true)
      }, timing.fullComparison)
      signal.addEventListener('abort', () => {
        unsubscribe()
        clearInterval(rounds)
        for (const application of watched.values()) application.stop()
      })
      followApplications(signal).catch(error => {
        if (!signal.aborted) logger.error({ err: error }, 'the watch of applications has ended')
      })
      await Promise.all([...watched.values()].map(it => it.idle()))
    },
    refresh: name => void refreshSoon(name, true),
  }
}

/** The part of an Application object that says what the cluster should be, and whether somebody is at it. */
function relevantOf(object: { readonly [field: string]: unknown }): string {
  const status = (object['status'] ?? {}) as { sync?: unknown; conditions?: unknown }
  const conditions = Array.isArray(status.conditions) ? status.conditions : []
  const synced = conditions.find(it => it?.type === 'Synced')
  return JSON.stringify([object['spec'], status.sync, synced?.reason])
}
