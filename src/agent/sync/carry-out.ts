import {
  formatIdentity,
  type Identity,
  type ObjectId,
  objectIdOf,
  parseIdentity,
} from '../../model/identity.ts'
import type { ObjectHealth } from '../../model/sync.ts'
import type { Journal } from '../state/state.ts'
import { applyWaves } from './apply-waves.ts'
import type { SyncContext } from './context.ts'
import { changedIds, namespaceToCreate } from './journal-entry.ts'
import { persistently } from './outage.ts'
import { prune } from './prune.ts'
import { readLive } from './read-live.ts'
import type { SyncRun } from './sync-run.ts'

/**
 * Makes the cluster what the journal says: apply wave by wave with health in between, then prune. Idempotent, so that a
 * restart may do it all again. Rejects when it cannot be completed; the journal then says what to put back.
 */
export async function carryOut(
  context: SyncContext,
  journal: Journal,
  run: SyncRun,
  limit: AbortSignal,
): Promise<readonly ObjectHealth[]> {
  const { cluster, limits } = context
  const { application, desired } = journal
  await createNamespace(context, journal, limit)
  const changed = changedIds(journal)
  const objects = new Map(desired.map(object => [objectIdOf(object), object]))
  const health = await applyWaves(
    context,
    {
      application,
      objects: [...objects].filter(([id]) => changed.has(id)).map(([, object]) => object),
      creates: createsAmongOthers(journal),
      onProgress: run.onProgress,
      onApplied: (id, answer) => {
        run.applied.push(id)
        const object = objects.get(id)
        if (object) context.planner.learn({ application, object, answer })
      },
    },
    limit,
  )
  if (journal.deletes.length > 0)
    run.onProgress({ step: 'prune', message: `${journal.deletes.length} to prune` })
  const pruned = await prune(
    {
      cluster,
      application: application.name,
      ids: journal.deletes,
      requests: limits.requests,
      onPruned: id => run.pruned.push(id),
    },
    limit,
  )
  if (pruned.some(id => id.startsWith('apiextensions.k8s.io/'))) cluster.forgetDiscovery()
  return health
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
  const namespace = namespaceToCreate(journal.application, journal.desired)
  if (!namespace || !journal.creates.includes(objectIdOf(namespace))) return
  const identity = { group: '', kind: 'Namespace', namespace: '', name: namespace.metadata.name }
  await persistently(async () => {
    if ((await readLive(cluster, identity, limit)) === null) await cluster.create(namespace, limit)
  }, limit)
}
