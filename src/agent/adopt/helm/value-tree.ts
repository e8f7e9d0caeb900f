import { sameJson } from '../../../engine/json.ts'
import type { YamlPath } from '../../../repository/edit/edit-yaml.ts'
import { isMap } from '../candidate.ts'

/** One value as templates see it, and which layer gives it. */
export interface ValueNode {
  readonly path: YamlPath
  readonly value: unknown
  /** Position of the highest layer that says it. */
  readonly layer: number
}

const mostNodes = 20_000

/**
 * All values of layers that are laid over one another, lowest first: maps are merged, everything else is replaced. Maps and lists come
 * before what is in them.
 */
export function valueNodes(layers: readonly unknown[]): readonly ValueNode[] {
  const nodes: ValueNode[] = []
  const visit = (path: YamlPath, given: readonly { readonly layer: number; readonly value: unknown }[]) => {
    const top = given.at(-1)
    if (!top || nodes.length >= mostNodes) return
    if (path.length > 0) nodes.push({ path, value: merged(given.map(it => it.value)), layer: top.layer })
    if (Array.isArray(top.value)) {
      for (const [at, value] of top.value.entries()) visit([...path, at], [{ layer: top.layer, value }])
      return
    }
    if (!isMap(top.value)) return
    const over = given.slice(given.findLastIndex(it => !isMap(it.value)) + 1)
    const names = new Set(over.flatMap(it => Object.keys(it.value as object)))
    for (const name of names) {
      const inner = over.flatMap(({ layer, value }) =>
        isMap(value) && Object.hasOwn(value, name) ? [{ layer, value: value[name] }] : [],
      )
      // Null takes a default away.
      if (inner.at(-1)?.value !== null) visit([...path, name], inner)
    }
  }
  visit(
    [],
    layers.map((value, layer) => ({ layer, value: isMap(value) ? value : {} })),
  )
  return nodes
}

function merged(values: readonly unknown[]): unknown {
  return values.reduce((below, above) => {
    if (!isMap(below) || !isMap(above)) return above
    const both: Record<string, unknown> = { ...below }
    for (const [name, value] of Object.entries(above))
      both[name] = name in both ? merged([both[name], value]) : value
    return both
  })
}

/** The part of a path up to the first list, which a higher layer has to say as a whole. */
export function wholeList(path: YamlPath): YamlPath {
  const at = path.findIndex(it => typeof it === 'number')
  return at < 0 ? path : path.slice(0, at)
}

/** A copy of plain data with another value at a path; undefined takes it out. */
export function withValueAt(value: unknown, path: YamlPath, wanted: unknown): unknown {
  const [part, ...rest] = path
  if (part === undefined) return wanted
  if (Array.isArray(value) && typeof part === 'number') {
    const inner = rest.length === 0 ? wanted : withValueAt(value[part], rest, wanted)
    return inner === undefined ? value.toSpliced(part, 1) : value.with(part, inner)
  }
  const map = isMap(value) ? value : {}
  const inner = rest.length === 0 ? wanted : withValueAt(map[String(part)], rest, wanted)
  const others = Object.entries(map).filter(([name]) => name !== String(part))
  return Object.fromEntries(inner === undefined ? others : [...others, [part, inner]])
}

/** As templates print it; null for what is no text, number or truth. */
export function textOf(value: unknown): string | null {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isPlain ? String(value) : null
}

/** Whether two values look the same once they are rendered. */
export function looksLike(value: unknown, rendered: unknown): boolean {
  const text = textOf(value)
  if (text === null) return value !== null && value !== undefined && sameJson(value, rendered)
  return text !== '' && text === textOf(rendered)
}
