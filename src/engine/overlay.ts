import type { FieldSet, KubernetesObject } from '../model/object.ts'
import { allOwnersOf, isUs, memberOf, ourEntry } from './field-set.ts'
import { isJsonObject, property, withProperty } from './json.ts'
import { isServerSet, itemKey, serverMergeKeysOf } from './merge-keys.ts'
import { sameStored, saysNothing } from './same-value.ts'
import type { Steps } from './steps.ts'

/**
 * What live would look like with `desired` applied, when the server cannot be asked: rendered fields win, items of lists that
 * the server merges are matched by key, fields that only we owned and no longer render go, all else stays.
 */
export function overlay(live: KubernetesObject, desired: KubernetesObject): KubernetesObject {
  return merge(withoutFieldsWeDrop(live, desired), desired, []) as KubernetesObject
}

/** Without the fields that only we own and `desired` has no more: what an apply of it removes. */
export function withoutFieldsWeDrop(live: KubernetesObject, desired: KubernetesObject): KubernetesObject {
  const owned = ourEntry(live)?.fieldsV1 ?? {}
  return withoutDisowned(live, desired, owned, { live, steps: [] }) as KubernetesObject
}

function merge(live: unknown, desired: unknown, steps: Steps): unknown {
  if (isJsonObject(live) && isJsonObject(desired)) {
    return Object.entries(desired).reduce((merged, [field, value]) => {
      const before = property(live, field)
      return isLeftOut(before, value)
        ? merged
        : withProperty(merged, field, merge(before, value, [...steps, `f:${field}`]))
    }, live)
  }
  // The server's form of the same value stays, so that only what changes shows.
  if (live !== undefined && sameStored(live, desired, steps)) return live
  if (!Array.isArray(live) || !Array.isArray(desired)) return desired
  const name = steps.at(-1)?.slice(2) ?? ''
  if (isServerSet(name, live)) return [...new Set([...live, ...desired])]
  const keys = serverMergeKeysOf(name, live, desired)
  if (!keys) return desired
  const byKey = new Map(live.map(item => [itemKey(item, keys), item as unknown]))
  const merged = desired.map(item => merge(byKey.get(itemKey(item, keys)), item, [...steps, 'i:0']))
  const rendered = new Set(desired.map(item => itemKey(item, keys)))
  return [...merged, ...live.filter(item => !rendered.has(itemKey(item, keys)))]
}

/** What a server does not store: `hostNetwork: false`, an empty text or list. */
function isLeftOut(live: unknown, desired: unknown): boolean {
  return live === undefined && !isJsonObject(desired) && saysNothing('', desired)
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
    return Object.fromEntries(kept)
  }
  if (!Array.isArray(value)) return value
  const wanted: readonly unknown[] = Array.isArray(desired) ? desired : []
  return value.flatMap((item, at): unknown[] => {
    const member = memberOf(owned, value, `i:${at}`)
    const counterpart = wanted.find(
      candidate => member !== null && memberOf(owned, [candidate], 'i:0') === member,
    )
    const next = keptItem(item, counterpart, member, { ...place, steps: [...place.steps, `i:${at}`] })
    return next === undefined ? [] : [next]
  })
}

function keptItem(item: unknown, desired: unknown, owned: FieldSet | null, place: Place): unknown {
  if (owned === null) return item
  const isLeaf = Object.keys(owned).length === 0
  if (desired !== undefined) return isLeaf ? item : withoutDisowned(item, desired, owned, place)
  const shared = allOwnersOf(place.live, place.steps).some(owner => !isUs(owner))
  if (!shared) return undefined
  return isLeaf ? item : withoutDisowned(item, undefined, owned, place)
}
