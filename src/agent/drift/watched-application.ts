import type { Application } from '../../model/application.ts'
import type { DriftReport, Heal } from '../../model/drift.ts'
import { type ObjectId, objectIdOf, parseIdentity } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { LiveRead } from '../../model/rendered.ts'
import { driftOf } from '../../engine/drift.ts'
import { withoutIgnored } from '../../engine/ignore-differences.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import { provesUnchanged } from '../../engine/unchanged.ts'
import type { ManagedApplication } from '../state/state.ts'
import { readLive } from '../plan/read-live.ts'
import { driftedCondition, driftKey } from './drift-condition.ts'
import type { DriftTiming, DriftWatcherDependencies } from './drift-watcher.ts'
import { createHealPolicy, type HealPolicy } from './heal-policy.ts'

/** One application under watch: what it should be, what of it is suspected, what has drifted. */
export interface WatchedApplication {
  readonly ids: Iterable<ObjectId>
  /** Reads anew what it should be, and says whether that is something else than before. `gone`: there is no such application. */
  reload(): Promise<'changed' | 'same' | 'gone'>
  /** Has these compared soon; everything when none are named. Ids that are not the application's are left alone. */
  suspect(ids?: readonly ObjectId[]): void
  /** Has those of these compared soon that are not wholly in our hands: a change of them does not show in what we own. */
  stir(ids: readonly ObjectId[]): void
  /** Resolves when nothing is suspected, compared or healed at the moment. */
  idle(): Promise<void>
  stop(): void
}

interface Assignment {
  readonly application: Application
  readonly revision: string | null
  /** Changes with every sync. */
  readonly version: string
  readonly desired: ReadonlyMap<ObjectId, DesiredObject>
  /** Another process (a laptop) is syncing it. */
  readonly syncedElsewhere: boolean
}

export function watchApplication(
  name: string,
  dependencies: DriftWatcherDependencies & {
    readonly timing: DriftTiming
    readonly redactionKey: Uint8Array
  },
  signal: AbortSignal,
): WatchedApplication {
  const { cluster, state, syncer, clock, clusterName, logger, onReport, timing, redactionKey } = dependencies
  let assignment: Assignment | null = null
  let policy: HealPolicy = createHealPolicy(timing)
  const drift = new Map<ObjectId, Change>()
  let suspects = new Set<ObjectId>()
  /** Where our manager does not own all that was rendered, though it may be equal. */
  const unproven = new Set<ObjectId>()
  /** What was told last; null before anything was. */
  let told: string | null = null
  let timer: NodeJS.Timeout | null = null
  let pauseMs = timing.burst
  let healTimer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null
  let stopped = false

  const isPaused = () =>
    stopped || signal.aborted || !assignment || assignment.syncedElsewhere || syncer.isSyncing(name)

  function schedule(): void {
    if (timer || running || isPaused() || suspects.size === 0) return
    timer = setTimeout(() => {
      timer = null
      running = run().finally(() => {
        running = null
        schedule()
      })
    }, pauseMs)
  }

  async function run(): Promise<void> {
    try {
      if (await compare()) await settle()
      pauseMs = timing.burst
    } catch (error) {
      if (signal.aborted) return
      logger.error({ err: error, application: name }, 'a comparison for drift failed; it is tried again')
      pauseMs = Math.min(Math.max(pauseMs * 2, 1000), 60_000)
    }
  }

  /** Resolves with false when what was read is worthless, because a sync has begun meanwhile. */
  async function compare(): Promise<boolean> {
    if (isPaused() || !assignment) return false
    const current = assignment
    const ids = [...suspects]
    suspects = new Set()
    const live = await readThem(current, ids)
    if (current !== assignment || isPaused()) {
      for (const id of ids) suspects.add(id)
      return false
    }
    const { application, desired } = current
    const changes = driftOf({ desired: [...desired.values()], live, application, redactionKey })
    for (const id of ids) {
      if (isProven(desired.get(id), live.get(id), application)) unproven.delete(id)
      else unproven.add(id)
    }
    const byId = new Map(changes.map(change => [change.id, change]))
    for (const id of ids) {
      const change = byId.get(id)
      if (change?.action === 'error') {
        // Neither drift nor its absence; the full comparison asks again.
        logger.warn({ application: name, id, problem: change.error?.message }, 'cannot be compared for drift')
      } else if (change) drift.set(id, change)
      else {
        drift.delete(id)
        policy.converged(id)
      }
    }
    return true
  }

  /** A label that was taken off is no deletion: what the list by label does not hold is read by its name. */
  async function readThem({ desired }: Assignment, ids: readonly ObjectId[]) {
    const wanted = new Map(ids.map(id => [id, desired.get(id)?.object.apiVersion ?? null]))
    try {
      return await readLive({ cluster, application: name, wanted }, signal)
    } catch (error) {
      for (const id of ids) suspects.add(id)
      throw error
    }
  }

  /** Heals what may be healed now, then tells what is left. */
  async function settle(): Promise<void> {
    const current = assignment
    if (!current) return
    const healed = current.application.syncPolicy.automated?.selfHeal ? await heal() : []
    if (isPaused() || current !== assignment) return
    await tell(current, healed)
  }

  const waiting = new Set<ObjectId>()

  async function heal(): Promise<readonly Heal[]> {
    const nowMs = clock().getTime()
    waiting.clear()
    const ready: Change[] = []
    let nextMs: number | null = null
    for (const change of drift.values()) {
      const verdict = policy.judge(change, nowMs)
      if (verdict.kind === 'now') ready.push(change)
      if (verdict.kind === 'fight') continue
      waiting.add(change.id)
      if (verdict.kind === 'later') nextMs = Math.min(nextMs ?? verdict.milliseconds, verdict.milliseconds)
    }
    if (nextMs !== null) healAgainIn(nextMs)
    if (ready.length === 0) return []
    const ids = ready.map(change => change.id)
    for (const change of ready) policy.tried(change, nowMs)
    const result = await syncer.restore(name, ids, signal)
    // What it wrote comes back through the watches; what it could not is judged again.
    for (const id of ids) suspects.add(id)
    const applied = new Set(result.applied)
    if (result.outcome !== 'synced') {
      logger.warn({ application: name, ids, error: result.error }, 'drifted objects could not be healed')
      for (const id of ids) if (!applied.has(id)) waiting.delete(id)
    }
    const at = clock().toISOString()
    const healed = ready.filter(change => applied.has(change.id))
    for (const { id } of healed) {
      drift.delete(id)
      waiting.delete(id)
    }
    return healed.map(change => ({ id: change.id, at, change }))
  }

  function healAgainIn(milliseconds: number): void {
    if (healTimer) clearTimeout(healTimer)
    healTimer = setTimeout(() => {
      healTimer = null
      for (const id of drift.keys()) suspects.add(id)
      schedule()
    }, milliseconds)
  }

  async function tell(current: Assignment, healed: readonly Heal[]): Promise<void> {
    // What waits to be healed is neither in order nor given up yet.
    const drifted = [...drift.values()].filter(change => !waiting.has(change.id))
    const key = driftKey(drifted)
    if (key === told && healed.length === 0) return
    const changed = key !== told
    told = key
    const report: DriftReport = {
      application: name,
      cluster: clusterName,
      namespace: current.application.destination.namespace,
      revision: current.revision,
      drifted,
      healed,
      fight: policy.fight,
      observedAt: clock().toISOString(),
    }
    onReport(report)
    if (!changed) return
    try {
      await state.saveStatus(name, { conditions: [driftedCondition(drifted)] }, signal)
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ err: error, application: name }, 'the condition Drifted was not saved')
    }
  }

  async function reload(): Promise<'changed' | 'same' | 'gone'> {
    const managed = await state.get(name, signal)
    if (!managed) return 'gone'
    const version = versionOf(managed)
    const syncedElsewhere = isBeingSynced(managed) && !syncer.isSyncing(name)
    if (assignment?.version === version) {
      if (assignment.syncedElsewhere !== syncedElsewhere) assignment = { ...assignment, syncedElsewhere }
      return 'same'
    }
    const objects = (await state.loadRevision(name, 'latest', signal)) ?? []
    const desired = objects.map(object => {
      const id = objectIdOf(object)
      return [id, { id, object, source: null }] as const
    })
    const { application, status } = managed
    assignment = {
      application,
      revision: status.revision,
      version,
      desired: new Map(desired),
      syncedElsewhere,
    }
    policy = createHealPolicy(timing)
    for (const id of drift.keys()) if (!assignment.desired.has(id)) drift.delete(id)
    // Nothing to take back where the status says that nothing drifts.
    const saysDrifted = status.conditions.some(it => it.type === 'Drifted' && it.status === 'True')
    told ??= saysDrifted ? null : driftKey([])
    return 'changed'
  }

  function suspect(ids?: readonly ObjectId[]): void {
    const { desired } = assignment ?? {}
    for (const id of ids ?? desired?.keys() ?? []) {
      if (desired?.has(id)) suspects.add(id)
    }
    schedule()
  }

  return {
    get ids() {
      return assignment?.desired.keys() ?? []
    },
    reload,
    suspect,
    stir: ids => suspect(ids.filter(id => unproven.has(id))),
    async idle() {
      while ((timer || running) && !signal.aborted) {
        await (running ?? new Promise(resolve => setTimeout(resolve, timing.burst)))
      }
    },
    stop() {
      stopped = true
      if (timer) clearTimeout(timer)
      if (healTimer) clearTimeout(healTimer)
    },
  }
}

function isProven(
  desired: DesiredObject | undefined,
  live: LiveRead | undefined,
  { ignoreDifferences }: Application,
): boolean {
  if (!desired || live?.kind !== 'live') return false
  const identity = parseIdentity(desired.id)
  return provesUnchanged(
    withoutIgnored(desired.object, live.object, ignoreDifferences, identity),
    live.object,
  )
}

function versionOf({ application, status }: ManagedApplication): string {
  const { revision, digest, syncedAt } = status
  return JSON.stringify([application, revision, digest, syncedAt])
}

/** As the syncer says while it is at work, in whichever process. */
function isBeingSynced({ status }: ManagedApplication): boolean {
  return status.conditions.some(it => it.type === 'Synced' && it.reason === 'Syncing')
}
