/** A JSON object, as opposed to an array, a scalar or null. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Own property, or undefined: names such as `constructor` and `__proto__` come from manifests too. */
export function property(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** Follows property names. Undefined as soon as one is missing. */
export function propertyAt(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce(property, value)
}

export function textAt(value: unknown, ...names: readonly string[]): string | null {
  const found = propertyAt(value, ...names)
  return typeof found === 'string' ? found : null
}

export function numberAt(value: unknown, ...names: readonly string[]): number | null {
  const found = propertyAt(value, ...names)
  return typeof found === 'number' ? found : null
}

/** The list at a path; empty when there is none. */
export function listAt(value: unknown, ...names: readonly string[]): readonly unknown[] {
  const found = propertyAt(value, ...names)
  return Array.isArray(found) ? found : []
}

/** A copy with one property set, safe for every name. Undefined removes it. */
export function withProperty<T extends JsonObject>(object: T, name: string, value: unknown): T {
  const entries = Object.entries(object).filter(([key]) => key !== name)
  if (value !== undefined) entries.push([name, value])
  return Object.fromEntries(entries) as T
}

/** Equal as JSON: the order of properties does not matter, absent and null differ. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every(name => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
  )
}

/** One text per value: properties sorted, no white space. What digests are made of. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value ?? null)
  let members = ''
  for (const name of Object.keys(value).sort()) {
    const inner = value[name]
    if (inner === undefined) continue
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(inner)}`
  }
  return `{${members}}`
}

/** As map; the list itself when nothing in it changes. */
export function mapItems(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = list.map(change)
  return changed.every((item, at) => item === list[at]) ? list : changed
}

/** A copy with every property's value changed; the object itself when none changes. Safe for every name. */
export function mapProperties(object: JsonObject, change: (value: unknown) => unknown): JsonObject {
  const names = Object.keys(object)
  const values = names.map(name => change(object[name]))
  if (values.every((value, at) => value === object[names[at]!])) return object
  return Object.fromEntries(names.map((name, at) => [name, values[at]]))
}

/** Applies `change` to every string inside, names of properties excepted. What does not change is not copied. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return mapItems(value, item => mapTexts(item, change))
  if (!isJsonObject(value)) return value
  return mapProperties(value, item => mapTexts(item, change))
}
