import { z } from 'zod'
import type { HealRecord } from '../../model/drift.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Condition, ManagedStatus } from './state.ts'

const condition = z.object({
  type: z.enum(['Ready', 'Synced', 'Healthy', 'Drifted']),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionTime: z.string(),
  observedGeneration: z.number().optional(),
})

const healRecord = z.object({
  id: z.string(),
  at: z.string(),
  deletedBy: z.string().nullish(),
  fields: z
    .array(
      z.object({
        path: z.string(),
        from: z.string(),
        to: z.string(),
        manager: z.string().nullish(),
        user: z.string().nullish(),
      }),
    )
    .nullish(),
})

const statusDocument = z.object({
  sync: z
    .object({
      revision: z.string().optional(),
      digest: z.string().optional(),
      time: z.string().optional(),
    })
    .nullish(),
  failedRevision: z.string().nullish(),
  heldBack: z.object({ revision: z.string().nullish(), digest: z.string().nullish() }).nullish(),
  moving: z.array(z.object({ id: z.string(), to: z.string() })).nullish(),
  inventory: z.array(z.string()).nullish(),
  heals: z
    .object({ total: z.number().int().min(0), recent: z.array(healRecord).nullish() })
    .nullish()
    .catch(null),
  // Types of later versions are nobody's business here.
  conditions: z
    .array(z.unknown())
    .nullish()
    .transform(all => (all ?? []).flatMap(it => condition.safeParse(it).data ?? [])),
})

type StatusDocument = z.infer<typeof statusDocument>

export function statusOf(object: KubernetesObject): ManagedStatus {
  const status = parse(object)
  return {
    revision: status.sync?.revision ?? null,
    digest: status.sync?.digest ?? null,
    syncedAt: status.sync?.time ?? null,
    inventory: status.inventory ?? [],
    failedRevision: status.failedRevision ?? null,
    heldBack: status.heldBack
      ? { revision: status.heldBack.revision ?? null, digest: status.heldBack.digest ?? null }
      : null,
    moving: status.moving ?? [],
    heals: { total: status.heals?.total ?? 0, recent: (status.heals?.recent ?? []).map(healFrom) },
    conditions: status.conditions.map(({ type, status: value, reason, message }) => ({
      type,
      status: value,
      reason,
      message,
    })),
  }
}

/** What the object's status becomes. `now` is RFC 3339. Whole fields: null where there is nothing. */
export function changedStatus(
  object: KubernetesObject,
  change: Partial<ManagedStatus>,
  now: string,
): Readonly<Record<string, unknown>> {
  const before = parse(object)
  const generation = object.metadata.generation ?? 0
  const kept = { ...statusOf(object), ...change }
  const { revision, digest, syncedAt, inventory, failedRevision, heldBack, moving, heals } = kept
  const sync = {
    revision,
    shortRevision: revision?.slice(0, 7) ?? null,
    digest,
    time: syncedAt,
  }
  return {
    observedGeneration: generation,
    sync,
    failedRevision,
    heldBack,
    moving: moving.length === 0 ? null : moving,
    inventory,
    heals: heals.total === 0 ? null : { total: heals.total, recent: heals.recent.map(keptHeal) },
    conditions: mergeConditions(before.conditions, change.conditions ?? [], { generation, now }),
  }
}

function healFrom({ id, at, deletedBy, fields }: z.infer<typeof healRecord>): HealRecord {
  const places = (fields ?? []).map(it => ({ ...it, manager: it.manager ?? null, user: it.user ?? null }))
  return { id, at, deletedBy: deletedBy ?? null, fields: places }
}

/** Without what nobody knows: the API server takes no null for text. */
function keptHeal({ deletedBy, fields, ...heal }: HealRecord): object {
  const places = fields.map(({ manager, user, ...field }) => ({
    ...field,
    ...(manager === null ? {} : { manager }),
    ...(user === null ? {} : { user }),
  }))
  return { ...heal, ...(deletedBy === null ? {} : { deletedBy }), fields: places }
}

type KeptCondition = StatusDocument['conditions'][number]

const longestMessage = 32_768

/** By type; the time of transition moves only when the status does. Source: metav1.Condition. */
function mergeConditions(
  before: readonly KeptCondition[],
  changes: readonly Condition[],
  at: { readonly generation: number; readonly now: string },
): readonly KeptCondition[] {
  const merged = new Map(before.map(it => [it.type, it]))
  for (const { type, status, reason, message } of changes) {
    const old = merged.get(type)
    merged.set(type, {
      type,
      status,
      reason: reason || 'Unknown',
      message: message.slice(0, longestMessage),
      lastTransitionTime: old?.status === status ? old.lastTransitionTime : at.now,
      observedGeneration: at.generation,
    })
  }
  return [...merged.values()]
}

function parse(object: KubernetesObject): StatusDocument {
  return statusDocument.parse(object['status'] ?? {})
}
