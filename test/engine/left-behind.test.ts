import { expect, test } from 'vitest'
import { isLeftBehind } from '../../src/engine/left-behind.ts'
import { applicationLabel, fieldManager } from '../../src/model/fields.ts'
import type { ManagedFieldsEntry, ObjectMeta } from '../../src/model/object.ts'
import { configMap, managedBy, withMeta } from '../builders/objects.ts'

const made = '2026-05-01T10:00:00Z'
const entry: ManagedFieldsEntry = {
  manager: fieldManager,
  operation: 'Apply',
  time: made,
  fieldsV1: { 'f:data': {} },
}
const applied = withMeta(managedBy(configMap(), entry), {
  labels: { [applicationLabel]: 'shop' },
  creationTimestamp: made,
})
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'parent', uid: '1' }

test.each<[string, Partial<ObjectMeta>, boolean]>([
  ['was applied by us when it was made', {}, true],
  ['was applied by us before it was made: a copy', { creationTimestamp: '2026-05-01T10:00:01Z' }, false],
  ['was never applied by us', { managedFields: [] }, false],
  ['carries the label of another', { labels: { [applicationLabel]: 'billing' } }, false],
  ['carries no label', { labels: {} }, false],
  ['has an owner', { ownerReferences: [owner] }, false],
  ['is being deleted', { deletionTimestamp: made }, false],
])('an object that %s', (_, meta, leftBehind) => {
  expect(isLeftBehind(withMeta(applied, meta), 'shop')).toBe(leftBehind)
})
