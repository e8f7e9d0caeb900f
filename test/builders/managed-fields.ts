import { canonicalJson, isJsonObject } from '../../src/engine/json.ts'
import { itemKey, serverMergeKeysOf } from '../../src/engine/merge-keys.ts'
import type { FieldSet, KubernetesObject, ManagedFieldsEntry } from '../../src/model/object.ts'

/** The entry that a server writes when `object` is applied under `manager`. */
export function appliedEntry(
  object: KubernetesObject,
  { manager = 'plumbline', time = '2026-01-01T00:00:00Z' } = {},
): ManagedFieldsEntry {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object
  const { name: _name, namespace: _namespace, managedFields: _managedFields, ...described } = metadata
  const set = setOf({ ...rest, ...(Object.keys(described).length > 0 ? { metadata: described } : {}) }, '')
  return {
    manager,
    operation: 'Apply',
    apiVersion: object.apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: set,
  }
}

/** An entry of a manager that updated the named fields, e.g. `{ 'f:spec': { 'f:replicas': {} } }`. */
export function updateEntry(
  manager: string,
  fieldsV1: FieldSet,
  { time = '2026-01-02T00:00:00Z', subresource }: { time?: string; subresource?: string } = {},
): ManagedFieldsEntry {
  return {
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource ? { subresource } : {}),
  }
}

const atomic = new Set(['selector', 'matchLabels', 'rules', 'args', 'command', 'subjects', 'roleRef'])

function setOf(value: unknown, name: string): FieldSet {
  if (isJsonObject(value) && !atomic.has(name)) {
    return Object.fromEntries(
      Object.entries(value).map(([field, inner]) => [`f:${field}`, setOf(inner, field)]),
    )
  }
  const keys = Array.isArray(value) && !atomic.has(name) ? serverMergeKeysOf(name, value) : null
  if (!keys) return {}
  const items = (value as readonly unknown[]).map(item => [
    `k:${itemKey(item, keys) ?? canonicalJson(item)}`,
    { '.': {}, ...setOf(item, '') },
  ])
  return Object.fromEntries(items)
}
