import type { FieldSet, KubernetesObject } from '../model/object.ts'
import { memberOf, othersOwnMember, ourEntry } from './field-set.ts'
import { isJsonObject, property, withProperty } from './json.ts'
import { isServerSet, itemKey, serverMergeKeysOf } from './merge-keys.ts'
import { nameOf, sameStored, saysNothing } from './same-value.ts'
import type { Steps } from './steps.ts'

/**
 * What live would look like with `desired` applied, when the server cannot be asked: rendered fields win, items of lists that
 * the server merges are matched by key, fields that only we owned and no longer render go, all else stays. `lastApplied` tells
 * the server's defaults in other lists from what Git removes.
 */
export function overlay(
  live: KubernetesObject,
  desired: KubernetesObject,
  lastApplied: KubernetesObject | null = null,
): KubernetesObject {
  const kept = withoutFieldsWeDrop(live, desired)
  return merge(kept, desired, { steps: [], lastApplied }) as KubernetesObject
}

/** Without the fields that only we own and `desired` has no more: what an apply of it removes. */
export function withoutFieldsWeDrop(live: KubernetesObject, desired: KubernetesObject): KubernetesObject {
  const owned = ourEntry(live)?.fieldsV1 ?? {}
  return withoutDisowned(live, desired, owned, { live, steps: [] }) as KubernetesObject
}

/** With the empty maps of `desired` that `live` lacks: a custom resource keeps those that all was taken out of. */
export function withEmptyMaps(live: KubernetesObject, desired: KubernetesObject): KubernetesObject {
  return filledUp(live, desired) as KubernetesObject
}

function filledUp(live: unknown, desired: unknown): unknown {
  if (!isJsonObject(live) || !isJsonObject(desired)) return live
  return Object.entries(desired).reduce((filled, [field, value]) => {
    if (!isJsonObject(value)) return filled
    const before = property(filled, field)
    const next = filledUp(before ?? {}, value)
    const isMissing = before === undefined && Object.keys(value).length > 0 && isEmptyMap(next)
    return isMissing ? filled : withProperty(filled, field, next)
  }, live)
}

function isEmptyMap(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0
}

interface At {
  readonly steps: Steps
  /** The same place in what was applied last. */
  readonly lastApplied: unknown
}

function merge(live: unknown, desired: unknown, at: At): unknown {
  if (isJsonObject(live) && isJsonObject(desired)) {
    return Object.entries(desired).reduce((merged, [field, value]) => {
      const before = property(live, field)
      const there = inField(at, field)
      return isLeftOut(before, value, there)
        ? merged
        : withProperty(merged, field, merge(before, value, there))
    }, live)
  }
  // The server's form of the same value stays, so that only what changes shows.
  if (live !== undefined && sameStored(live, desired, at.steps)) return live
  if (!Array.isArray(live) || !Array.isArray(desired)) return desired
  const name = at.steps.at(-1)?.slice(2) ?? ''
  if (isServerSet(name, live)) return [...new Set([...live, ...desired])]
  const keys = serverMergeKeysOf(name, live, desired)
  if (!keys) return desired.map((item, index) => withDefaults(live[index], item, inItem(at, index)))
  const byKey = new Map(live.map(item => [itemKey(item, keys), item as unknown]))
  const merged = desired.map(item => merge(byKey.get(itemKey(item, keys)), item, inItem(at, item, keys)))
  const rendered = new Set(desired.map(item => itemKey(item, keys)))
  return [...merged, ...live.filter(item => !rendered.has(itemKey(item, keys)))]
}

function inField({ steps, lastApplied }: At, field: string): At {
  return { steps: [...steps, `f:${field}`], lastApplied: property(lastApplied, field) }
}

function inItem({ steps, lastApplied }: At, item: unknown, keys: readonly string[] | null = null): At {
  const list: readonly unknown[] = Array.isArray(lastApplied) ? lastApplied : []
  const same = keys ? list.find(it => itemKey(it, keys) === itemKey(item, keys)) : list[Number(item)]
  return { steps: [...steps, 'i:0'], lastApplied: same }
}

/** Inside of a list that is replaced as a whole: what the server added to what was applied there, it adds again. */
function withDefaults(live: unknown, desired: unknown, at: At): unknown {
  if (live !== undefined && sameStored(live, desired, at.steps)) return live
  if (Array.isArray(live) && Array.isArray(desired)) {
    return desired.map((item, index) => withDefaults(live[index], item, inItem(at, index)))
  }
  if (!isJsonObject(live) || !isJsonObject(desired) || !isJsonObject(at.lastApplied)) return desired
  const { lastApplied } = at
  const added = Object.keys(live).filter(field => !Object.hasOwn(lastApplied, field))
  return Object.fromEntries([
    ...added.map(field => [field, live[field]]),
    ...Object.entries(desired).map(([field, value]) => [
      field,
      withDefaults(property(live, field), value, inField(at, field)),
    ]),
  ])
}

/** What a server does not store: `hostNetwork: false`, an empty text or list; an empty map that it did not store the last time. */
function isLeftOut(live: unknown, desired: unknown, { steps, lastApplied }: At): boolean {
  if (live !== undefined || !saysNothing('', desired, nameOf(steps.slice(0, -1)))) return false
  return !isJsonObject(desired) || isJsonObject(lastApplied)
}

interface Place {
  readonly live: KubernetesObject
  readonly steps: Steps
}

/** Drops from live what our entry owns, `desired` does not have and nobody else owns. */
function withoutDisowned(value: unknown, desired: unknown, owned: FieldSet, place: Place): unknown {
  if (isJsonObject(value)) {
    const kept = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
      const next = keptItem(item, property(desired, name), memberOf(owned, value, `f:${name}`), {
        ...place,
        steps: [...place.steps, `f:${name}`],
      })
      return next === undefined ? [] : [[name, next]]
    })
    return isEmptied(value, kept) ? undefined : Object.fromEntries(kept)
  }
  if (!Array.isArray(value)) return value
  const wanted: readonly unknown[] = Array.isArray(desired) ? desired : []
  const rest = value.flatMap((item, at): unknown[] => {
    const member = memberOf(owned, value, `i:${at}`)
    const counterpart = wanted.find(
      candidate => member !== null && memberOf(owned, [candidate], 'i:0') === member,
    )
    const next = keptItem(item, counterpart, member, { ...place, steps: [...place.steps, `i:${at}`] })
    return next === undefined ? [] : [next]
  })
  return isEmptied(value, rest) ? undefined : rest
}

/** A map or list that loses all that is in it goes as well, even if it is rendered as empty. */
function isEmptied(before: object, after: readonly unknown[]): boolean {
  return after.length === 0 && Object.keys(before).length > 0
}

function keptItem(item: unknown, desired: unknown, owned: FieldSet | null, place: Place): unknown {
  if (owned === null) return item
  const isLeaf = Object.keys(owned).length === 0
  if (desired !== undefined) return isLeaf ? item : withoutDisowned(item, desired, owned, place)
  if (!othersOwnMember(place.live, place.steps)) return undefined
  return isLeaf ? item : withoutDisowned(item, undefined, owned, place)
}
