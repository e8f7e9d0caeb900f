import { isJsonObject, type JsonObject, property } from '../../src/engine/json.ts'

/** A field's place: names of properties, and for items of lists what tells them apart. */
export type At = readonly (string | JsonObject)[]

/** A copy with the value at a place; properties and items on the way are made. */
export function withValueAt(object: unknown, at: At, value: unknown): unknown {
  const [step, ...rest] = at
  if (step === undefined) return value
  if (typeof step === 'string') {
    const fields = isJsonObject(object) ? object : {}
    return { ...fields, [step]: withValueAt(fields[step], rest, value) }
  }
  const items: readonly unknown[] = Array.isArray(object) ? object : []
  const index = indexOfItem(items, step)
  const item = withValueAt(items[index] ?? step, rest, value)
  return index < 0 ? [...items, item] : items.with(index, item)
}

/** A copy without the property or the item at a place. */
export function withoutValueAt(object: unknown, at: At): unknown {
  const [step, ...rest] = at
  if (step === undefined) return undefined
  if (typeof step === 'string') {
    if (!isJsonObject(object) || !(step in object)) return object
    const { [step]: old, ...others } = object
    return rest.length === 0 ? others : { ...object, [step]: withoutValueAt(old, rest) }
  }
  if (!Array.isArray(object)) return object
  const index = indexOfItem(object, step)
  if (index < 0) return object as unknown
  return rest.length === 0
    ? object.toSpliced(index, 1)
    : (object as readonly unknown[]).with(index, withoutValueAt(object[index], rest))
}

export function valueAt(object: unknown, at: At): unknown {
  return at.reduce<unknown>(
    (value, step) =>
      typeof step === 'string'
        ? property(value, step)
        : Array.isArray(value)
          ? (value as readonly unknown[])[indexOfItem(value, step)]
          : undefined,
    object,
  )
}

/** `spec.ports[name=http].port` */
export function textOf(at: At): string {
  return at
    .map(step =>
      typeof step === 'string'
        ? `.${step}`
        : `[${Object.entries(step)
            .map(([key, value]) => `${key}=${String(value)}`)
            .join(',')}]`,
    )
    .join('')
    .slice(1)
}

export function indexOfItem(items: readonly unknown[], key: JsonObject): number {
  return items.findIndex(item => Object.keys(key).every(name => property(item, name) === key[name]))
}
