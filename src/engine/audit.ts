import { fieldManager } from '../model/fields.ts'
import type { Change, FieldChange } from '../model/plan.ts'

/** One write of one object, as the API server's audit log has it. */
export interface AuditEntry {
  /** RFC 3339, when the request came and when it was answered. */
  readonly receivedAt: string
  readonly answeredAt: string
  readonly user: string
  readonly verb: 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'
  /** Empty when it was written as a whole. */
  readonly subresource: string
  /** The field manager that it was written as. */
  readonly manager: string
}

export interface Audited {
  readonly change: Change
  /** Writes of this object that were carried out. */
  readonly entries: readonly AuditEntry[]
  /** RFC 3339: what was written before is no news. Null when nobody knows. */
  readonly since: string | null
}

/**
 * Names the user of each drifted field, and who deleted what is gone. managedFields tell manager and second; the audit log's writes of that
 * manager in that second are its. Of a field that was removed managedFields keep no trace: it is told only if one user alone has written
 * the object since. Where two users come into question nobody is named.
 */
export function audited({ change, entries, since }: Audited): Change {
  const foreign = entries.filter(
    it => it.manager !== fieldManager && (since === null || Date.parse(it.answeredAt) >= Date.parse(since)),
  )
  if (change.action === 'create') return withDeletion(change, foreign)
  // Controllers write the status all the time, and a status is no drift.
  const writes = foreign.filter(it => !isDelete(it) && it.subresource !== 'status')
  return { ...change, fields: change.fields.map(field => ({ ...field, user: userOf(field, writes) })) }
}

function withDeletion(change: Change, entries: readonly AuditEntry[]): Change {
  // What the object was deleted by: the first delete of it since it was made, for later ones only end it (a kubelet's of a Pod).
  const made = entries.findLastIndex(it => it.verb === 'create')
  const deletes = entries.slice(made + 1).filter(isDelete)
  const first = deletes.find(it => it.verb === 'delete') ?? deletes[0]
  return first ? { ...change, deletedBy: { user: first.user, at: first.answeredAt } } : change
}

function isDelete({ verb }: AuditEntry): boolean {
  return verb === 'delete' || verb === 'deletecollection'
}

function userOf({ manager, managedAt }: FieldChange, writes: readonly AuditEntry[]): string | null {
  if (manager === null) return onlyUser(writes)
  const theirs = writes.filter(it => it.manager === manager)
  // The scale subresource leaves no time.
  return onlyUser(managedAt === null ? theirs : theirs.filter(it => isWithin(it, managedAt)))
}

/** managedFields round down to the second; the write was between the request's coming and its answer. */
function isWithin({ receivedAt, answeredAt }: AuditEntry, managedAt: string): boolean {
  const second = Date.parse(managedAt)
  return Date.parse(receivedAt) < second + 1000 && Date.parse(answeredAt) >= second
}

function onlyUser(entries: readonly AuditEntry[]): string | null {
  const users = new Set(entries.map(it => it.user))
  const [only] = users
  return users.size === 1 && only !== undefined ? only : null
}
