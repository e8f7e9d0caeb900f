import { isJsonObject, property } from './json.ts'
import { hasKey } from './merge-keys.ts'

/**
 * A way into an object that survives reordering of lists, in the notation of FieldsV1: `f:name` is a property,
 * `k:{"name":"app"}` the list item with that key, `v:"x"` a scalar of a set, `i:0` a list item by position.
 */
export type Steps = readonly string[]

/** The value at the end of the steps; undefined when there is none. */
export function valueAtSteps(value: unknown, steps: Steps): unknown {
  let current = value
  for (const step of steps) {
    current = stepInto(current, step)
    if (current === undefined) return undefined
  }
  return current
}

export function stepInto(value: unknown, step: string): unknown {
  const rest = step.slice(2)
  if (step.startsWith('f:')) return property(value, rest)
  if (!Array.isArray(value)) return undefined
  if (step.startsWith('i:')) return value[Number(rest)]
  const index = indexOfStep(value, step)
  return index < 0 ? undefined : value[index]
}

/** Position of the list item that a `k:`, `v:` or `i:` step names; -1 when there is none. */
export function indexOfStep(list: readonly unknown[], step: string): number {
  const rest = step.slice(2)
  if (step.startsWith('i:')) return Number(rest) < list.length ? Number(rest) : -1
  const key: unknown = parseStepValue(rest)
  if (step.startsWith('v:')) return list.indexOf(key)
  return isJsonObject(key) ? list.findIndex(item => hasKey(item, key)) : -1
}

/** The JSON after `k:` or `v:`; undefined when it does not parse. */
export function parseStepValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // managedFields come from the cluster: a step that cannot be read names nothing.
    return undefined
  }
}

/** Whether one lies inside the other. A step by key and one by position may be the same item, so they count as equal. */
export function related(a: Steps, b: Steps): boolean {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    if (!sameStep(a[at] ?? '', b[at] ?? '')) return false
  }
  return true
}

function sameStep(a: string, b: string): boolean {
  if (a === b) return true
  return !a.startsWith('f:') && !b.startsWith('f:') && a[0] !== b[0]
}

/** `f:spec/k:{...}/f:image` as one text, for sets and maps. */
export function formatSteps(steps: Steps): string {
  return steps.map(step => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')
}
