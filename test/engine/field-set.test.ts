import { expect, test } from 'vitest'
import { ownedPaths, ownersOf } from '../../src/engine/field-set.ts'
import type { FieldSet } from '../../src/model/object.ts'
import { updateEntry } from '../builders/managed-fields.ts'
import { annotated, deployment, managedBy } from '../builders/objects.ts'

const set: FieldSet = {
  'f:metadata': { 'f:labels': { '.': {}, 'f:team': {} }, 'f:finalizers': { 'v:"x/y"': {} } },
  'f:spec': {
    'f:selector': {},
    'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {} } },
  },
}

test('an entry owns its leaves, and the maps and items that it made', () => {
  expect(ownedPaths({ fieldsV1: set }).map(it => it.join(' '))).toEqual([
    'f:metadata f:labels',
    'f:metadata f:labels f:team',
    'f:metadata f:finalizers v:"x/y"',
    'f:spec f:selector',
    'f:spec f:containers k:{"name":"app"}',
    'f:spec f:containers k:{"name":"app"} f:image',
  ])
})

const object = managedBy(
  {
    ...annotated(deployment({ labels: { team: 'web', tier: 'front' }, finalizers: ['x/y'] }), {}),
    spec: {
      selector: { a: 'b' },
      containers: [
        { name: 'side', image: 's' },
        { name: 'app', image: 'a' },
      ],
    },
  },
  updateEntry('kubectl-edit', set, { time: '2026-01-02T00:00:00Z' }),
  updateEntry('argocd', { 'f:spec': { 'f:selector': {} } }, { time: '2026-01-01T00:00:00Z' }),
)

test.each([
  ['/metadata/labels/team', 'kubectl-edit'],
  ['/metadata/labels/tier', null],
  ['/metadata/finalizers/0', 'kubectl-edit'],
  ['/spec/containers/1/image', 'kubectl-edit'],
  ['/spec/containers/0/image', null],
  ['/spec/containers/1', 'kubectl-edit'],
  ['/spec/containers/9', null],
  ['/spec/replicas', null],
])('%s was last written by %s', (pointer, manager) => {
  expect(ownersOf(object, pointer)?.manager ?? null).toBe(manager)
})

test('what lies inside an atomic value belongs to its owner, the latest one first', () => {
  expect(ownersOf(object, '/spec/selector/a')).toEqual({
    manager: 'kubectl-edit',
    operation: 'Update',
    time: '2026-01-02T00:00:00Z',
  })
})

test('managedFields that cannot be read name nobody', () => {
  const broken = managedBy(object, updateEntry('x', { 'f:spec': { 'f:containers': { 'k:{broken': {} } } }))
  expect(ownersOf(broken, '/spec/containers/0/image')).toBeNull()
})
