import { expect, test } from 'vitest'
import { type AuditEntry, audited } from '../../src/engine/audit.ts'
import type { Change, FieldChange } from '../../src/model/plan.ts'

const second = '2026-11-20T10:00:05Z'
const at = (seconds: number) => new Date(Date.parse(second) + seconds * 1000).toISOString()

const wrote = (user: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  receivedAt: at(0.2),
  answeredAt: at(0.3),
  user,
  verb: 'patch',
  subresource: '',
  manager: 'kubectl-edit',
  ...more,
})

const field = (more: Partial<FieldChange> = {}): FieldChange => ({
  path: '/spec/replicas',
  before: 5,
  after: 3,
  origin: 'drift',
  manager: 'kubectl-edit',
  managedAt: second,
  ...more,
})

const change = (more: Partial<Change> = {}): Change => ({
  id: 'apps/Deployment/shop/web',
  action: 'update',
  origin: 'drift',
  fields: [field()],
  diff: '',
  risks: [],
  source: null,
  error: null,
  note: null,
  ...more,
})

const removed = field({ manager: null, managedAt: null })
const scaled = field({ manager: 'kubectl', managedAt: null })

test.each<[string, FieldChange, readonly AuditEntry[], string | null]>([
  ['the manager wrote it in that second', field(), [wrote('alice')], 'alice'],
  ['others wrote as another manager', field(), [wrote('bob', { manager: 'helm' }), wrote('alice')], 'alice'],
  ['the request came before the second', field(), [wrote('alice', { receivedAt: at(-1) })], 'alice'],
  ['it was written earlier', field(), [wrote('alice', { receivedAt: at(-2), answeredAt: at(-0.1) })], null],
  ['it was written later', field(), [wrote('alice', { receivedAt: at(1), answeredAt: at(1.1) })], null],
  ['two users wrote as that manager', field(), [wrote('alice'), wrote('bob')], null],
  ['only we wrote', removed, [wrote('agent', { manager: 'plumbline' })], null],
  ['nobody is on record, and one user wrote', removed, [wrote('alice'), wrote('alice')], 'alice'],
  ['nobody is on record, and two users wrote', removed, [wrote('alice'), wrote('bob')], null],
  ['nobody is on record, and it was before', removed, [wrote('alice', { answeredAt: at(-60) })], null],
  ['there is no time, and the manager wrote', scaled, [wrote('alice', { manager: 'kubectl' })], 'alice'],
  ['the log does not tell', field(), [], null],
])('a field is told as its user when %s', (_, drifted, entries, user) => {
  const told = audited({ change: change({ fields: [drifted] }), entries, since: at(-30) })
  expect(told.fields).toEqual([{ ...drifted, user }])
})

test('a deleted object is told with who deleted it last', () => {
  const deletions = [
    wrote('alice', { verb: 'delete', answeredAt: at(1) }),
    wrote('bob', { verb: 'create' }),
    wrote('carol', { verb: 'deletecollection', answeredAt: at(9) }),
  ]
  const gone = change({ action: 'create', fields: [] })
  expect(audited({ change: gone, entries: deletions, since: null }).deletedBy).toEqual({
    user: 'carol',
    at: at(9),
  })
  expect(audited({ change: gone, entries: [wrote('alice')], since: null }).deletedBy).toBeUndefined()
})
