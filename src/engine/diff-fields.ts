import { canonicalJson, isJsonObject, sameJson } from './json.ts'
import { itemKey, mergeKeysOf } from './merge-keys.ts'
import { formatPointer } from './pointer.ts'
import type { Steps } from './steps.ts'

/** One place where two values differ. Absent is null. */
export interface FieldDifference {
  /** JSON pointer into `after`, or into `before` for what was removed. */
  readonly path: string
  /** The same place, by keys instead of positions. */
  readonly steps: Steps
  readonly before: unknown
  readonly after: unknown
  /** The items are the same, in another order: the values are their keys. */
  readonly isOrder?: boolean
}

/**
 * Where two objects differ, leaf by leaf. Items of associative lists are matched by key: an added or removed item is one
 * difference, its neighbours none; a changed order of the same items is one difference, of their keys. Null equals absent.
 */
export function diffFields(
  before: unknown,
  after: unknown,
): { path: string; before: unknown; after: unknown }[] {
  return differencesOf(before, after).map(({ path, before, after }) => ({ path, before, after }))
}

/** {@link diffFields} with each place's steps. */
export function differencesOf(before: unknown, after: unknown): readonly FieldDifference[] {
  const found: FieldDifference[] = []
  compare(before, after, { tokens: [], steps: [], name: '', found })
  return found
}

interface Place {
  readonly tokens: readonly (string | number)[]
  readonly steps: Steps
  /** Field name of the value, which says how its items are told apart when it is a list. */
  readonly name: string
  readonly found: FieldDifference[]
}

function compare(before: unknown, after: unknown, place: Place): void {
  if ((before ?? null) === (after ?? null) || sameJson(before, after)) return
  if (isContainer(before, after, isJsonObject)) compareObjects(before ?? {}, after ?? {}, place)
  else if (isContainer(before, after, Array.isArray)) compareLists(before, after, place)
  else report(before, after, place)
}

/** Both are of the kind, or one is and holds something while the other is absent. */
function isContainer(before: unknown, after: unknown, is: (value: unknown) => boolean): boolean {
  if (is(before)) return is(after) || ((after ?? null) === null && Object.keys(before as object).length > 0)
  return (before ?? null) === null && is(after) && Object.keys(after as object).length > 0
}

function compareObjects(before: unknown, after: unknown, place: Place): void {
  const old = before as Readonly<Record<string, unknown>>
  const now = after as Readonly<Record<string, unknown>>
  const names = new Set([...Object.keys(old), ...Object.keys(now)])
  for (const name of [...names].sort()) {
    compare(own(old, name), own(now, name), child(place, name, `f:${name}`, name))
  }
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function compareLists(before: unknown, after: unknown, place: Place): void {
  const old: readonly unknown[] = Array.isArray(before) ? before : []
  const now: readonly unknown[] = Array.isArray(after) ? after : []
  const keys = mergeKeysOf(place.name, old, now)
  if (keys) compareByKey(old, now, keys, place)
  else if (old.length === now.length) compareByPosition(old, now, place)
  else report(before, after, place)
}

function compareByPosition(before: readonly unknown[], after: readonly unknown[], place: Place): void {
  for (const [at, item] of after.entries()) compare(before[at], item, child(place, at, `i:${at}`, ''))
}

function compareByKey(
  before: readonly unknown[],
  after: readonly unknown[],
  keys: readonly string[],
  place: Place,
): void {
  const positions = new Map(before.map((item, at) => [itemKey(item, keys), at]))
  const kept: number[] = []
  for (const [at, item] of after.entries()) {
    const key = itemKey(item, keys)
    const was = positions.get(key)
    positions.delete(key)
    const itemPlace = child(place, at, `k:${key}`, '')
    if (was === undefined) report(null, item, itemPlace)
    else {
      kept.push(was)
      compare(before[was], item, itemPlace)
    }
  }
  for (const [key, at] of positions) report(before[at], null, child(place, at, `k:${key}`, ''))
  if (kept.some((was, at) => at > 0 && was < (kept[at - 1] ?? -1))) {
    place.found.push({
      path: formatPointer(place.tokens),
      steps: place.steps,
      before: before.map(item => keyText(item, keys)),
      after: after.map(item => keyText(item, keys)),
      isOrder: true,
    })
  }
}

/** What a person calls the item: the bare value of a single key, else all of them. */
function keyText(item: unknown, keys: readonly string[]): unknown {
  const key = JSON.parse(itemKey(item, keys) ?? '{}') as Record<string, unknown>
  return keys.length === 1 ? key[keys[0] ?? ''] : canonicalJson(key)
}

function child(place: Place, token: string | number, step: string, name: string): Place {
  return { tokens: [...place.tokens, token], steps: [...place.steps, step], name, found: place.found }
}

function report(before: unknown, after: unknown, place: Place): void {
  place.found.push({
    path: formatPointer(place.tokens),
    steps: place.steps,
    before: before ?? null,
    after: after ?? null,
  })
}
