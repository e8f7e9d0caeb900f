import type { ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { SyncResult } from '../../model/sync.ts'
import { healthOf } from '../../engine/health.ts'
import { canonicalJson } from '../../engine/json.ts'
import { applicationOf } from '../../engine/ownership.ts'
import type { PlanInput } from '../../engine/plan-input.ts'
import type { Journal, ManagedApplication } from '../state/state.ts'
import { whenRolledBackTo, whenSynced } from './conditions.ts'
import type { SyncContext } from './context.ts'
import { holdBackOf } from './hold-back.ts'
import { movingOf } from './moving.ts'
import { redactedHealth, resultOf, type SyncRun } from './sync-run.ts'
import type { SyncRequest } from './syncer.ts'

interface Unchanged {
  readonly request: SyncRequest
  readonly run: SyncRun
  readonly input: PlanInput
  readonly managed: ManagedApplication | null
  readonly unfinished: Journal | null
}

/** The cluster is as rendered already. What there is to remember is written only when it differs from what is remembered. */
export async function rememberUnchanged(
  context: SyncContext,
  { request, run, input, managed, unfinished }: Unchanged,
  signal: AbortSignal,
): Promise<SyncResult> {
  const { state } = context
  const { application, revision, trigger = null, rollbackTo = null } = request
  const { name } = application
  if (request.removed) {
    await state.forget(name, signal)
    if (unfinished) await state.clearJournal(name, signal)
    return resultOf(context, run, { outcome: 'synced' })
  }
  const checks = application.healthCheckExprs
  const ofHead = [...liveHeadOf(input)].map(([id, object]) => ({ id, ...healthOf(object, { checks }) }))
  const health = redactedHealth(run, [...run.left, ...ofHead])
  const desired = input.head.map(it => it.object)
  const status = managed?.status
  const known = new Set(input.head.map(it => it.id))
  const owned = new Set(input.inventory)
  const isAnothers = (id: ObjectId) => {
    const read = input.live.get(id)
    const owner = read?.kind === 'live' ? applicationOf(read.object) : null
    return owner !== null && owner !== name
  }
  const left = (run.plan?.changes ?? [])
    .filter(it => it.action === 'leave-behind' || it.action === 'delete')
    .filter(it => owned.has(it.id) && !isAnothers(it.id))
    .map(it => it.id)
  await state.assign(application, request.repository, signal)
  if (canonicalJson(desired) !== canonicalJson(input.lastSynced)) {
    const limit = application.revisionHistoryLimit
    await state.saveRevision(
      name,
      { revision, objects: desired, limit, trigger, rolledBackTo: rollbackTo },
      signal,
    )
  }
  // An application without hooks has none to remember, but for the moment at which it loses its last one.
  const hooks = (input.hooks ?? []).map(it => it.object)
  if (hooks.length > 0) await state.saveHooks(name, hooks, signal)
  const holdBack = rollbackTo === null ? null : holdBackOf(input, managed)
  const isSame = status?.syncedAt != null && status.revision === revision
  await state.saveStatus(
    name,
    {
      revision,
      digest: isSame ? status.digest : (run.plan?.digest ?? null),
      syncedAt: isSame ? status.syncedAt : context.clock().toISOString(),
      inventory: [...known, ...left.filter(id => !known.has(id))],
      ...(rollbackTo === null ? { failedRevision: null } : {}),
      heldBack: holdBack,
      moving: movingOf(input),
      conditions:
        rollbackTo === null ? whenSynced(revision, health) : whenRolledBackTo(revision, holdBack, health),
    },
    signal,
  )
  if (unfinished) await state.clearJournal(name, signal)
  return resultOf(context, run, { outcome: 'synced', health })
}

/** The live objects of the head render. */
export function liveHeadOf(input: PlanInput): ReadonlyMap<ObjectId, KubernetesObject> {
  return new Map(
    input.head.flatMap(({ id }) => {
      const read = input.live.get(id)
      return read?.kind === 'live' ? [[id, read.object] as const] : []
    }),
  )
}
