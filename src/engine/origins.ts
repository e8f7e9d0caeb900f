import type { KubernetesObject } from '../model/object.ts'
import type { Origin } from '../model/plan.ts'
import { differencesOf, type FieldDifference } from './diff-fields.ts'
import { allOwnersOf, isUs, otherOwnerOf, ourEntry, ownedWhole, weOwn } from './field-set.ts'
import { covers } from './same-value.ts'
import { related, type Steps, valueAtSteps } from './steps.ts'

/** What one object was and will be, as far as it says why the cluster differs. */
export interface OriginContext {
  /** What the base renders; when there is no base, what was last synced. Null when that has no such object. */
  readonly base: KubernetesObject | null
  /** Whether there is any base or last sync to compare with. */
  readonly hasBase: boolean
  readonly head: KubernetesObject
  readonly lastSynced: KubernetesObject | null
  readonly live: KubernetesObject
}

/** Says of each difference between live and predicted whether the pull request or the cluster made it. */
export function originsOf(context: OriginContext): (difference: FieldDifference) => Origin {
  const { base, head, live } = context
  if (!base) return ({ steps }) => (!context.hasBase && lostToAnother(live, steps) ? 'drift' : 'pull-request')
  const proposed = differencesOf(base, head)
  return ({ steps }) => {
    const before = valueAtSteps(base, steps)
    const after = valueAtSteps(head, steps)
    if (proposed.some(it => related(it.steps, steps))) {
      return before !== undefined && movedSinceBase(context, steps, before) ? 'both' : 'pull-request'
    }
    if (before !== undefined || after !== undefined) return 'drift'
    const whole = ownedWhole(live, steps)
    const isAnswer = whole !== null && proposed.some(it => related(it.steps, whole))
    // What another tool has written just as well only goes when the object is replaced, and that is the pull request's doing.
    if (weOwn(live, steps) && !isAnswer && !otherOwnerOf(live, steps)) return 'drift'
    // Neither render says anything here: the server's answer to a change elsewhere in the object, or in the same atomic list.
    return proposed.length > 0 ? 'pull-request' : 'drift'
  }
}

/** All the same: that; otherwise both. No differences at all (a take-over) are the pull request's. */
export function combinedOrigin(origins: readonly Origin[]): Origin {
  const [first, ...rest] = new Set(origins)
  return rest.length > 0 ? 'both' : (first ?? 'pull-request')
}

/** Whether live is no longer what the base wrote, allowing for the forms in which the server stores values. */
function movedSinceBase({ base, lastSynced, live }: OriginContext, steps: Steps, before: unknown): boolean {
  if (covers(valueAtSteps(live, steps), before, steps)) return false
  const synced = lastSynced ? valueAtSteps(lastSynced, steps) : undefined
  // Still ours and synced from just this value: the server stores it in a form that we do not know.
  const untouched = weOwn(live, steps) && (lastSynced === base || covers(synced, before, steps))
  return !untouched
}

/** We apply this object, but another manager has written this field after our last apply. */
function lostToAnother(live: KubernetesObject, steps: Steps): boolean {
  const ours = ourEntry(live)
  if (!ours || weOwn(live, steps)) return false
  const latest = allOwnersOf(live, steps).find(owner => !isUs(owner))
  return latest?.time != null && Date.parse(latest.time) > Date.parse(ours.time ?? '')
}
