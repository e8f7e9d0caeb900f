import type { KubernetesObject } from '../../../../src/model/object.ts'
import type { SyncResult } from '../../../../src/model/sync.ts'
import { type Fate, passes } from '../../../go-between/fate.ts'
import { faulty, type FaultName } from '../../../go-between/faults.ts'
import { openAgent } from './agent.ts'
import { randomFrom } from './random.ts'
import type { ProofPlace } from './proof-place.ts'
import { differences, foreignVersions, type Snapshot, snapshotOf } from './snapshot.ts'
import { createWorld, removeWorld, type WorldOptions } from './world.ts'

/** How one sync fared while one request in ten met a fault. */
export interface Weathered {
  readonly goal: 'old' | 'next' | 'failing'
  readonly outcome: SyncResult['outcome']
  readonly ms: number
  readonly faults: number
  /** For people: what is wrong with it. Empty when it ended as it says that it did. */
  readonly wrong: readonly string[]
}

export interface FaultPlay {
  readonly count: number
  readonly seed: number
  /** Of all requests. */
  readonly share: number
  /** Worlds side by side. */
  readonly lanes: number
  readonly world: WorldOptions
  readonly onDone?: (weathered: Weathered, done: number) => void
  readonly onFault?: (name: FaultName) => void
}

/** Times of a test: the API server is near, and whatever takes longer than this is lost. */
const timeouts = { read: 1000, write: 1500 }

type State = 'old' | 'next'
type Snapshots = Readonly<Record<State, Snapshot>>

/** Syncs worlds to and fro, now and then towards what is never healthy, and looks after each sync at what is there. */
export async function playFaults(place: ProofPlace, play: FaultPlay): Promise<readonly Weathered[]> {
  const lanes = await Promise.all(Array.from({ length: play.lanes }, (_, at) => openLane(place, play, at)))
  const [first] = lanes
  if (!first) return []
  const snapshots = await first.undisturbed()
  await Promise.all(lanes.map(lane => lane.prepare()))
  const weathered: Weathered[] = []
  let begun = 0
  await Promise.all(
    lanes.map(async lane => {
      while (begun < play.count) {
        begun++
        const one = await lane.weather(snapshots)
        weathered.push(one)
        play.onDone?.(one, weathered.length)
        if (one.wrong.length > 0) return
      }
    }),
  )
  await Promise.all(lanes.map(lane => lane.close()))
  return weathered
}

async function openLane(place: ProofPlace, play: FaultPlay, lane: number) {
  const { cluster, signal, limits } = place
  const name = `faults-${play.seed}-${lane}`
  const random = randomFrom(play.seed + lane)
  const between = await place.goBetween(name)
  const { state: memory, stateNamespace } = await place.memory(name)
  const world = await createWorld(cluster, signal, { ...play.world, adopts: false })
  const { kubeconfig } = between
  const agent = openAgent({ kubeconfig, stateNamespace, identity: name, limits, timeouts })
  let number = 0
  let state: State = 'old'
  let foreign = ''
  const look = () => snapshotOf(cluster, world, signal)

  async function syncTo(objects: readonly KubernetesObject[]): Promise<SyncResult> {
    const revision = String(++number).padStart(40, '0')
    return agent.syncer.sync(world.request(objects, revision), signal)
  }

  async function undisturbedTo(goal: State): Promise<Snapshot> {
    const { outcome, error } = await syncTo(world[goal])
    if (outcome !== 'synced') throw new Error(`undisturbed, a sync ended as ${outcome}: ${error?.message}`)
    return look()
  }

  return {
    /** What both states look like when nothing goes wrong. */
    async undisturbed(): Promise<Snapshots> {
      await undisturbedTo('old')
      const next = await undisturbedTo('next')
      return { next, old: await undisturbedTo('old') }
    },

    async prepare(): Promise<void> {
      if (number === 0) await undisturbedTo('old')
      foreign = (await foreignVersions(cluster, world, signal)).join()
    },

    async weather(snapshots: Snapshots): Promise<Weathered> {
      const other: State = state === 'old' ? 'next' : 'old'
      const goal = state === 'old' && random() < 0.3 ? 'failing' : other
      let faults = 0
      const created = new Map<string, number>()
      const fateOf = faulty(play.share, random, fault => {
        faults++
        play.onFault?.(fault)
      })
      between.decide(passing => withHooksCounted(fateOf(passing), passing, created))
      const startedAt = performance.now()
      const result = await syncTo(world[goal])
      const ms = performance.now() - startedAt
      between.decide(() => passes)
      await between.idle()
      if (result.outcome === 'synced') state = other
      const foreignNow = (await foreignVersions(cluster, world, signal)).join()
      const wrong = [
        ...wrongOutcome(result, goal),
        ...differences(await look(), snapshots[state]),
        ...((await memory.readJournal(world.application.name, signal)) ? ['a journal is left'] : []),
        ...(foreignNow === foreign ? [] : ['foreign objects moved']),
        ...[...created].flatMap(([url, times]) => (times > 1 ? [`${url} was made ${times} times`] : [])),
      ]
      return { goal, outcome: result.outcome, ms, faults, wrong }
    },

    async close(): Promise<void> {
      agent.close()
      await removeWorld(cluster, world, signal)
    },
  }
}

function withHooksCounted(
  fate: Fate,
  { method, url, isWrite }: { readonly method: string; readonly url: string; readonly isWrite: boolean },
  created: Map<string, number>,
): Fate {
  if (!isWrite || method === 'DELETE' || !/\/jobs[/?]/.test(url)) return fate
  const count = (status: number) => {
    if (status === 201) created.set(url, (created.get(url) ?? 0) + 1)
  }
  return { ...fate, onCarriedOut: count }
}

function wrongOutcome({ outcome, error }: SyncResult, goal: Weathered['goal']): readonly string[] {
  if (outcome === 'rolled-back' || (outcome === 'synced' && goal !== 'failing')) return []
  return [`it ended as ${outcome}: ${error?.code} ${error?.message}`]
}
