import type { FieldSet, KubernetesObject } from '../model/object.ts'
import { differencesOf, type FieldDifference } from './diff-fields.ts'
import { memberOf, ourEntry } from './field-set.ts'
import { sameJson } from './json.ts'
import { serverMergeKeysOf } from './merge-keys.ts'
import { isNothing, normalise } from './normalise.ts'
import { formatPointer } from './pointer.ts'
import { nameOf } from './same-value.ts'
import { formatSteps, indexOfStep, related, stepInto, type Steps, valueAtSteps } from './steps.ts'

/**
 * As a plan shows them, but for lists that the server replaces as a whole: there an item has no key, and differs by its position, or the list
 * as a whole does.
 */
export function exactDifferences(
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
export function isOrder({ steps, after }: FieldDifference, live: KubernetesObject): boolean {
  const there = valueAtSteps(normalise(live), steps)
  return Array.isArray(after) && !isNothing(nameOf(steps), there) && !sameJson(there, after)
}
