import { applicationLabel } from '../../model/fields.ts'
import { type ObjectId, objectIdOf, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { ObjectHealth } from '../../model/sync.ts'
import { kindRank, pruneOrder } from '../../engine/order.ts'
import { mayReplace } from '../../engine/sync-options.ts'
import type { Journal } from '../state/state.ts'
import { applyObject, nameOf } from './apply-object.ts'
import type { SyncContext } from './context.ts'
import { deleteExactly } from './delete-exactly.ts'
import { giveBack, putBack } from './give-back.ts'
import { inParallel } from './in-parallel.ts'
import { changedIds, createdForAnnotation } from './journal-entry.ts'
import { type InhabitantOf, livedIn } from './lived-in.ts'
import { persistently } from './outage.ts'
import { readLive } from './read-live.ts'
import { failureOf, SyncFailure } from './sync-failure.ts'

/** What a rollback wrote. */
export interface Undone {
  readonly ids: readonly ObjectId[]
  /** Objects that are there again or still, as the server answered. */
  readonly restored: readonly KubernetesObject[]
  /** Created, and left where they are because others need them by now; each with who. */
  readonly kept: readonly ObjectHealth[]
}

interface Repair {
  readonly id: ObjectId
  /** Null when there is nothing to put back. */
  readonly restore: (limit: AbortSignal) => Promise<KubernetesObject | null>
}

/**
 * Puts back what a journal's sync may have written, from any point at which it can have stopped: the previous set applied
 * again with what it took from others, taken-over objects as they were, created ones deleted. Idempotent. One failure does not keep the rest from being
 * put back; then it rejects with SyncFailure that names what could not be.
 */
export async function undo(context: SyncContext, journal: Journal, limit: AbortSignal): Promise<Undone> {
  const repairs = repairsOf(context, journal)
  const first = await repairAll(context, repairs, limit)
  const deleted = await deleteCreated(context, journal, limit)
  // Something that the sync created may have stood in the way, e.g. a webhook or a taken node port.
  const second =
    first.failed.length > 0
      ? await repairAll(
          context,
          first.failed.map(it => it.repair),
          limit,
        )
      : null
  const failed = [
    ...(second ?? first).failed.map(it => ({ id: it.repair.id, error: it.error })),
    ...deleted.failed,
  ]
  if (failed.length > 0) {
    const texts = failed.map(it => `${nameOf(it.id)}: ${failureOf(it.error).message}`)
    const health = failed.map(it => ({
      id: it.id,
      status: 'unknown' as const,
      message: failureOf(it.error).message,
    }))
    throw new SyncFailure('rollback-failed', texts.join('; '), health, { cause: failed[0]?.error })
  }
  const restored = [...first.restored, ...(second?.restored ?? [])]
  return { ids: [...restored.map(objectIdOf), ...deleted.ids], restored, kept: deleted.kept }
}

function repairsOf(context: SyncContext, journal: Journal): readonly Repair[] {
  const changed = new Set([...changedIds(journal), ...journal.deletes])
  const previous = new Set(journal.previous.map(objectIdOf))
  const before = new Map(journal.before.map(object => [objectIdOf(object), object]))
  const creates = new Set(journal.creates)
  // What the sync may have replaced, by leave of its new version, can only be replaced back.
  const replaced = new Set(
    journal.desired.filter(it => mayReplace(it, journal.application)).map(it => objectIdOf(it)),
  )
  const applies = journal.previous
    .map(object => ({ id: objectIdOf(object), object }))
    .filter(({ id }) => changed.has(id))
    .map(({ id, object }) => ({
      id,
      restore: async (limit: AbortSignal) => {
        if (creates.has(id) && (await isStillEnding(context, id, limit))) return null
        await giveBack(context.cluster, { previous: object, before: before.get(id) }, limit)
        const { application } = journal
        return applyObject(context.cluster, { object, application, replaces: replaced.has(id) }, limit)
      },
    }))
  const replaces = journal.before
    .filter(object => !previous.has(objectIdOf(object)))
    .map(object => ({
      id: objectIdOf(object),
      restore: (limit: AbortSignal) => putBack(context.cluster, object, limit),
    }))
  return [...applies, ...replaces]
}

/** What somebody deleted before the sync, and the sync could not make again because it does not go: not ours to wait for. */
async function isStillEnding({ cluster }: SyncContext, id: ObjectId, limit: AbortSignal): Promise<boolean> {
  const live = await readLive(cluster, parseIdentity(id), limit)
  return live?.metadata.deletionTimestamp !== undefined
}

async function repairAll(context: SyncContext, repairs: readonly Repair[], limit: AbortSignal) {
  const restored: KubernetesObject[] = []
  const failed: { readonly repair: Repair; readonly error: unknown }[] = []
  const ranks = Map.groupBy(repairs, it => kindRank(parseIdentity(it.id).kind))
  for (const [, members] of [...ranks].sort(([a], [b]) => a - b)) {
    await inParallel(members, context.limits.requests, async repair => {
      try {
        const object = await repair.restore(limit)
        if (object) restored.push(object)
      } catch (error) {
        limit.throwIfAborted()
        failed.push({ repair, error })
      }
    })
  }
  return { restored, failed }
}

async function deleteCreated(context: SyncContext, journal: Journal, limit: AbortSignal) {
  const previous = new Set(journal.previous.map(objectIdOf))
  const before = new Set(journal.before.map(objectIdOf))
  const created = journal.creates.filter(id => !previous.has(id) && !before.has(id))
  const ids: ObjectId[] = []
  const kept: ObjectHealth[] = []
  const failed: { readonly id: ObjectId; readonly error: unknown }[] = []
  // Read at the last moment, and only where it matters.
  let inhabitants: Promise<InhabitantOf> | null = null
  const inhabitantOf: InhabitantOfNow = async live => {
    inhabitants ??= livedIn(context.state, journal.application.name, limit)
    return (await inhabitants)(live)
  }
  const ranks = Map.groupBy(pruneOrder(created), id => kindRank(parseIdentity(id).kind))
  for (const members of ranks.values()) {
    await inParallel(members, context.limits.requests, async id => {
      try {
        const remove = () => deleteOurs(context, journal, { id, inhabitantOf, limit })
        const removed = await persistently(remove, limit)
        if (removed === 'deleted') ids.push(id)
        else if (removed !== 'not-there') kept.push({ id, status: 'unknown', message: removed.stays })
      } catch (error) {
        limit.throwIfAborted()
        failed.push({ id, error })
      }
    })
  }
  if (ids.some(id => id.startsWith('apiextensions.k8s.io/'))) context.cluster.forgetDiscovery()
  return { ids, kept, failed }
}

/** Which other application would lose something with this object; null when none would. */
type InhabitantOfNow = (live: KubernetesObject) => Promise<string | null>

interface DeleteOurs {
  readonly id: ObjectId
  readonly inhabitantOf: InhabitantOfNow
  readonly limit: AbortSignal
}

async function deleteOurs(
  { cluster }: SyncContext,
  { application }: Journal,
  { id, inhabitantOf, limit }: DeleteOurs,
): Promise<'deleted' | 'not-there' | { readonly stays: string }> {
  const live = await readLive(cluster, parseIdentity(id), limit)
  if (!live || live.metadata.deletionTimestamp) return 'not-there'
  const ours =
    live.metadata.labels?.[applicationLabel] === application.name ||
    live.metadata.annotations?.[createdForAnnotation] === application.name
  if (!ours) return 'not-there'
  const other = await inhabitantOf(live)
  if (other) return { stays: `was created, and stays: the application ${other} needs it by now` }
  return (await deleteExactly(cluster, live, limit)) ? 'deleted' : 'not-there'
}
