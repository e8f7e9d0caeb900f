import type { ObjectId } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Change } from '../model/plan.ts'
import { ourEntry } from './field-set.ts'
import { applicationOf } from './ownership.ts'

/**
 * Whether an object that says it belongs to an application was put there by us. A label alone says little: it comes along when somebody
 * copies an object (`kubectl get -o yaml`, then apply under another name), and controllers hand it on to what they make. Ours has been
 * applied by us, in its own lifetime, and has no owner in the cluster.
 */
export function isLeftBehind(object: KubernetesObject, application: string): boolean {
  const { ownerReferences = [], deletionTimestamp, creationTimestamp } = object.metadata
  if (applicationOf(object) !== application || deletionTimestamp || ownerReferences.length > 0) return false
  const appliedAt = ourEntry(object)?.time
  if (!appliedAt) return false
  // A copy with its managedFields, as backups make them, was applied before it was there.
  return typeof creationTimestamp !== 'string' || Date.parse(appliedAt) >= Date.parse(creationTimestamp)
}

/**
 * An object that an application applied, and that is no part of it any more. Nobody deletes it: it is not in the inventory, so that no sync
 * prunes it, and what nobody remembers is not taken away unasked.
 */
export function leftBehind(id: ObjectId): Change {
  return {
    id,
    action: 'leave-behind',
    origin: 'drift',
    fields: [],
    diff: '',
    risks: [],
    source: null,
    error: null,
    note: 'it carries the label of the application and was applied by it, but is no part of it: delete it, or take its label off',
  }
}
