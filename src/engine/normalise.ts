import { groupOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import { isJsonObject, mapItems, property, withProperty } from './json.ts'

/** Metadata that belongs to the server, never to Git. */
export const serverMetadata: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
])

/** Annotations that hold a copy of the whole object, or bookkeeping of client-side apply. */
export const copyAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'objectset.rio.cattle.io/applied',
  'banzaicloud.com/last-applied',
])

/** Maps whose absence and emptiness mean the same. Elsewhere `{}` may speak, as in `emptyDir: {}` or a selector. */
const emptyMeansAbsent: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'data',
  'stringData',
  'binaryData',
  'resources',
  'limits',
  'requests',
  'securityContext',
  'strategy',
  'updateStrategy',
])

/**
 * The part of an object that may take part in a diff: without status, server-owned metadata and copies of itself, without
 * nulls and empty lists, and without what the cluster fills in by itself (rules of aggregated ClusterRoles).
 */
export function normalise(object: KubernetesObject): KubernetesObject {
  const { status: _status, metadata, ...rest } = object
  const kept = Object.entries(metadata).filter(([name]) => !serverMetadata.has(name))
  const bare = { ...rest, metadata: withoutCopies(Object.fromEntries(kept)) }
  return withoutEmpty(isAggregated(bare) ? withProperty(bare, 'rules', undefined) : bare) as KubernetesObject
}

/** Drops annotations that repeat the object. */
export function withoutCopies<T extends { readonly [name: string]: unknown }>(metadata: T): T {
  const annotations = metadata.annotations
  if (!isJsonObject(annotations)) return metadata
  const kept = Object.entries(annotations).filter(([name]) => !copyAnnotations.has(name))
  return withProperty(metadata, 'annotations', kept.length > 0 ? Object.fromEntries(kept) : undefined)
}

/** Without nulls and what is empty and means nothing. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (!isJsonObject(value)) return value
  const kept: [string, unknown][] = []
  for (const [name, item] of Object.entries(value)) {
    const clean = withoutEmpty(item)
    if (!isNothing(name, clean)) kept.push([name, clean])
  }
  return Object.fromEntries(kept)
}

/** Whether a field with this value means the same as a field that is not there. */
export function isNothing(name: string, value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (Array.isArray(value)) return value.length === 0
  return isJsonObject(value) && Object.keys(value).length === 0 && emptyMeansAbsent.has(name)
}

/** A ClusterRole whose rules a controller gathers from others. */
export function isAggregated(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return (
    groupOf(object.apiVersion) === 'rbac.authorization.k8s.io' &&
    object.kind === 'ClusterRole' &&
    property(object, 'aggregationRule') !== undefined &&
    property(object, 'aggregationRule') !== null
  )
}

const bundleOwners: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
])

/** Whether an object is of a kind that certificates are injected into. */
export function carriesBundle({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return bundleOwners.has(`${groupOf(apiVersion)}/${kind}`)
}

/** What people write for "somebody fills this in": nothing, or a line feed in base64, as controller-gen writes it. */
const bundlePlaceholders: ReadonlySet<unknown> = new Set([null, '', 'Cg==', 'Cg'])

/**
 * Drops a caBundle that is only a place for others to inject into, of webhooks, CRD conversions and APIServices: writing it
 * would take the injected one away.
 */
export function withoutBundlePlaceholders(object: KubernetesObject): KubernetesObject {
  if (!carriesBundle(object)) return object
  return withoutPlaceholders(object) as KubernetesObject
}

function withoutPlaceholders(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaceholders)
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(
    ([name, item]) => name !== 'caBundle' || !bundlePlaceholders.has(item),
  )
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutPlaceholders(item)]))
}

/** What managedFields do not record when it is empty. */
const unrecorded: ReadonlySet<string> = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences'])

/**
 * Without properties that are null, which to the server mean the same as absent ones, and without what is empty in metadata,
 * which managedFields do not record. Nulls in lists stay.
 */
export function withoutNulls(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return mapItems(value, item => withoutNulls(item))
  if (!isJsonObject(value)) return value
  const kept: [string, unknown][] = []
  let same = true
  for (const field of Object.keys(value)) {
    const item = value[field]
    const clean = item === null || item === undefined ? undefined : withoutNulls(item, field)
    const dropped =
      clean === undefined || (name === 'metadata' && unrecorded.has(field) && isNothing(field, clean))
    if (dropped || clean !== item) same = false
    if (!dropped) kept.push([field, clean])
  }
  return same ? value : Object.fromEntries(kept)
}
