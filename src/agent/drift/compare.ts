import type { ObjectId } from '../../model/identity.ts'
import { parseIdentity } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { LiveRead } from '../../model/rendered.ts'
import { driftOf } from '../../engine/drift.ts'
import { withoutIgnored } from '../../engine/ignore-differences.ts'
import { provesOurs } from '../../engine/unchanged.ts'
import type { Assignment } from './assignment.ts'

export type Finding =
  /** `proven`: our manager owns all that was rendered, so that any foreign write shows in what we own. */
  | { readonly kind: 'as-synced'; readonly proven: boolean }
  | { readonly kind: 'drifted'; readonly change: Change }
  /** Neither drift nor its absence. */
  | { readonly kind: 'unknown'; readonly message: string }

/** What was read, compared with what was last synced. */
export function compare(
  { application, desired }: Assignment,
  live: ReadonlyMap<ObjectId, LiveRead>,
  redactionKey: Uint8Array,
): ReadonlyMap<ObjectId, Finding> {
  const changes = driftOf({ desired: [...desired.values()], live, application, redactionKey })
  const changed = new Map(changes.map(change => [change.id, change]))
  return new Map([...live].map(([id, read]) => [id, findingOf(id, read)]))

  function findingOf(id: ObjectId, read: LiveRead): Finding {
    const change = changed.get(id)
    if (change?.action === 'error') return { kind: 'unknown', message: change.error?.message ?? '' }
    if (change) return { kind: 'drifted', change }
    const wanted = desired.get(id)?.object
    if (!wanted || read.kind !== 'live') return { kind: 'as-synced', proven: false }
    const ours = withoutIgnored(wanted, read.object, application.ignoreDifferences, parseIdentity(id))
    return { kind: 'as-synced', proven: provesOurs(ours, read.object, wanted) }
  }
}
