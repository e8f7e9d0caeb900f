import { copyAnnotations } from '../../engine/normalise.ts'
import { ourEntry } from '../../engine/field-set.ts'
import { fieldManager, mendingManager } from '../../model/fields.ts'
import { identityOf } from '../../model/identity.ts'
import type { FieldSet, KubernetesObject, ManagedFieldsEntry } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { type JsonPatch, onlyAt } from './patch-to.ts'

/** Under these names `kubectl apply` without --server-side writes, and what was there before managedFields were. */
const clientSideManagers: ReadonlySet<string> = new Set([
  'kubectl-client-side-apply',
  'kubectl-last-applied',
  'before-first-apply',
])

/**
 * Moves what client-side apply owns to our manager, and drops its copy of the object, so that our next apply removes what Git
 * has no more. Null when there is nothing to move, or when we apply the object already: then client-side apply is a hand edit like
 * any other. What was written to mend an object moves at any time. As client-go's csaupgrade, it is bound to the
 * resourceVersion that was read.
 */
function takeOverPatch(live: KubernetesObject): JsonPatch | null {
  const { annotations = {} } = live.metadata
  const migrated = migratedFields(live)
  if (migrated === null) return null
  const kept = Object.entries(annotations).filter(([name]) => !copyAnnotations.has(name))
  return [
    ...onlyAt(live),
    { op: 'replace', path: '/metadata/managedFields', value: migrated },
    // `add` of what is there replaces it; `remove` would fail before a conflict is noticed.
    { op: 'add', path: '/metadata/annotations', value: Object.fromEntries(kept) },
  ]
}

/** The managedFields after a take-over; null when there is nothing to take over. */
export function migratedFields(live: KubernetesObject): readonly ManagedFieldsEntry[] | null {
  const entries = live.metadata.managedFields ?? []
  const applied = ourEntry(live)
  const moves = (it: ManagedFieldsEntry) => isMending(it) || (!applied && isClientSide(it))
  const moving = entries.filter(moves)
  const [latest] = moving.toSorted((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? '') || 0)
  if (!latest) return null
  const ours: ManagedFieldsEntry = {
    ...latest,
    manager: fieldManager,
    operation: 'Apply',
    fieldsV1: withoutCopies([applied ?? {}, ...moving].map(it => it.fieldsV1 ?? {}).reduce(union, {})),
  }
  return [ours, ...entries.filter(it => it !== applied && !moves(it))]
}

/**
 * Does it, if there is anything to do. Resolves with whether there was. Rejects with ClusterError `conflict` when the
 * object changed meanwhile: read it again.
 */
export async function takeOverClientSideApply(
  cluster: Cluster,
  live: KubernetesObject,
  signal: AbortSignal,
): Promise<boolean> {
  const patch = takeOverPatch(live)
  if (patch === null) return false
  const { apiVersion, kind } = live
  const resource = (await cluster.discover(signal)).find(apiVersion, kind)
  if (!resource) {
    const message = `could not take over ${kind} ${live.metadata.name}: the cluster does not serve ${apiVersion}`
    throw new ClusterError('unknown-kind', message, { status: 404, passing: false })
  }
  await cluster.patch(resource, identityOf(live), { type: 'json', body: patch }, signal)
  return true
}

function isClientSide(entry: ManagedFieldsEntry): boolean {
  return entry.operation === 'Update' && !entry.subresource && clientSideManagers.has(entry.manager ?? '')
}

function isMending(entry: ManagedFieldsEntry): boolean {
  return entry.operation === 'Update' && !entry.subresource && entry.manager === mendingManager
}

function union(a: FieldSet, b: FieldSet): FieldSet {
  const merged = { ...a }
  for (const [name, inner] of Object.entries(b)) merged[name] = union(a[name] ?? {}, inner)
  return merged
}

function withoutCopies(fields: FieldSet): FieldSet {
  const { 'f:metadata': metadata, ...rest } = fields
  const annotations = metadata?.['f:annotations']
  if (!metadata || !annotations) return fields
  const kept = Object.entries(annotations).filter(([name]) => !copyAnnotations.has(name.slice('f:'.length)))
  return { ...rest, 'f:metadata': { ...metadata, 'f:annotations': Object.fromEntries(kept) } }
}
