import type { FieldSet, KubernetesObject, ManagedFieldsEntry } from '../model/object.ts'
import { managedFields, ourEntry, ownedLeaves, weOwn } from './field-set.ts'
import { sameJson } from './json.ts'
import { type Steps, valueAtSteps } from './steps.ts'
import { withValueAtSteps } from './with-value.ts'

export interface Overwritten {
  /** Live before the sync, managedFields included. */
  readonly before: KubernetesObject
  /** What is applied again. */
  readonly previous: KubernetesObject
  /** As the failed sync left it. */
  readonly live: KubernetesObject
}

/**
 * Fields that were not ours and that a failed sync took: applying the previous set again does not bring them back, it removes
 * them. Nobody need have been on record for them: the first `kubectl scale` of a field that was defaulted leaves no trace.
 */
export function takenFields({ before, previous, live }: Overwritten): readonly Steps[] {
  const ours = ourEntry(live)
  if (!ours) return []
  return ownedLeaves(ours).filter(steps => {
    const value = valueAtSteps(before, steps)
    return (
      value !== undefined &&
      !weOwn(before, steps) &&
      valueAtSteps(previous, steps) === undefined &&
      !sameJson(valueAtSteps(live, steps), value)
    )
  })
}

/** Live with the values that `before` had at these places. */
export function withValuesOf(
  before: KubernetesObject,
  live: KubernetesObject,
  places: readonly Steps[],
): KubernetesObject {
  return places.reduce<unknown>(
    (object, steps) => withValueAtSteps(object, steps, valueAtSteps(before, steps)),
    live,
  ) as KubernetesObject
}

/** The managedFields of `live` with these places in the hands of those who had them in `before`, and of nobody else. */
export function withOwnersOf(
  before: KubernetesObject,
  live: KubernetesObject,
  places: readonly Steps[],
): readonly ManagedFieldsEntry[] {
  const bare = managedFields(live).map(entry => ({
    ...entry,
    fieldsV1: places.reduce(without, entry.fieldsV1 ?? {}),
  }))
  const entries = new Map(bare.map(entry => [keyOf(entry), entry]))
  for (const owner of othersEntries(before)) {
    const had = places.filter(steps => holds(owner.fieldsV1 ?? {}, steps))
    if (had.length === 0) continue
    const { fieldsV1, ...kept } = entries.get(keyOf(owner)) ?? { ...owner, fieldsV1: {} }
    entries.set(keyOf(owner), { ...kept, fieldsV1: had.reduce<FieldSet>(withPlace, fieldsV1) })
  }
  return [...entries.values()].filter(entry => Object.keys(entry.fieldsV1).length > 0)
}

/** Everybody's but ours; a status is its controller's own business. */
function othersEntries(object: KubernetesObject): readonly ManagedFieldsEntry[] {
  const ours = ourEntry(object)
  return managedFields(object).filter(entry => entry !== ours && entry.subresource !== 'status')
}

/** What makes an entry another one than the next. Source: Kubernetes API conventions on field management. */
function keyOf({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  return JSON.stringify([manager, operation, apiVersion, subresource ?? ''])
}

function holds(set: FieldSet, steps: Steps): boolean {
  let node: FieldSet | undefined = set
  for (const step of steps) {
    node = node[step]
    if (!node) return false
  }
  return true
}

function withPlace(set: FieldSet, steps: Steps): FieldSet {
  const [step, ...rest] = steps
  return step === undefined ? set : { ...set, [step]: withPlace(set[step] ?? {}, rest) }
}

/** A set from which a place is taken, and what is empty without it. */
function without(set: FieldSet, steps: Steps): FieldSet {
  const [step = '', ...rest] = steps
  const { [step]: inner, ...others } = set
  if (!inner) return set
  const left = rest.length === 0 ? {} : without(inner, rest)
  return Object.keys(left).length === 0 ? others : { ...others, [step]: left }
}
