import { setTimeout as pause } from 'node:timers/promises'
import { audited } from '../../engine/audit.ts'
import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { AuditedObject } from './audit-line.ts'
import type { AuditLog } from './audit-log.ts'

export interface NameUsers {
  readonly auditLog: AuditLog
  readonly cluster: Pick<Cluster, 'discover'>
  readonly changes: readonly Change[]
  /** When an object was as it should be for the last time (RFC 3339); null when nobody knows. */
  readonly since: (id: ObjectId) => string | null
}

/** The API server answers first and writes its log then. */
const pausesMs = [0, 50, 150]

/** The changes with who made them, as far as the audit log tells. Rejects when it cannot be read, and with ClusterError. */
export async function nameUsers(
  { auditLog, cluster, changes, since }: NameUsers,
  signal: AbortSignal,
): Promise<readonly Change[]> {
  if (changes.length > mostNamed) {
    const first = await nameUsers({ auditLog, cluster, changes: changes.slice(0, mostNamed), since }, signal)
    return [...first, ...changes.slice(mostNamed)]
  }
  const places = await placesOf(cluster, changes, signal)
  const from = new Date(Math.min(...changes.map(it => oldest(it, since(it.id)))))
  let named = changes
  for (const ms of pausesMs) {
    if (ms > 0) await pause(ms, undefined, { signal })
    const writes = await auditLog.writesOf([...places.values()], from, signal)
    named = changes.map(change => {
      const place = places.get(change.id)
      return place ? audited({ change, entries: writes.get(place) ?? [], since: since(change.id) }) : change
    })
    if (named.every(isNamed)) break
  }
  return named
}

async function placesOf(
  cluster: NameUsers['cluster'],
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, AuditedObject>> {
  const discovery = await cluster.discover(signal)
  return new Map(
    changes.flatMap(({ id }) => {
      const { group, kind, namespace, name } = parseIdentity(id)
      const resource = discovery.preferred(group, kind)?.plural
      return resource ? [[id, { group, resource, namespace, name }] as const] : []
    }),
  )
}

/** How far back the log matters for a change: to its oldest field; where nobody is on record, as far as the object was in order. */
function oldest({ action, fields }: Change, since: string | null): number {
  const inOrder = Date.parse(since ?? '') || 0
  if (action === 'create' || fields.some(it => !it.managedAt)) return inOrder
  return Math.max(inOrder, Math.min(...fields.map(it => Date.parse(it.managedAt ?? ''))))
}

/** So many are asked about at once; of more at once somebody will know. */
const mostNamed = 200

function isNamed({ action, fields, deletedBy }: Change): boolean {
  if (action === 'create') return deletedBy != null
  return fields.every(it => it.user != null)
}
