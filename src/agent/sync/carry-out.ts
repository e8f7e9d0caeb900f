import {
  formatIdentity,
  type Identity,
  type ObjectId,
  objectIdOf,
  parseIdentity,
} from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { ObjectHealth } from '../../model/sync.ts'
import type { Journal } from '../state/state.ts'
import { applyWaves } from './apply-waves.ts'
import { refuseClaimed } from './claims.ts'
import type { SyncContext } from './context.ts'
import { definedKinds, isDefinition } from '../../engine/defined-kinds.ts'
import type { HookTask } from '../../engine/hooks.ts'
import { cleanUpHooks, deleteLeftHooks } from './hooks/end-hooks.ts'
import { hooksOf, type SyncHooks } from './hooks/run-hooks.ts'
import { changedIds, namespaceToCreate } from './journal-entry.ts'
import { persistently } from './outage.ts'
import { prune } from './prune.ts'
import { readLive } from './read-live.ts'
import { SyncFailure } from './sync-failure.ts'
import { loggable, type SyncRun } from './sync-run.ts'

export interface CarriedOut {
  /** Of what was written. */
  readonly health: readonly ObjectHealth[]
  /** Not pruned yet, because something that may need it is still being deleted. */
  readonly untouched: readonly ObjectId[]
}

/**
 * Makes the cluster what the journal says: apply wave by wave with health in between, then prune. Idempotent, so that a
 * restart may do it all again. Rejects when it cannot be completed; the journal then says what to put back.
 */
export async function carryOut(
  context: SyncContext,
  journal: Journal,
  run: SyncRun,
  limit: AbortSignal,
): Promise<CarriedOut> {
  const { cluster, limits } = context
  const { application, desired } = journal
  const hooks = hooksOf(context, journal, run)
  await refuseClaimed(context, journal, limit)
  await createNamespace(context, journal, limit)
  const changed = changedIds(journal)
  const objects = new Map(desired.map(object => [objectIdOf(object), object]))
  const request = {
    application,
    creates: createsAmongOthers(journal),
    takes: journal.takes ?? {},
    onProgress: run.onProgress,
    onApplied: (id: ObjectId, answer: KubernetesObject) => {
      run.applied.push(id)
      const object = objects.get(id)
      if (object) context.planner.learn({ application, object, answer })
    },
  }
  const writes = [...objects].filter(([id]) => changed.has(id)).map(([, object]) => object)
  const early = new Set(neededBy(hooks.tasks, writes))
  const late = writes.filter(it => !early.has(it))
  const health = [...(await applyWaves(context, { ...request, objects: [...early], hooks: null }, limit))]
  await hooks.run(journal.removed ? 'PreDelete' : 'PreSync', limit)
  health.push(
    ...(await applyWaves(
      context,
      { ...request, objects: late, hooks: journal.removed ? null : hooks },
      limit,
    )),
  )
  if (!journal.removed) await hooks.run('PostSync', limit)
  if (journal.deletes.length > 0)
    run.onProgress({ step: 'prune', message: `${journal.deletes.length} to prune` })
  const pruned = await prune(
    {
      cluster,
      application,
      removed: journal.removed,
      ids: journal.deletes,
      before: journal.before,
      requests: limits.requests,
      goneMs: limits.goneMs,
      onPruned: id => run.pruned.push(id),
      onProgress: message => run.onProgress({ step: 'prune', message }),
    },
    limit,
  )
  if (pruned.ids.some(id => id.startsWith('apiextensions.k8s.io/'))) cluster.forgetDiscovery()
  run.left.push(...pruned.stuck)
  if (journal.removed && pruned.untouched.length === 0 && !limit.aborted)
    await afterRemoval(context, { journal, hooks, run }, limit)
  await cleanUpHooks(context, { journal, results: run.hooks }, limit)
  return { health, untouched: pruned.untouched }
}

/** Namespaces and definitions without which the first hooks could not be created: they cannot wait for those. */
function neededBy(
  tasks: readonly HookTask[],
  writes: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const first = tasks.filter(it => it.phase === 'PreSync').map(it => it.object)
  const namespaces = new Set(first.map(it => it.metadata.namespace))
  const kinds = new Set(first.map(it => `${it.apiVersion}/${it.kind}`))
  return writes.filter(it =>
    isDefinition(it)
      ? [...definedKinds([it]).keys()].some(kind => kinds.has(kind))
      : it.apiVersion === 'v1' && it.kind === 'Namespace' && namespaces.has(it.metadata.name),
  )
}

/** Nothing of it is undone: the application is gone, and what it held would come back empty. */
async function afterRemoval(
  context: SyncContext,
  { journal, hooks, run }: { readonly journal: Journal; readonly hooks: SyncHooks; readonly run: SyncRun },
  limit: AbortSignal,
): Promise<void> {
  await deleteLeftHooks(context, journal, limit)
  try {
    await hooks.run('PostDelete', limit)
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error
    context.logger.warn(
      { ...loggable(run, error), application: journal.application.name },
      'a hook after a removal failed',
    )
  }
}

/** New objects in places where others are. In a namespace of its own a sync finds what the cluster puts there, such as accounts. */
function createsAmongOthers({ creates }: Journal): ReadonlySet<ObjectId> {
  const all = new Set(creates)
  const isInNew = ({ namespace }: Identity) =>
    namespace !== '' &&
    all.has(formatIdentity({ group: '', kind: 'Namespace', namespace: '', name: namespace }))
  return new Set(creates.filter(id => !isInNew(parseIdentity(id))))
}

async function createNamespace(
  { cluster }: SyncContext,
  journal: Journal,
  limit: AbortSignal,
): Promise<void> {
  const namespace = namespaceToCreate(journal.application, [...journal.desired, ...(journal.hooks ?? [])])
  if (!namespace || !journal.creates.includes(objectIdOf(namespace))) return
  const identity = { group: '', kind: 'Namespace', namespace: '', name: namespace.metadata.name }
  await persistently(async () => {
    if ((await readLive(cluster, identity, limit)) === null) await cluster.create(namespace, limit)
  }, limit)
}
