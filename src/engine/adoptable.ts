import type { LeftField } from '../model/adoption.ts'
import type { Application } from '../model/application.ts'
import { applicationLabel } from '../model/fields.ts'
import { type ObjectId, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { LiveRead } from '../model/rendered.ts'
import type { FieldDifference } from './diff-fields.ts'
import { driftedPlaces } from './drifted-places.ts'
import { exactDifferences, isOrder } from './exact-differences.ts'
import { withoutIgnored } from './ignore-differences.ts'
import { sameJson } from './json.ts'
import { normalise } from './normalise.ts'
import { createPlanRedactor } from './plan-redactor.ts'
import type { DesiredObject } from './plan-input.ts'
import { rekeyedOf } from './rekeyed-item.ts'
import { formatSteps, related, type Steps, valueAtSteps } from './steps.ts'
import { withValueAtSteps } from './with-value.ts'

/** One place where a render is to say what live says. Holds live's own value: for use inside of the agent only. */
export interface Wanted {
  readonly id: ObjectId
  /** Empty: the object is to go, because it is gone. */
  readonly steps: Steps
  /** JSON pointer into live; into the render for what live has not. */
  readonly path: string
  /** Undefined: nothing is to stand there. */
  readonly value: unknown
  /** Where the value stands in live, when that is elsewhere: an item of a list whose key was changed. */
  readonly rekeyed?: Steps
}

export interface AdoptableInput {
  readonly application: Application
  /** Git's render as it is now, settled. */
  readonly desired: readonly DesiredObject[]
  readonly live: ReadonlyMap<ObjectId, LiveRead>
  /** What a dry run of `desired` said of some objects. */
  readonly predicted?: ReadonlyMap<ObjectId, KubernetesObject>
  /** What was synced last, settled; null when nothing is known of it. What Git has since changed is no drift. */
  readonly lastSynced: readonly KubernetesObject[] | null
  readonly lastSyncedId: (object: KubernetesObject) => ObjectId
  readonly cluster: string
  readonly redactionKey: Uint8Array
}

export interface Adoptable {
  readonly wanted: readonly Wanted[]
  readonly left: readonly LeftField[]
}

/**
 * What has drifted from Git's render, with live's values; and what of that may not be written into Git, with the reason: whatever
 * would be redacted in a plan, and what Git has changed as well since it was synced.
 */
export function adoptableOf(input: AdoptableInput): Adoptable {
  const wanted: Wanted[] = []
  const left: LeftField[] = []
  const redactor = createPlanRedactor({
    application: input.application,
    cluster: input.cluster,
    head: input.desired,
    base: null,
    live: input.live,
    predictions: new Map(),
    lastSynced: input.lastSynced,
    redactionKey: input.redactionKey,
  })
  const synced =
    input.lastSynced && new Map(input.lastSynced.map(object => [input.lastSyncedId(object), object]))
  for (const desired of input.desired) {
    const { id } = desired
    const read = input.live.get(id)
    if (read?.kind === 'unreadable') {
      left.push({ id, path: null, reason: redactor.text(read.problem.message) })
    } else if (read?.kind === 'absent') {
      // What Git has only now is not there yet, and was deleted by nobody.
      if (synced?.has(id)) wanted.push({ id, steps: [], path: '', value: undefined })
      else if (!synced) left.push({ id, path: null, reason: unknownDeletion })
    } else if (read?.kind === 'live') {
      const last = synced?.get(id) ?? null
      const found = changesOf(desired, read.object, { input, last })
      if (found.length === 0) continue
      const shown = redactor.object(normalise(read.object))
      for (const { field, reason } of found) {
        const isHidden = !sameJson(valueAtSteps(shown, field.steps) ?? null, field.after)
        const why = reason ?? (isHidden || isSecretContent(id, field.steps) ? secret : null)
        const { steps, path } = field
        const other = field.after === null ? rekeyedOf(steps, desired.object, read.object) : null
        const isOpen = other === null || sameJson(valueAtSteps(shown, other.steps), other.live)
        if (why === null && isOpen)
          wanted.push(
            other
              ? { id, steps, path, value: other.value, rekeyed: other.steps }
              : { id, steps, path, value: field.after ?? undefined },
          )
        else left.push({ id, path, reason: why ?? secret })
      }
    }
  }
  return { wanted: withoutTaken(wanted), left }
}

/** An item that took the place of another one is not added besides. */
function withoutTaken(wanted: readonly Wanted[]): readonly Wanted[] {
  const taken = new Set(wanted.flatMap(it => (it.rekeyed ? [placeOf(it.id, it.rekeyed)] : [])))
  return wanted.filter(it => !taken.has(placeOf(it.id, it.steps)))
}

function placeOf(id: ObjectId, steps: Steps): string {
  return `${id} ${formatSteps(steps)}`
}

const unknownDeletion = 'it is not in the cluster, and nothing is known of a sync that made it'

const secret = 'its value is a Secret’s, which is never written into Git'

function isSecretContent(id: ObjectId, steps: Steps): boolean {
  const { group, kind } = parseIdentity(id)
  return group === '' && kind === 'Secret' && steps[0] !== 'f:metadata'
}

interface Found {
  readonly field: FieldDifference
  /** Why it cannot be adopted. */
  readonly reason: string | null
}

function changesOf(
  desired: DesiredObject,
  live: KubernetesObject,
  { input, last }: { readonly input: AdoptableInput; readonly last: KubernetesObject | null },
): readonly Found[] {
  const rules = input.application.ignoreDifferences
  const wanted = withoutIgnored(desired.object, live, rules, parseIdentity(desired.id))
  const restored = input.predicted?.get(desired.id) ?? restoredOf(wanted, live)
  const drifted = last && driftedPlaces(withoutIgnored(last, live, rules, parseIdentity(desired.id)), live)
  return exactDifferences(normalise(restored), normalise(live), live).flatMap((field): readonly Found[] => {
    const { steps } = field
    // What live has as it was synced differs because Git has moved on.
    if (drifted && !drifted.some(place => related(place, steps))) return []
    if (steps.at(-1) === `f:${applicationLabel}`)
      return [{ field, reason: 'Plumbline’s own label is not written in Git' }]
    const moved = last !== null && !sameJson(valueAtSteps(last, steps), valueAtSteps(wanted, steps))
    if (moved) return [{ field, reason: 'Git has changed it as well since the last sync' }]
    if (isOrder(field, live)) return [{ field, reason: 'only the order of its items differs' }]
    return [{ field, reason: null }]
  })
}

/** What a sync would make of live, as far as that can be told without asking. */
function restoredOf(wanted: KubernetesObject, live: KubernetesObject): KubernetesObject {
  return driftedPlaces(wanted, live).reduce<unknown>(
    (object, steps) => withValueAtSteps(object, steps, valueAtSteps(wanted, steps)),
    live,
  ) as KubernetesObject
}
