import type { LeftField } from '../model/adoption.ts'
import type { Application } from '../model/application.ts'
import { applicationLabel } from '../model/fields.ts'
import { type ObjectId, parseIdentity } from '../model/identity.ts'
import type { FieldSet, KubernetesObject } from '../model/object.ts'
import type { LiveRead } from '../model/rendered.ts'
import { differencesOf, type FieldDifference } from './diff-fields.ts'
import { driftedPlaces } from './drifted-places.ts'
import { memberOf, ourEntry } from './field-set.ts'
import { withoutIgnored } from './ignore-differences.ts'
import { isJsonObject, type JsonObject, sameJson } from './json.ts'
import { itemKey, serverMergeKeysOf } from './merge-keys.ts'
import { isNothing, normalise } from './normalise.ts'
import { formatPointer } from './pointer.ts'
import { createPlanRedactor } from './plan-redactor.ts'
import type { DesiredObject } from './plan-input.ts'
import { covers, nameOf } from './same-value.ts'
import {
  formatSteps,
  indexOfStep,
  parseStepValue,
  related,
  stepInto,
  type Steps,
  valueAtSteps,
} from './steps.ts'
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

/**
 * The item that took the place of one of ours: a Service's port 80 that is 8080 now is another item to the server, and the old one is
 * gone. Only what our item says is taken over, and only when there is just one that it can be.
 */
function rekeyedOf(steps: Steps, desired: KubernetesObject, live: KubernetesObject) {
  const last = steps.at(-1)
  const key = last?.startsWith('k:') ? parseStepValue(last.slice(2)) : null
  const list = steps.slice(0, -1)
  const [ours, theirs] = [valueAtSteps(desired, list), valueAtSteps(live, list)]
  const item = valueAtSteps(desired, steps)
  if (!isJsonObject(key) || !isJsonObject(item) || !Array.isArray(ours) || !Array.isArray(theirs)) return null
  const keys = Object.keys(key)
  const known = new Set(ours.map(it => itemKey(it, keys)))
  const others = theirs.filter(it => isJsonObject(it) && !known.has(itemKey(it, keys)))
  const same = others.filter(it => isJsonObject(it) && isSameBut(item, it, keys))
  const [found] = same
  if (same.length !== 1 || !isJsonObject(found)) return null
  const value = Object.fromEntries(
    Object.keys(item).flatMap(name => (name in found ? [[name, found[name]] as const] : [])),
  )
  return { steps: [...list, `k:${itemKey(found, keys)}`], value, live: found }
}

/** The same name, or else the same in all that is no key. */
function isSameBut(item: JsonObject, other: JsonObject, keys: readonly string[]): boolean {
  if (!keys.includes('name') && item['name'] !== undefined) return item['name'] === other['name']
  const rest = Object.keys(item).filter(name => !keys.includes(name))
  return rest.length > 0 && rest.every(name => covers(other[name], item[name], [`f:${name}`]))
}

/** What a sync would make of live, as far as that can be told without asking. */
function restoredOf(wanted: KubernetesObject, live: KubernetesObject): KubernetesObject {
  return driftedPlaces(wanted, live).reduce<unknown>(
    (object, steps) => withValueAtSteps(object, steps, valueAtSteps(wanted, steps)),
    live,
  ) as KubernetesObject
}

/**
 * As a plan shows them, but for lists that the server replaces as a whole: there an item has no key, and differs by its position, or the list
 * as a whole does.
 */
function exactDifferences(
  before: KubernetesObject,
  after: KubernetesObject,
  live: KubernetesObject,
): readonly FieldDifference[] {
  const found = differencesOf(before, after)
  const whole = new Map<string, Steps>()
  for (const field of found) {
    const list = field.steps.at(-1)?.startsWith('k:') ? field.steps.slice(0, -1) : field.steps
    const isWhole = list !== field.steps || isOrder(field, after)
    if (isWhole && !isKeyed(list, { before, after, live })) whole.set(formatSteps(list), list)
  }
  if (whole.size === 0) return found
  const lists = [...whole.values()]
  const inNone = found.filter(
    ({ steps }) => !lists.some(list => steps.length >= list.length && related(list, steps)),
  )
  return [...inNone, ...lists.flatMap(steps => byPosition(steps, { before, after }))]
}

interface Sides {
  readonly before: KubernetesObject
  readonly after: KubernetesObject
}

function isKeyed(list: Steps, { before, after, live }: Sides & { readonly live: KubernetesObject }): boolean {
  const lists = [valueAtSteps(before, list), valueAtSteps(after, list)].filter(it => Array.isArray(it))
  if (serverMergeKeysOf(nameOf(list), ...lists)) return true
  let owned: FieldSet | null = ourEntry(live)?.fieldsV1 ?? null
  let at: unknown = live
  for (const step of list) {
    owned = owned && memberOf(owned, at, step)
    at = stepInto(at, step)
  }
  return Object.keys(owned ?? {}).some(step => step.startsWith('k:'))
}

function byPosition(list: Steps, { before, after }: Sides): readonly FieldDifference[] {
  const [old, now] = [valueAtSteps(before, list), valueAtSteps(after, list)]
  const path = pointerTo(list, after)
  if (!Array.isArray(old) || !Array.isArray(now) || old.length !== now.length) {
    return [{ path, steps: list, before: old ?? null, after: now ?? null }]
  }
  return now.flatMap((item, at) =>
    differencesOf(old[at], item).map(inner => ({
      ...inner,
      path: `${path}/${at}${inner.path}`,
      steps: [...list, `i:${at}`, ...inner.steps],
    })),
  )
}

function pointerTo(steps: Steps, object: unknown): string {
  let at = object
  const tokens = steps.map(step => {
    const token = step.startsWith('f:') ? step.slice(2) : Array.isArray(at) ? indexOfStep(at, step) : 0
    at = stepInto(at, step)
    return token
  })
  return formatPointer(tokens)
}

/** The keys of a list's items stand for its order, not the items. */
function isOrder({ steps, after }: FieldDifference, live: KubernetesObject): boolean {
  const there = valueAtSteps(normalise(live), steps)
  return Array.isArray(after) && !isNothing(nameOf(steps), there) && !sameJson(there, after)
}
