import { identityOf, objectIdOf, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Change, Plan } from '../../model/plan.ts'
import { hookPhases } from '../../engine/hooks.ts'
import { movingOf } from './moving.ts'
import { createsNamespace } from '../../engine/sync-options.ts'
import type { PlanInput } from '../../engine/plan-input.ts'
import type { Journal, JournalledRollback, ManagedApplication } from '../state/state.ts'
import { holdBackOf } from './hold-back.ts'
import type { SyncRequest } from './syncer.ts'

export interface Intent {
  readonly request: SyncRequest
  readonly plan: Plan
  readonly input: PlanInput
  readonly writes: readonly Change[]
  readonly deletes: readonly ObjectId[]
  /** The destination namespace when the sync has to create it, else null. */
  readonly namespace: KubernetesObject | null
  /** Null before the first sync. */
  readonly managed: ManagedApplication | null
  /** A journal whose rollback failed; what it left behind is still to be put back. */
  readonly unfinished: Journal | null
  readonly startedAt: string
}

/** Everything that a restart needs to finish the sync or to undo it. */
export function journalOf(intent: Intent): Journal {
  const { request, plan, input, writes, deletes, namespace, managed, unfinished } = intent
  const created = writes.filter(change => change.action === 'create').map(change => change.id)
  const changed = [
    ...writes.filter(change => change.action !== 'create').map(change => change.id),
    ...deletes,
    ...replacedByHooks(input),
  ]
  const before = changed.flatMap(id => {
    const read = input.live.get(id)
    return read?.kind === 'live' ? [read.object] : []
  })
  const status = managed?.status
  return {
    id: request.id,
    application: request.application,
    repository: request.repository,
    revision: request.revision,
    removed: request.removed,
    digest: plan.digest,
    startedAt: intent.startedAt,
    phase: 'applying',
    failure: null,
    desired: input.head.map(desired => desired.object),
    previous: unfinished?.previous ?? input.lastSynced ?? [],
    before: mergeBefore(unfinished?.before ?? [], before),
    creates: [
      ...new Set([...(unfinished?.creates ?? []), ...(namespace ? [objectIdOf(namespace)] : []), ...created]),
    ],
    deletes,
    hooks: (input.hooks ?? []).map(it => it.object),
    hooksRun: [],
    previousInventory: unfinished?.previousInventory ?? status?.inventory ?? [],
    previousStatus: unfinished?.previousStatus ?? {
      revision: status?.revision ?? null,
      digest: status?.digest ?? null,
      syncedAt: status?.syncedAt ?? null,
    },
    trigger: request.trigger ?? null,
    rollback: rollbackOf(intent),
    takes: Object.fromEntries(input.takes ?? []),
    moving: movingOf(input),
  }
}

function rollbackOf({ request, input, managed }: Intent): JournalledRollback | null {
  const to = request.rollbackTo ?? null
  return to === null ? null : { to, holdBack: holdBackOf(input, managed) }
}

/** What was kept until now and is a hook from now on: its object takes that one's place. */
function replacedByHooks(input: PlanInput): readonly ObjectId[] {
  return (input.hooks ?? []).filter(it => hookPhases(it.object).length > 0).map(it => it.id)
}

function mergeBefore(
  older: readonly KubernetesObject[],
  newer: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const known = new Set(older.map(objectIdOf))
  return [...older, ...newer.filter(object => !known.has(objectIdOf(object)))]
}

/** Ids of the objects that the journal's sync writes: those it awaits, and puts back when it fails. */
export function changedIds(journal: Journal): ReadonlySet<ObjectId> {
  return new Set([...journal.creates, ...journal.before.map(objectIdOf)])
}

export const createdForAnnotation = 'plumbline.dev/created-for'

/**
 * The destination namespace, to be created when sync option `CreateNamespace=true` asks for it and nothing renders it. As in
 * Argo CD it is not managed: never compared, never pruned; only a rollback of the sync that created it takes it away.
 */
export function namespaceToCreate(
  application: SyncRequest['application'],
  desired: readonly KubernetesObject[],
): KubernetesObject | null {
  if (!createsNamespace(application)) return null
  const name = application.destination.namespace
  const used = desired.some(object => object.metadata.namespace === name)
  const rendered = desired.some(object => {
    const identity = identityOf(object)
    return identity.group === '' && identity.kind === 'Namespace' && identity.name === name
  })
  if (!used || rendered) return null
  const metadata = application.syncPolicy.managedNamespaceMetadata
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(metadata ? { labels: metadata.labels } : {}),
      annotations: { ...metadata?.annotations, [createdForAnnotation]: application.name },
    },
  }
}
