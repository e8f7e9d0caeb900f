import type { Heal } from '../../model/drift.ts'
import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { LiveRead } from '../../model/rendered.ts'
import { isLeftBehind, leftBehind } from '../../engine/left-behind.ts'
import { applicationOf } from '../../engine/ownership.ts'
import { readLive } from '../plan/read-live.ts'
import { type Assignment, loadAssignment } from './assignment.ts'
import { compare, type Finding } from './compare.ts'
import type { DriftTiming, DriftWatcherDependencies } from './drift-watcher.ts'
import { type KindKey, kindKey } from './follow-kinds.ts'
import { movedAway } from './moved-away.ts'
import { noTenancy } from '../tenancy/tenancy.ts'
import { createWitness } from './witness.ts'
import { createHealer, type Healer } from './healer.ts'
import { createOutOfSight } from './out-of-sight.ts'
import { createTeller } from './teller.ts'

/** One application under watch: what it should be, what of it is suspected, what has drifted. */
export interface WatchedApplication {
  readonly ids: Iterable<ObjectId>
  /** Of its objects. */
  readonly kinds: ReadonlySet<KindKey>
  /** Reads anew what it should be, and says whether that is something else than before. `gone`: there is no such application. */
  reload(): Promise<'changed' | 'same' | 'gone'>
  /** Has these compared soon; everything when none are named. Ids that are not the application's are left alone. */
  suspect(ids?: readonly ObjectId[]): void
  /** Has those of these compared soon that are not wholly in our hands: a change of them does not show in what we own. */
  stir(ids: readonly ObjectId[]): void
  /** Has told again what was told last. */
  tellAgain(): void
  /** Has these looked at soon, of which it has none as far as anybody knows: they may have been left behind. */
  consider(ids: readonly ObjectId[]): void
  /** Resolves when nothing is suspected, compared or healed at the moment. */
  idle(): Promise<void>
  stop(): void
}

export type WatchedDependencies = DriftWatcherDependencies & {
  readonly timing: DriftTiming
  readonly redactionKey: Uint8Array
}

const longestPause = 60_000

export function watchApplication(
  name: string,
  dependencies: WatchedDependencies,
  signal: AbortSignal,
): WatchedApplication {
  const {
    cluster: own,
    tenancy = noTenancy,
    auditLog = null,
    state,
    syncer,
    clock,
    logger,
    timing,
    redactionKey,
  } = dependencies
  let assignment: Assignment | null = null
  let kinds: ReadonlySet<KindKey> = new Set()
  let healer: Healer = newHealer()
  const witness = createWitness({ auditLog, cluster: own, logger })
  const teller = createTeller(name, dependencies)
  const drift = new Map<ObjectId, Change>()
  /** A sync may begin before these are told: they are told after it. */
  const untold: Heal[] = []
  let suspects = new Set<ObjectId>()
  const unproven = new Set<ObjectId>()
  /** Being read and compared: what is written meanwhile may have come too late for it. */
  let underLook: ReadonlySet<ObjectId> = new Set()
  const outOfSight = createOutOfSight({
    first: timing.outOfSight,
    longest: timing.fullComparison,
    onDue: suspect,
  })
  let timer: NodeJS.Timeout | null = null
  let pauseMs = timing.burst
  let running: Promise<void> | null = null
  let stopped = false
  /** What it should be is new: it is told even where nothing is left to compare, for that may have drifted. */
  let isUntold = false

  const isPaused = () =>
    stopped || signal.aborted || !assignment || assignment.isBeingSynced || syncer.isSyncing(name)
  const isBusy = () => timer !== null || running !== null
  const isStill = (current: Assignment) => assignment?.version === current.version && !isPaused()

  function newHealer(): Healer {
    return createHealer({ application: name, syncer, clock, logger, timing, onReady: suspect })
  }

  function schedule(): void {
    if (timer || running || isPaused() || (suspects.size === 0 && !isUntold)) return
    timer = setTimeout(() => {
      timer = null
      running = round().finally(() => {
        running = null
        schedule()
      })
    }, pauseMs)
  }

  /** Compare, heal, tell. Whatever a sync overtakes is worthless, and looked at again after it. */
  async function round(): Promise<void> {
    const current = assignment
    if (!current || isPaused()) return
    const ids = [...suspects]
    suspects = new Set()
    underLook = new Set(ids)
    try {
      if (!(await look(current, ids))) return suspect(ids)
      if (current.application.syncPolicy.automated?.selfHeal)
        suspect(await healer.heal([...drift.values()].filter(isHealable), signal))
      const healed = healer.takeHealed()
      untold.push(...healed)
      // What was healed is looked at again: until then nobody knows what it is.
      if (isStill(current)) await tell(current, new Set(healed.map(it => it.id)))
      pauseMs = timing.burst
    } catch (error) {
      if (signal.aborted) return
      logger.error({ err: error, application: name }, 'a comparison for drift failed; it is tried again')
      pauseMs = Math.min(Math.max(pauseMs * 2, 1000), longestPause)
      for (const id of ids) suspects.add(id)
    } finally {
      underLook = new Set()
    }
  }

  /** A label that was taken off is no deletion: what a list by label does not hold is read by its name. */
  async function look(current: Assignment, ids: readonly ObjectId[]): Promise<boolean> {
    const wanted = new Map(ids.map(id => [id, current.desired.get(id)?.object.apiVersion ?? null]))
    const cluster = tenancy.clusterFor(own, current)
    const lookedAt = clock()
    const live = await readLive({ cluster, application: name, wanted }, signal)
    if (!isStill(current)) return false
    const ours = new Map([...live].filter(([id]) => current.desired.has(id)))
    const moved = await movedAway(state, name, ours, signal)
    const found = await compare({ cluster, assignment: current, live: ours, redactionKey }, signal)
    const findings = await witnessed(found, current)
    if (!isStill(current)) return false
    const calm = [...findings].filter(([id, it]) => it.kind === 'as-synced' && drift.has(id))
    witness.sawInOrder(
      calm.map(([id]) => id),
      lookedAt,
    )
    for (const [id, read] of live) {
      if (ours.has(id)) outOfSight.note(id, isHidden(read))
      else lookAtStray(id, read, current)
    }
    for (const [id, finding] of findings) {
      if (moved.has(id)) {
        drift.delete(id)
        healer.converged(id)
        continue
      }
      if (finding.kind === 'as-synced' && finding.proven) unproven.delete(id)
      else unproven.add(id)
      if (finding.kind === 'drifted') drift.set(id, finding.change)
      else if (finding.kind === 'unknown') {
        logger.warn({ application: name, id, problem: finding.message }, 'cannot be compared for drift')
      } else {
        drift.delete(id)
        healer.converged(id)
      }
    }
    return true
  }

  /** Findings with the users that made what drifts, where that is news. */
  async function witnessed(
    findings: ReadonlyMap<ObjectId, Finding>,
    { syncedAt }: Assignment,
  ): Promise<ReadonlyMap<ObjectId, Finding>> {
    const changes = [...findings.values()].flatMap(it => (it.kind === 'drifted' ? [it.change] : []))
    const named = await witness.name(changes, { known: drift, syncedAt }, signal)
    return new Map([...findings, ...named.map(change => [change.id, { kind: 'drifted', change }] as const)])
  }

  function lookAtStray(id: ObjectId, read: LiveRead, { leaving }: Assignment): void {
    if (read.kind === 'unreadable') return
    const isStray = read.kind === 'live' && !leaving.has(id) && isLeftBehind(read.object, name)
    if (isStray) drift.set(id, leftBehind(id))
    else drift.delete(id)
  }

  async function tell(current: Assignment, justHealed: ReadonlySet<ObjectId>): Promise<void> {
    isUntold = false
    const healed = untold.splice(0)
    // What is about to be healed is neither in order nor given up.
    const drifted = [...drift.values()].filter(it => !healer.isPending(it.id) && !justHealed.has(it.id))
    const saysDrifted = await teller.tell(current, { drifted, healed, fight: healer.fight }, signal)
    if (saysDrifted !== current.saysDrifted && isStill(current)) assignment = { ...current, saysDrifted }
  }

  async function reload(): Promise<'changed' | 'same' | 'gone'> {
    const loaded = await loadAssignment(state, { name, known: assignment }, signal)
    if (!loaded) return 'gone'
    const current = assignment
    const isSame = current?.version === loaded.version
    assignment = loaded
    if (isSame) return 'same'
    // Before the first sync there is nothing to tell.
    isUntold = loaded.revision !== null
    healer.stop()
    healer = newHealer()
    for (const id of drift.keys()) if (!loaded.desired.has(id)) drift.delete(id)
    for (const id of current?.desired.keys() ?? []) if (!loaded.desired.has(id)) outOfSight.note(id, false)
    for (const id of unproven) if (!loaded.desired.has(id)) unproven.delete(id)
    kinds = new Set(Array.from(loaded.desired.keys(), id => kindKey(parseIdentity(id))))
    return 'changed'
  }

  function suspect(ids?: readonly ObjectId[]): void {
    const { desired } = assignment ?? {}
    for (const id of ids ?? desired?.keys() ?? []) {
      if (desired?.has(id) || drift.has(id)) suspects.add(id)
    }
    schedule()
  }

  function consider(ids: readonly ObjectId[]): void {
    // Before the first sync nobody can tell what is left of what.
    if (!assignment?.revision) return
    for (const id of ids) if (!assignment.desired.has(id) && !assignment.leaving.has(id)) suspects.add(id)
    schedule()
  }

  return {
    get ids() {
      return assignment?.desired.keys() ?? []
    },
    get kinds() {
      return kinds
    },
    reload,
    suspect,
    consider,
    tellAgain: () => teller.tellAgain(),
    stir: ids => suspect(ids.filter(id => unproven.has(id) || underLook.has(id))),
    async idle() {
      while (isBusy() && !signal.aborted) {
        await (running ?? new Promise(resolve => setTimeout(resolve, timing.burst)))
      }
    },
    stop() {
      stopped = true
      if (timer) clearTimeout(timer)
      outOfSight.stop()
      healer.stop()
    },
  }
}

/** What was left behind is for people: no sync has it, and nobody knows what it is good for. */
function isHealable({ action }: Change): boolean {
  return action !== 'leave-behind'
}

/** A watch of what carries our label does not show it. */
function isHidden(read: LiveRead): boolean {
  return read.kind === 'absent' || (read.kind === 'live' && applicationOf(read.object) === null)
}
