import { isListValue, isMapValue, isSameValue, type Json, type JsonMap } from './json.ts'
import { type ValueEdit, valueAt, type YamlPath } from './edit-value.ts'

/** A new map over an old one is set field by field, so that lines of equal fields stay as they are written. */
export function smallerEdits(old: Json | undefined, edit: ValueEdit): readonly ValueEdit[] {
  return edit.kind === 'set' ? differences(valueAt(old, edit.path), edit.value, edit.path) : [edit]
}

/** Made one after the other. */
function differences(old: Json | undefined, value: Json, path: YamlPath): readonly ValueEdit[] {
  if (isSameValue(old, value)) return []
  if (isMapValue(old) && isMapValue(value) && sharesAField(old, value)) return ofMaps(old, value, path)
  if (isListValue(old) && isListValue(value) && old.length > 0 && value.length > 0)
    return ofLists(old, value, path)
  return [{ kind: 'set', path, value }]
}

function sharesAField(old: JsonMap, value: JsonMap): boolean {
  return Object.keys(old).some(it => Object.hasOwn(value, it))
}

function ofMaps(old: JsonMap, value: JsonMap, path: YamlPath): readonly ValueEdit[] {
  const left = Object.keys(old).filter(name => !Object.hasOwn(value, name))
  const there = Object.keys(value).filter(name => Object.hasOwn(old, name))
  const added = Object.keys(value).filter(name => !Object.hasOwn(old, name))
  return [
    ...there.flatMap(name => differences(old[name], value[name] ?? null, [...path, name])),
    ...left.map(name => ({ kind: 'remove' as const, path: [...path, name] })),
    ...added.map(name => ({ kind: 'set' as const, path: [...path, name], value: value[name] ?? null })),
  ]
}

/** Comparing every item with every other one is for lists that people write. */
const longestLists = 250_000

function ofLists(old: readonly Json[], value: readonly Json[], path: YamlPath): readonly ValueEdit[] {
  if (old.length * value.length > longestLists) return [{ kind: 'set', path, value }]
  const edits: ValueEdit[] = []
  const pairs = inCommon(old.map(identityOf), value.map(identityOf))
  let at = 0
  let before = 0
  for (const [from, to] of [...pairs, [old.length, value.length] as const]) {
    let leaving = from - before
    // What stands between two that stay is written over as far as it goes.
    for (; at < to && leaving > 0; at++, leaving--)
      edits.push(...differences(old[from - leaving], value[at] ?? null, [...path, at]))
    for (; leaving > 0; leaving--) edits.push({ kind: 'remove', path: [...path, at] })
    for (; at < to; at++) edits.push({ kind: 'insert', path: [...path, at], value: value[at] ?? null })
    if (from < old.length) edits.push(...differences(old[from], value[at] ?? null, [...path, at]))
    at++
    before = from + 1
  }
  return edits
}

/** By what people tell items apart. */
function identityOf(item: Json): string {
  const name = isMapValue(item) && Object.hasOwn(item, 'name') ? item['name'] : undefined
  return typeof name === 'string' ? `name ${name}` : `value ${JSON.stringify(item)}`
}

/** Positions of a longest common subsequence. */
function inCommon(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const lengths = a.map(() => Array.from({ length: b.length + 1 }, () => 0))
  lengths.push(Array.from({ length: b.length + 1 }, () => 0))
  const length = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? []
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1))
  }
  const pairs: (readonly [number, number])[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (length(i + 1, j) >= length(i, j + 1)) i++
    else j++
  }
  return pairs
}
