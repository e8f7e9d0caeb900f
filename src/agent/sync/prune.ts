import type { Application } from '../../model/application.ts'
import { applicationLabel } from '../../model/fields.ts'
import { type ObjectId, objectIdOf, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { type ObjectHealth, stillDeleted } from '../../model/sync.ts'
import { goesSlowly, whyNotGone } from '../../engine/not-gone.ts'
import { pruneRanks } from '../../engine/order.ts'
import { keepOf, prunePropagation } from '../../engine/sync-options.ts'
import { count } from '../../model/phrase.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { awaitGone, deleteExactly } from './delete-exactly.ts'
import { inParallel } from './in-parallel.ts'
import { persistently } from './outage.ts'
import { readLive } from './read-live.ts'
import { SyncFailure } from './sync-failure.ts'
import { within } from './time-limit.ts'

export interface Prune {
  readonly cluster: Cluster
  readonly application: Application
  /** The application goes, not just some of its objects. */
  readonly removed: boolean
  readonly ids: readonly ObjectId[]
  /** As they were when that was decided, for their waves. */
  readonly before: readonly KubernetesObject[]
  /** Requests in flight. */
  readonly requests: number
  /** How long in all what was deleted is waited for, milliseconds. */
  readonly goneMs: number
  readonly onPruned: (id: ObjectId) => void
  readonly onProgress: (message: string) => void
}

export interface Pruned {
  readonly ids: readonly ObjectId[]
  /** Deleted, and still there: each with what holds it. */
  readonly stuck: readonly ObjectHealth[]
  /** Not deleted, because something that may need them is stuck. */
  readonly untouched: readonly ObjectId[]
}

/**
 * Deletes objects that left Git, in reverse order, each only if it is still ours at that very moment. What goes slowly is waited for before
 * what it may need is deleted: a finalizer may be the work of a controller that goes as well. Idempotent: what is gone already counts as
 * nothing. Being slow is no failure, for a delete cannot be taken back. Rejects with ClusterError, or as `signal` says.
 */
export async function prune(request: Prune, signal: AbortSignal): Promise<Pruned> {
  const pruned: ObjectId[] = []
  const stuck: ObjectHealth[] = []
  const deadline = performance.now() + request.goneMs
  const waves = new Map(request.before.map(object => [objectIdOf(object), object]))
  const ranks = pruneRanks(request.ids, id => waves.get(id) ?? null)
  for (const [at, ids] of ranks.entries()) {
    const deleted = await inParallel(ids, request.requests, async id => {
      const live = await pruneOne(request, id, signal)
      if (live) request.onPruned(id)
      return live ? [live] : []
    })
    const gone = deleted.flat()
    pruned.push(...gone.map(objectIdOf))
    const slow = gone.filter(it => prunePropagation(request.application) === 'Foreground' || goesSlowly(it))
    const held = await stillThere(request, slow, deadline, signal)
    stuck.push(...held)
    const untouched = ranks.slice(at + 1).flat()
    if (untouched.length === 0 || !(signal.aborted || held.some(mayNeedOthers))) continue
    return { ids: pruned, stuck: stuck.map(it => withUntouched(it, untouched.length)), untouched }
  }
  return { ids: pruned, stuck, untouched: [] }
}

/** Resolves with the object that was deleted, by us: null when there was nothing to delete. */
async function pruneOne(
  { cluster, application, removed }: Prune,
  id: ObjectId,
  signal: AbortSignal,
): Promise<KubernetesObject | null> {
  let asked: KubernetesObject | null = null
  return persistently(async () => {
    const live = await readLive(cluster, parseIdentity(id), signal)
    // Gone, or on its way: by our own hand, if the answer to that was lost.
    if (!live || live.metadata.deletionTimestamp) return asked
    if (!mayPrune(live, application, removed)) return null
    asked = live
    return (await deleteExactly(cluster, live, signal, prunePropagation(application))) ? live : null
  }, signal)
}

/** Never what a controller made, what says that it stays, or what is not ours (any more). What had to be confirmed was, before it came here. */
function mayPrune(live: KubernetesObject, application: Application, removed: boolean): boolean {
  const controlled = (live.metadata.ownerReferences ?? []).some(owner => owner.controller === true)
  const stays = keepOf(live, application, { removed })?.until === 'for-good'
  return !controlled && !stays && live.metadata.labels?.[applicationLabel] === application.name
}

async function stillThere(
  { cluster, requests, onProgress }: Prune,
  slow: readonly KubernetesObject[],
  deadline: number,
  signal: AbortSignal,
): Promise<readonly ObjectHealth[]> {
  if (slow.length > 0) onProgress(`waiting for ${count(slow.length, 'deleted object')} to be gone`)
  const held = await inParallel(slow, requests, async object => {
    try {
      const left = Math.max(0, deadline - performance.now())
      await within(left, signal, limit => awaitGone(cluster, object, limit))
      return []
    } catch (error) {
      if (!(error instanceof SyncFailure)) throw error
    }
    const id = objectIdOf(object)
    // Time may be up for the sync as a whole: one look more, to say why.
    const live = await readLive(cluster, parseIdentity(id), AbortSignal.timeout(10_000))
    if (!live || live.metadata.uid !== object.metadata.uid) return []
    return [{ id, status: 'progressing' as const, message: `${stillDeleted}: ${whyNotGone(live)}` }]
  })
  return held.flat()
}

/** Of a kind that somebody defined: its finalizer is the work of a controller, which may be what goes next. */
function mayNeedOthers({ id }: ObjectHealth): boolean {
  const { group } = parseIdentity(id)
  return group.includes('.') && !group.endsWith('.k8s.io')
}

function withUntouched(held: ObjectHealth, untouched: number): ObjectHealth {
  const it = `${count(untouched, 'object')} that it may need`
  return { ...held, message: `${held.message}; ${it} ${untouched === 1 ? 'stays' : 'stay'} until then` }
}
