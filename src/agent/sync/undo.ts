import { applicationLabel } from '../../model/fields.ts'
import { type ObjectId, objectIdOf, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { kindRank, pruneOrder } from '../../engine/order.ts'
import type { Journal } from '../state/state.ts'
import { applyObject, nameOf } from './apply-object.ts'
import type { SyncContext } from './context.ts'
import { deleteExactly } from './delete-exactly.ts'
import { giveBack, putBack } from './give-back.ts'
import { inParallel } from './in-parallel.ts'
import { changedIds, createdForAnnotation } from './journal-entry.ts'
import { persistently } from './outage.ts'
import { readLive } from './read-live.ts'
import { failureOf, SyncFailure } from './sync-failure.ts'

/** What a rollback wrote. */
export interface Undone {
  readonly ids: readonly ObjectId[]
  /** Objects that are there again or still, as the server answered. */
  readonly restored: readonly KubernetesObject[]
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
  return { ids: [...restored.map(objectIdOf), ...deleted.ids], restored }
}

function repairsOf(context: SyncContext, journal: Journal): readonly Repair[] {
  const changed = new Set([...changedIds(journal), ...journal.deletes])
  const previous = new Set(journal.previous.map(objectIdOf))
  const before = new Map(journal.before.map(object => [objectIdOf(object), object]))
  const creates = new Set(journal.creates)
  const applies = journal.previous
    .map(object => ({ id: objectIdOf(object), object }))
    .filter(({ id }) => changed.has(id))
    .map(({ id, object }) => ({
      id,
      restore: async (limit: AbortSignal) => {
        if (creates.has(id) && (await isStillEnding(context, id, limit))) return null
        await giveBack(context.cluster, { previous: object, before: before.get(id) }, limit)
        return applyObject(context.cluster, { object, application: journal.application }, limit)
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
  const failed: { readonly id: ObjectId; readonly error: unknown }[] = []
  const ranks = Map.groupBy(pruneOrder(created), id => kindRank(parseIdentity(id).kind))
  for (const members of ranks.values()) {
    await inParallel(members, context.limits.requests, async id => {
      try {
        if (await persistently(() => deleteOurs(context, journal, { id, limit }), limit)) ids.push(id)
      } catch (error) {
        limit.throwIfAborted()
        failed.push({ id, error })
      }
    })
  }
  if (ids.some(id => id.startsWith('apiextensions.k8s.io/'))) context.cluster.forgetDiscovery()
  return { ids, failed }
}

async function deleteOurs(
  { cluster }: SyncContext,
  { application }: Journal,
  { id, limit }: { readonly id: ObjectId; readonly limit: AbortSignal },
): Promise<boolean> {
  const live = await readLive(cluster, parseIdentity(id), limit)
  if (!live || live.metadata.deletionTimestamp) return false
  const ours =
    live.metadata.labels?.[applicationLabel] === application.name ||
    live.metadata.annotations?.[createdForAnnotation] === application.name
  return ours && deleteExactly(cluster, live, limit)
}
