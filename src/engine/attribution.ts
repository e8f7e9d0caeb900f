import type { KubernetesObject } from '../model/object.ts'
import { managedFields, otherOwnerOf, ourEntry } from './field-set.ts'
import type { Steps } from './steps.ts'

export interface Attribution {
  readonly manager: string | null
  readonly managedAt: string | null
}

const nobody: Attribution = { manager: null, managedAt: null }

/**
 * The manager, other than us, that last wrote a live field, and when. A removed field has no owner on record; then the only
 * manager that wrote the object after our last apply is named, when there is exactly one.
 */
export function attributionOf(live: KubernetesObject, steps: Steps, isGone: boolean): Attribution {
  const owner = otherOwnerOf(live, steps)
  if (owner) return { manager: owner.manager, managedAt: owner.time }
  return isGone ? onlyLaterWriter(live) : nobody
}

function onlyLaterWriter(live: KubernetesObject): Attribution {
  const since = Date.parse(ourEntry(live)?.time ?? '')
  const later = managedFields(live).filter(
    entry => entry.operation === 'Update' && !entry.subresource && Date.parse(entry.time ?? '') > since,
  )
  const [only] = later
  return only?.manager && later.length === 1
    ? { manager: only.manager, managedAt: only.time ?? null }
    : nobody
}
