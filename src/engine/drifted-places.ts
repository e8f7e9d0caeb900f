import type { FieldSet, KubernetesObject } from '../model/object.ts'
import { memberOf, ourEntry } from './field-set.ts'
import { canonicalJson, isJsonObject, property } from './json.ts'
import { isServerSet, itemKey, serverMergeKeysOf } from './merge-keys.ts'
import { isNothing } from './normalise.ts'
import { covers, nameOf, sameStored, saysNothing } from './same-value.ts'
import { indexOfStep, parseStepValue, type Steps } from './steps.ts'

/**
 * Where live is not what we wrote. A field that our apply entry still owns is as we wrote it, in whatever form the server
 * stores it: a manager that changes a value takes it over. A field that is not ours any more has drifted unless its value says
 * the same. Without an entry of ours (managedFields were reset) values decide alone.
 */
export function driftedPlaces(wanted: KubernetesObject, live: KubernetesObject): readonly Steps[] {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = wanted
  const { name: _name, namespace: _namespace, ...described } = metadata
  const found: Steps[] = []
  const entry = ourEntry(live)
  // Without an entry, an empty set would mean "atomic and ours": null says that nothing is known.
  visit({ ...rest, metadata: described }, live, entry?.fieldsV1 ?? null, {
    steps: [],
    name: '',
    known: entry !== null,
    found,
  })
  return found
}

interface Place {
  readonly steps: Steps
  readonly name: string
  /** Whether managedFields say anything about what we own. */
  readonly known: boolean
  readonly found: Steps[]
}

/** `owned` is null where we own nothing. */
function visit(wanted: unknown, live: unknown, owned: FieldSet | null, place: Place): void {
  const isLeaf = owned !== null && Object.keys(owned).length === 0
  if (isLeaf && live !== undefined && live !== null) return
  // Nobody knows how it merges what is not ours at all: a list or map that is replaced as a whole may have lost all of ours.
  const isLost =
    place.known && owned === null && place.steps.length > 0 && live !== undefined && live !== null
  if (isLost && typeof wanted === 'object') return leaf(wanted, live, owned, place)
  if (isJsonObject(wanted) && (isJsonObject(live) || live === undefined || live === null)) {
    if (Object.keys(wanted).length === 0 || isLeaf) return leaf(wanted, live, owned, place)
    for (const [name, value] of Object.entries(wanted)) {
      const step = `f:${name}`
      visit(value, property(live, name), owned && memberOf(owned, live, step), {
        ...place,
        steps: [...place.steps, step],
        name,
      })
    }
    return
  }
  const steps = Array.isArray(wanted) && Array.isArray(live) ? itemSteps(wanted, owned, place.name) : null
  if (!steps) return leaf(wanted, live, owned, place)
  visitItems({ wanted: wanted as readonly unknown[], live: live as readonly unknown[] }, steps, owned, place)
}

function visitItems(
  { wanted, live }: { readonly wanted: readonly unknown[]; readonly live: readonly unknown[] },
  steps: readonly string[],
  owned: FieldSet | null,
  place: Place,
): void {
  const positions: number[] = []
  for (const [at, item] of wanted.entries()) {
    const step = steps[at] ?? `i:${at}`
    const index = indexOfStep(live, step)
    if (index >= 0) positions.push(index)
    const there = { ...place, steps: [...place.steps, step], name: '' }
    if (index < 0) place.found.push(there.steps)
    else if (isJsonObject(item)) visit(item, live[index], owned && memberOf(owned, live, step), there)
  }
  // An apply puts the items in the order that it was given.
  if (positions.some((index, at) => at > 0 && index < (positions[at - 1] ?? -1)))
    place.found.push(place.steps)
}

/** How the items of a list are told apart: as our entry does; without one, as the server is known to do. Null for atomic lists. */
function itemSteps(
  wanted: readonly unknown[],
  owned: FieldSet | null,
  name: string,
): readonly string[] | null {
  const sample = Object.keys(owned ?? {}).find(step => step !== '.')
  if (sample?.startsWith('v:') || (!sample && isServerSet(name, wanted)))
    return wanted.map(item => `v:${canonicalJson(item)}`)
  const key = sample?.startsWith('k:') ? parseStepValue(sample.slice(2)) : null
  const keys = isJsonObject(key) ? Object.keys(key) : serverMergeKeysOf(name, wanted)
  if (!keys) return null
  const steps = wanted.map(item => itemKey(item, keys))
  return steps.every(step => step !== null) ? steps.map(step => `k:${step}`) : null
}

function leaf(wanted: unknown, live: unknown, owned: FieldSet | null, place: Place): void {
  if (!isSame(wanted, live, owned, place)) place.found.push(place.steps)
}

function isSame(
  wanted: unknown,
  live: unknown,
  owned: FieldSet | null,
  { known, name, steps }: Place,
): boolean {
  if (live === undefined || live === null) {
    // A server leaves out what says nothing (`hostNetwork: false`); that it is still ours shows that nobody took it out.
    const inside = nameOf(steps.slice(0, -1))
    return isNothing(name, wanted) || (saysNothing(name, wanted, inside) && (owned !== null || !known))
  }
  // An atomic list that we lost counts with all it holds, and a quantity with its form (64Mi is not stored as 67108864); where
  // nothing is known, defaults that the server added may be in it.
  if (known) return sameStored(live, wanted)
  // Text where Git has a number may be how the server stores it, or what somebody wrote: a dry run tells which.
  const isOfOtherType = typeof wanted !== 'object' && typeof live !== typeof wanted
  return !isOfOtherType && covers(live, wanted, steps)
}
