import { copyAnnotations } from '../../engine/normalise.ts'
import { ourEntry } from '../../engine/field-set.ts'
import { foldSecret } from '../../engine/fold-secret.ts'
import { withoutIgnored } from '../../engine/ignore-differences.ts'
import { isJsonObject, sameJson } from '../../engine/json.ts'
import { stepInto } from '../../engine/steps.ts'
import { fieldManager, mendingManager } from '../../model/fields.ts'
import type { IgnoreDifference } from '../../model/application.ts'
import { identityOf } from '../../model/identity.ts'
import type { FieldSet, KubernetesObject, ManagedFieldsEntry } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { type JsonPatch, onlyAt } from './patch-to.ts'

/** Under this name `kubectl apply` without --server-side writes, and under the other what it had written before managedFields were. */
const clientSideManagers: ReadonlySet<string> = new Set(['kubectl-client-side-apply', 'kubectl-last-applied'])

/** What the server calls whoever wrote an object whose managedFields were lost: everybody in one. */
const unknownManager = 'before-first-apply'

const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

export interface TakeOver {
  readonly live: KubernetesObject
  /** What is applied afterwards. */
  readonly wanted: KubernetesObject
  /** What they ignore stays whose it is. */
  readonly rules: readonly IgnoreDifference[]
}

/**
 * The managedFields after a take-over, which moves to our manager what client-side apply has written, so that our next apply removes
 * what Git has no more. Null when there is nothing to take over, or when we apply the object already: then client-side apply is a hand
 * edit like any other. What was written to mend an object moves at any time.
 *
 * As kubectl prunes: of what client-side apply owns, only what it was given (its copy of the object says so) and what is rendered
 * now. The defaults that it met on its way are nobody's.
 */
export function migratedFields({ live, wanted, rules }: TakeOver): readonly ManagedFieldsEntry[] | null {
  const entries = live.metadata.managedFields ?? []
  const applied = ourEntry(live)
  const moves = (it: ManagedFieldsEntry) => isMending(it) || (!applied && isClientSide(it))
  const moving = entries.filter(moves)
  const [latest] = moving.toSorted((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? '') || 0)
  if (!latest) return null
  const copy = lastAppliedOf(live)
  const given = copy && withoutIgnored(copy, live, rules, identityOf(live))
  const takenFrom = (it: ManagedFieldsEntry): FieldSet => {
    const isWhole = isMending(it) || (!given && it.manager !== unknownManager)
    const fields = withoutCopies(it.fieldsV1 ?? {})
    return isWhole ? fields : within(fields, [wanted, ...(given ? [given] : [])])
  }
  const ours: ManagedFieldsEntry = {
    ...latest,
    manager: fieldManager,
    operation: 'Apply',
    fieldsV1: [applied?.fieldsV1 ?? {}, ...moving.map(takenFrom)].reduce(union, {}),
  }
  return [ours, ...entries.filter(it => it !== applied && !moves(it))]
}

/**
 * Takes over what {@link migratedFields} says and drops client-side apply's copy of the object. Resolves with whether there was
 * anything to do. As client-go's csaupgrade it is bound to the resourceVersion that was read: rejects with ClusterError `conflict`
 * when the object changed meanwhile.
 */
export async function takeOverClientSideApply(
  cluster: Cluster,
  { live, wanted, rules }: TakeOver,
  signal: AbortSignal,
): Promise<boolean> {
  const { apiVersion, kind, metadata } = live
  const managedFields = migratedFields({ live, wanted, rules })
  if (managedFields === null) return false
  const resource = (await cluster.discover(signal)).find(apiVersion, kind)
  if (!resource) {
    const message = `could not take over ${kind} ${metadata.name}: the cluster does not serve ${apiVersion}`
    throw new ClusterError('unknown-kind', message, { status: 404, passing: false })
  }
  const kept = Object.entries(metadata.annotations ?? {}).filter(([name]) => !copyAnnotations.has(name))
  const body: JsonPatch = [
    ...onlyAt(live),
    { op: 'replace', path: '/metadata/managedFields', value: managedFields },
    // `add` of what is there replaces it; `remove` would fail before a conflict is noticed.
    { op: 'add', path: '/metadata/annotations', value: Object.fromEntries(kept) },
  ]
  await cluster.patch(resource, identityOf(live), { type: 'json', body }, signal)
  return true
}

/**
 * An apply of an object whose managedFields were lost makes everybody else who ever wrote it one manager, and that an owner of what
 * we have applied just now: nothing that leaves Git would ever leave the cluster. Takes that back; values stay as they are. Resolves
 * with the object after it. Rejects with ClusterError.
 */
export async function soleOwner(
  cluster: Cluster,
  applied: KubernetesObject,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const entries = applied.metadata.managedFields ?? []
  const ours = ourEntry(applied)?.fieldsV1
  const resource = (await cluster.discover(signal)).find(applied.apiVersion, applied.kind)
  const isUnknown = (it: ManagedFieldsEntry) => it.manager === unknownManager && it.operation === 'Update'
  if (!ours || !resource || !entries.some(isUnknown)) return applied
  const managedFields = entries.flatMap((it): readonly ManagedFieldsEntry[] => {
    if (!isUnknown(it)) return [it]
    const fieldsV1 = without(it.fieldsV1 ?? {}, ours)
    return Object.keys(fieldsV1).length > 0 ? [{ ...it, fieldsV1 }] : []
  })
  if (sameJson(managedFields, entries)) return applied
  const body: JsonPatch = [
    ...onlyAt(applied),
    { op: 'replace', path: '/metadata/managedFields', value: managedFields },
  ]
  return cluster.patch(resource, identityOf(applied), { type: 'json', body }, signal)
}

/** What of a set is not in another. */
function without(fields: FieldSet, others: FieldSet): FieldSet {
  const kept = Object.entries(fields).flatMap(([step, inner]): [string, FieldSet][] => {
    const other = others[step]
    if (other === undefined) return [[step, inner]]
    const rest = without(inner, other)
    return Object.keys(rest).length > 0 ? [[step, rest]] : []
  })
  return Object.fromEntries(kept)
}

function isClientSide({ manager = '', operation, subresource }: ManagedFieldsEntry): boolean {
  const isOne = clientSideManagers.has(manager) || manager === unknownManager
  return operation === 'Update' && !subresource && isOne
}

function isMending({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return operation === 'Update' && !subresource && manager === mendingManager
}

/** What client-side apply was given the last time; null when its copy is gone, or was tampered with. */
function lastAppliedOf({ metadata }: KubernetesObject): KubernetesObject | null {
  const text = metadata.annotations?.[lastAppliedAnnotation]
  if (text === undefined) return null
  try {
    const given = JSON.parse(text) as KubernetesObject
    return isJsonObject(given) ? foldSecret(given).object : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The part of a set for which one of the values has something. */
function within(fields: FieldSet, values: readonly unknown[]): FieldSet {
  const kept = Object.entries(fields).flatMap(([step, inner]): [string, FieldSet][] => {
    if (step === '.') return [[step, inner]]
    const found = values.map(value => stepInto(value, step)).filter(value => value !== undefined)
    if (found.length === 0) return []
    if (Object.keys(inner).length === 0) return [[step, inner]]
    const rest = within(inner, found)
    return Object.keys(rest).length === 0 ? [] : [[step, rest]]
  })
  return Object.fromEntries(kept)
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
