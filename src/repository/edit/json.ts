/** What JSON can say; YAML of manifests says no more. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

export type JsonMap = { readonly [name: string]: Json }

export function isMapValue(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isListValue(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** A map or list that holds something: only that takes lines of its own. */
export function holdsSomething(value: Json): value is readonly Json[] | JsonMap {
  if (isListValue(value)) return value.length > 0
  return isMapValue(value) && Object.keys(value).length > 0
}

/** What reads back as it was: no number without end, no half of a character. */
export function isSayable(value: Json): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\uFFFD')
  if (isListValue(value)) return value.every(isSayable)
  return !isMapValue(value) || Object.entries(value).every(entry => entry.every(isSayable))
}

/** Whatever the order of a map's names. */
export function isSameValue(a: Json | undefined, b: Json | undefined): boolean {
  if (isListValue(a))
    return isListValue(b) && a.length === b.length && a.every((it, at) => isSameValue(it, b[at]))
  if (!isMapValue(a) || !isMapValue(b)) return a === b
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every(it => Object.hasOwn(b, it) && isSameValue(a[it], b[it]))
  )
}
