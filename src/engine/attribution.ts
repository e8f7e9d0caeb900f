import type { KubernetesObject } from '../model/object.ts'
import { otherOwnerOf } from './field-set.ts'
import type { Steps } from './steps.ts'

export interface Attribution {
  readonly manager: string | null
  readonly managedAt: string | null
  readonly operation: string | null
}

/**
 * The manager, other than us, that last wrote a live field, and when. Nobody is named for a field that was removed: managedFields
 * keep no trace of that, and whoever wrote the object last may have done something else. The scale subresource leaves no time.
 */
export function attributionOf(live: KubernetesObject, steps: Steps): Attribution {
  const owner = otherOwnerOf(live, steps)
  return {
    manager: owner?.manager ?? null,
    managedAt: owner?.time ?? null,
    operation: owner?.operation ?? null,
  }
}
