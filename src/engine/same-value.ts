import { isJsonObject, property, sameJson } from './json.ts'
import { hasKey, serverMergeKeysOf } from './merge-keys.ts'
import { isNothing } from './normalise.ts'
import { sameQuantity } from './quantity.ts'

/**
 * Whether live says what was written, allowing for the forms that a server stores: quantities, int-or-string, defaults
 * added to objects and list items, what is empty left out. Where the list or map is atomic, use {@link sameStored}.
 */
export function covers(live: unknown, written: unknown, name = ''): boolean {
  if (sameStored(live, written)) return true
  if (saysNothing(name, written)) return (live ?? null) === null || saysNothing(name, live)
  if (isJsonObject(written)) {
    return (
      isJsonObject(live) &&
      Object.entries(written).every(([field, value]) => covers(property(live, field), value, field))
    )
  }
  if (!Array.isArray(written) || !Array.isArray(live)) return false
  const keys = serverMergeKeysOf(name, written)
  if (!keys) return live.length === written.length && written.every((item, at) => covers(live[at], item))
  return written.every(item => {
    const key = Object.fromEntries(
      keys.map(field => [field, property(item, field) ?? (field === 'protocol' ? 'TCP' : undefined)]),
    )
    return live.some(candidate => hasKey(candidate, key) && covers(candidate, item))
  })
}

/** Values that a server leaves out when it stores them: `hostNetwork: false`, an empty environment variable. */
export function saysNothing(name: string, value: unknown): boolean {
  if (isNothing(name, value) || value === '' || value === false || value === 0) return true
  return isJsonObject(value) && Object.keys(value).length === 0
}

/** Equal as JSON, or as the same quantity or number written in another form. */
export function sameStored(a: unknown, b: unknown): boolean {
  if (sameJson(a, b)) return true
  if (isScalar(a) && isScalar(b)) return String(a) === String(b) || sameQuantity(a, b)
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => sameStored(item, b[at]))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every(name => {
    const one = property(a, name)
    const other = property(b, name)
    return sameStored(one, other) || (isNothing(name, one) && isNothing(name, other))
  })
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
