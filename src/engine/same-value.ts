import { isJsonObject, property, sameJson } from './json.ts'
import { hasKey, serverMergeKeysOf } from './merge-keys.ts'
import { isNothing } from './normalise.ts'
import { holdsQuantities, sameQuantity } from './quantity.ts'
import type { Steps } from './steps.ts'

/**
 * Whether live says what was written at a place, allowing for the forms that a server stores: quantities, int-or-string, defaults
 * added to objects and list items, what is empty left out. Where the list or map is atomic, use {@link sameStored}.
 */
export function covers(live: unknown, written: unknown, steps: Steps = []): boolean {
  if (sameStored(live, written, steps)) return true
  const name = nameOf(steps)
  const inside = nameOf(steps.slice(0, -1))
  if (saysNothing(name, written, inside)) return (live ?? null) === null || saysNothing(name, live, inside)
  if (isJsonObject(written)) {
    return (
      isJsonObject(live) &&
      Object.entries(written).every(([field, value]) =>
        covers(property(live, field), value, [...steps, `f:${field}`]),
      )
    )
  }
  if (!Array.isArray(written) || !Array.isArray(live)) return false
  const keys = serverMergeKeysOf(name, written)
  if (!keys)
    return (
      live.length === written.length &&
      written.every((item, at) => covers(live[at], item, [...steps, `i:${at}`]))
    )
  return written.every(item => {
    const key = Object.fromEntries(
      keys.map(field => [field, property(item, field) ?? (field === 'protocol' ? 'TCP' : undefined)]),
    )
    return live.some(candidate => hasKey(candidate, key) && covers(candidate, item, [...steps, 'i:0']))
  })
}

/** Maps from text to text, in which an empty text is a value like any other. */
const textMaps: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'data',
  'binaryData',
  'stringData',
  'matchLabels',
  'nodeSelector',
  'parameters',
])

/**
 * Values that a server leaves out when it stores them: `hostNetwork: false`, an empty environment variable. `inside` is the name of
 * the map that the value stands in: an empty label is one.
 */
export function saysNothing(name: string, value: unknown, inside = ''): boolean {
  if (value === '' && textMaps.has(inside)) return false
  if (isNothing(name, value) || value === '' || value === false || value === 0) return true
  return isJsonObject(value) && Object.keys(value).length === 0
}

/** Equal as JSON; as the same number written in another form; and as the same quantity where quantities are. */
export function sameStored(a: unknown, b: unknown, steps: Steps = []): boolean {
  if (sameJson(a, b)) return true
  if (isScalar(a) && isScalar(b))
    return String(a) === String(b) || (steps.some(isQuantity) && sameQuantity(a, b))
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => sameStored(item, b[at], [...steps, `i:${at}`]))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every(name => {
    const one = property(a, name)
    const other = property(b, name)
    return sameStored(one, other, [...steps, `f:${name}`]) || (isNothing(name, one) && isNothing(name, other))
  })
}

/** Elsewhere `1.10` and `1.1` are two texts: a version in a ConfigMap, a label. */
function isQuantity(step: string): boolean {
  return step.startsWith('f:') && holdsQuantities(step.slice(2))
}

/** Of the last step, when that is a field. */
export function nameOf(steps: Steps): string {
  return steps.at(-1)?.match(/^f:(.*)$/s)?.[1] ?? ''
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
