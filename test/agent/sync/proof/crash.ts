import type { SyncStatus } from '../../../../src/model/sync.ts'
import { passes } from '../../../go-between/fate.ts'
import type { GoBetween } from '../../../go-between/go-between.ts'
import { openAgent } from './agent.ts'
import type { ProcessPool } from './processes.ts'
import type { Memory, ProofPlace } from './proof-place.ts'
import { differences, foreignVersions, type Snapshot, snapshotOf } from './snapshot.ts'
import { createWorld, removeWorld, type World } from './world.ts'

/** A moment of a sync at which its process is killed. */
export type Instant =
  /** Upon a request of this number: before it reaches the API server, or when it was carried out and the answer is on its way. */
  | { readonly kind: 'request'; readonly number: number; readonly carriedOut: boolean }
  /** So many milliseconds after the sync's first request. */
  | { readonly kind: 'time'; readonly ms: number }

export type Goal = 'succeeds' | 'fails'

export interface Crash {
  readonly goal: Goal
  readonly instant: Instant
}

export interface Aftermath {
  readonly crash: Crash
  /** What the state of the world is, and of what the agent remembers. */
  readonly ended: 'new' | 'old' | 'neither'
  /** Whether there was anything left to be killed. */
  readonly killed: boolean
  /** What the next start did about it; null when there was nothing to do. */
  readonly recovery: SyncStatus | null
  readonly recoveryMs: number
  /** For people: what is wrong. Empty unless it ended as neither. */
  readonly wrong: readonly string[]
}

/** What a sync that nobody kills looks like. */
export interface Undisturbed {
  readonly after: Snapshot
  readonly requests: number
  readonly ms: number
}

const oldRevision = 'a'.repeat(40)
const newRevision = 'b'.repeat(40)

export interface CrashLane {
  undisturbed(goal: Goal): Promise<Undisturbed>
  play(crash: Crash, after: Snapshot): Promise<Aftermath>
}

export async function openCrashLane(place: ProofPlace, pool: ProcessPool, name: string): Promise<CrashLane> {
  const { cluster, signal } = place
  const between = await place.goBetween(name)
  // Whoever starts again carries on all that it finds: lanes do not share what they remember.
  const { state, stateNamespace } = await place.memory(name)

  // As of a container that is started again in its pod.
  const started = (kubeconfig: string) => {
    return { kubeconfig, stateNamespace, identity: name, limits: place.limits }
  }

  async function prepared(): Promise<World> {
    const world = await createWorld(cluster, signal)
    const agent = openAgent(started(place.kubeconfig))
    const result = await agent.syncer.sync(world.request(world.old, oldRevision), signal)
    agent.close()
    if (result.outcome !== 'synced')
      throw new Error(`a world was not prepared: ${result.outcome} ${result.error?.message}`)
    return world
  }

  return {
    async undisturbed(goal) {
      const world = await prepared()
      between.decide(() => passes)
      const startedAt = performance.now()
      const agent = openAgent(started(between.kubeconfig))
      const objects = goal === 'fails' ? world.failing : world.next
      const { outcome, error } = await agent.syncer.sync(world.request(objects, newRevision), signal)
      agent.close()
      const ms = performance.now() - startedAt
      const { requests } = between
      if (outcome !== (goal === 'fails' ? 'rolled-back' : 'synced'))
        throw new Error(`a sync that nobody disturbs ended as ${outcome}: ${error?.message}`)
      const after = await snapshotOf(cluster, world, signal)
      await removeWorld(cluster, world, signal)
      return { after, requests, ms }
    },

    async play(crash, after) {
      const world = await prepared()
      const before = await snapshotOf(cluster, world, signal)
      const foreign = await foreignVersions(cluster, world, signal)
      const objects = crash.goal === 'fails' ? world.failing : world.next
      const process = await pool.take()
      arm(between, crash.instant, () => process.kill())
      const request = world.request(objects, newRevision)
      const ended = await process.tell({ ...started(between.kubeconfig), request })
      process.kill()
      await between.idle()

      const successor = openAgent(started(place.kubeconfig))
      const startedAt = performance.now()
      const recovered = await successor.syncer.recover(signal)
      const recoveryMs = performance.now() - startedAt
      successor.close()
      const judged = await judge({ ...place, state, stateNamespace }, world, { before, after, foreign })
      if (judged.ended !== 'neither') await removeWorld(cluster, world, signal)
      return {
        crash,
        ...judged,
        killed: ended === null,
        recovery: recovered.find(it => it.id === request.id)?.result.outcome ?? null,
        recoveryMs,
      }
    },
  }
}

function arm(between: GoBetween, instant: Instant, kill: () => void): void {
  let armed = false
  let dead = false
  const die = () => {
    dead = true
    kill()
  }
  between.decide(({ number }) => {
    // What it sends while it dies is not heard by anybody any more.
    if (dead) return { forward: false, reply: 'none' }
    if (instant.kind === 'time') {
      if (!armed) setTimeout(die, instant.ms)
      armed = true
      return passes
    }
    if (number !== instant.number) return passes
    dead = !instant.carriedOut
    return { forward: instant.carriedOut, reply: 'none', onReached: die }
  })
}

interface Expected {
  readonly before: Snapshot
  readonly after: Snapshot
  readonly foreign: readonly string[]
}

async function judge(
  { cluster, signal, state, stateNamespace }: Pick<ProofPlace, 'cluster' | 'signal'> & Memory,
  world: World,
  { before, after, foreign }: Expected,
): Promise<Pick<Aftermath, 'ended' | 'wrong'>> {
  const { name } = world.application
  const now = await snapshotOf(cluster, world, signal)
  const managed = await state.get(name, signal)
  const isNew = managed?.status.revision === newRevision
  const expected = isNew ? after : before
  const kept = await state.loadRevision(name, 'latest', signal)
  const secrets = (await cluster.discover(signal)).find('v1', 'Secret')
  const journals = secrets
    ? await cluster.list(
        secrets,
        {
          namespace: stateNamespace,
          labelSelector: `plumbline.dev/state=journal,plumbline.dev/state-of=${name}`,
        },
        signal,
      )
    : []
  const objects = (isNew ? world.next : world.old).filter(it => it.kind !== 'Job')
  const wrong = [
    ...differences(now, expected),
    ...journals.map(it => `a journal is left: ${it.metadata.name}`),
    ...unlike('inventory', managed?.status.inventory.length, objects.length),
    ...unlike('newest kept set', kept?.length, objects.length),
    ...unlike('foreign objects', (await foreignVersions(cluster, world, signal)).join(), foreign.join()),
  ]
  return { ended: wrong.length > 0 ? 'neither' : isNew ? 'new' : 'old', wrong }
}

function unlike(what: string, is: string | number | undefined, should: string | number): readonly string[] {
  return is === should ? [] : [`${what}: ${is ?? 'nothing'}, but should be ${should}`]
}
