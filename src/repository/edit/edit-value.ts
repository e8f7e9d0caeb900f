import { isListValue, isMapValue, type Json } from './json.ts'

/** Numbers are positions in lists. */
export type YamlPath = readonly (string | number)[]

export type ValueEdit =
  | { readonly kind: 'set' | 'insert'; readonly path: YamlPath; readonly value: Json }
  | { readonly kind: 'remove'; readonly path: YamlPath }

/** Why an edit cannot be made: the end of a sentence. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** What the value becomes. Throws Refusal for a path that leads nowhere. Changes nothing in place: aliases share values. */
export function editedValue(value: Json | undefined, edit: ValueEdit): Json {
  return editAt(value, edit, 0)
}

function editAt(value: Json | undefined, edit: ValueEdit, depth: number): Json {
  const part = edit.path[depth]
  if (part === undefined) {
    if (edit.kind !== 'set') throw new Refusal('a whole document is neither inserted nor removed')
    return edit.value
  }
  const isLast = depth === edit.path.length - 1
  if (isListValue(value)) return editList(value, edit, depth, isLast)
  if (typeof part === 'number' && !isMapValue(value))
    throw new Refusal(`there is no list at ${place(edit.path, depth)}`)
  if (isMapValue(value)) return editMap(value, edit, depth, isLast)
  if (value !== undefined && value !== null)
    throw new Refusal(`there is no map at ${place(edit.path, depth)}`)
  return editMap({}, edit, depth, isLast)
}

function editMap(
  map: { readonly [name: string]: Json },
  edit: ValueEdit,
  depth: number,
  isLast: boolean,
): Json {
  const name = String(edit.path[depth])
  const old = Object.hasOwn(map, name) ? map[name] : undefined
  if (edit.kind === 'remove' && old === undefined)
    throw new Refusal(`there is nothing at ${place(edit.path, depth + 1)}`)
  if (isLast && edit.kind === 'insert') throw new Refusal(`there is no list at ${place(edit.path, depth)}`)
  if (isLast && edit.kind === 'remove') {
    return Object.fromEntries(Object.entries(map).filter(([key]) => key !== name))
  }
  const changed = editAt(old, edit, depth + 1)
  const entries = Object.entries(map).map(([key, value]) => [key, key === name ? changed : value] as const)
  return Object.fromEntries(old === undefined ? [...entries, [name, changed] as const] : entries)
}

function editList(list: readonly Json[], edit: ValueEdit, depth: number, isLast: boolean): Json {
  const at = edit.path[depth]
  if (typeof at !== 'number') throw new Refusal(`there is a list at ${place(edit.path, depth)}, not a map`)
  const isAppended = isLast && edit.kind !== 'remove' && at === list.length
  if (at < 0 || !Number.isInteger(at) || (at >= list.length && !isAppended)) {
    throw new Refusal(`there is nothing at ${place(edit.path, depth + 1)}`)
  }
  if (isLast && edit.kind === 'remove') return list.toSpliced(at, 1)
  if (isLast && edit.kind === 'insert') return list.toSpliced(at, 0, edit.value)
  return list.toSpliced(at, 1, editAt(list[at], edit, depth + 1))
}

/** For people. */
export function place(path: YamlPath, length = path.length): string {
  const parts = path.slice(0, length).map(it => String(it).replaceAll('~', '~0').replaceAll('/', '~1'))
  return parts.length === 0 ? 'the top of the document' : `/${parts.join('/')}`
}

/** The value at a path; undefined when there is none. */
export function valueAt(value: Json | undefined, path: YamlPath): Json | undefined {
  let at = value
  for (const part of path) {
    if (isListValue(at)) at = typeof part === 'number' ? at[part] : undefined
    else if (isMapValue(at)) at = Object.hasOwn(at, String(part)) ? at[String(part)] : undefined
    else return undefined
  }
  return at
}
