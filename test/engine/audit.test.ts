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

const deleted = (user: string, seconds: number, more: Partial<AuditEntry> = {}) =>
  wrote(user, { verb: 'delete', answeredAt: at(seconds), ...more })
const made = wrote('us', { verb: 'create', manager: 'plumbline' })
const madeBy = (user: string) => wrote(user, { verb: 'create' })

test.each<[string, readonly AuditEntry[], string | null]>([
  ['who deleted it', [wrote('alice'), deleted('bob', 1)], 'bob'],
  [
    'who deleted it before it was made again and deleted again',
    [deleted('alice', 1), madeBy('bob'), deleted('carol', 9)],
    'carol',
  ],
  ['who deleted it, not who ended it', [deleted('alice', 1), deleted('system:node:a', 9)], 'alice'],
  [
    'who deleted it, not who deletes all there is',
    [deleted('alice', 1), deleted('ci', 9, { verb: 'deletecollection' })],
    'alice',
  ],
  ['who deleted all there is', [deleted('ci', 1, { verb: 'deletecollection' })], 'ci'],
  ['nobody, where the log does not tell', [wrote('alice')], null],
])('a deleted object is told with %s', (_, entries, user) => {
  const gone = change({ action: 'create', fields: [] })
  expect(audited({ change: gone, entries: [made, ...entries], since: null }).deletedBy?.user ?? null).toBe(
    user,
  )
})

test("a status that a controller writes is nobody's removal", () => {
  const entries = [wrote('alice'), wrote('controller', { subresource: 'status' })]
  const told = audited({ change: change({ fields: [removed] }), entries, since: at(-30) })
  expect(told.fields[0]?.user).toBe('alice')
})
