import type { SourceLocation } from '../../model/problem.ts'
import { isNothing } from '../../engine/normalise.ts'
import { indexOfStep, type Steps } from '../../engine/steps.ts'
import type { YamlPath } from '../../repository/edit/edit-yaml.ts'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'
import { isMap, listIn, valueIn } from './candidate.ts'

/** An object as it stands in a file. */
export interface WrittenObject {
  readonly document: number
  /** Into the document: empty, or to an item of a list. */
  readonly path: YamlPath
  readonly value: Readonly<Record<string, unknown>>
  readonly line: number
  /** Of this file that are objects, this one counted. */
  readonly siblings: number
}

export interface Sought {
  readonly kind: string
  /** As it is rendered: prefixes and suffixes may have been added. */
  readonly name: string
  readonly namespace: string | undefined
}

/** Finds the document, or list item, that an object was rendered from. Null when it cannot be told. */
export function findWritten(
  text: string,
  sought: Sought,
  source: SourceLocation | null = null,
): WrittenObject | null {
  const found = parseYamlDocuments(text, '').documents.flatMap(({ value, positionOf }, document) =>
    flattened(value, []).map(item => ({ ...item, document, line: positionOf(item.path).line })),
  )
  const siblings = found.length
  const same = found.filter(it => it.value['kind'] === sought.kind)
  const named = (name: unknown) => same.filter(it => nameOf(it.value) === name)
  const exact = named(sought.name)
  const inNamespace = exact.filter(it => {
    const { namespace } = it.value['metadata'] as { namespace?: unknown }
    return namespace === undefined || namespace === sought.namespace
  })
  const atLine = same.filter(it => it.line === source?.line)
  const longest = same
    .filter(it => typeof nameOf(it.value) === 'string' && sought.name.includes(String(nameOf(it.value))))
    .toSorted((a, b) => String(nameOf(b.value)).length - String(nameOf(a.value)).length)
  const chosen = inNamespace.length === 1 ? inNamespace[0] : (atLine[0] ?? exact[0] ?? longest[0])
  return chosen ? { ...chosen, siblings } : null
}

function nameOf(value: Readonly<Record<string, unknown>>): unknown {
  return valueIn(value, ['metadata', 'name'])
}

interface Item {
  readonly value: Readonly<Record<string, unknown>>
  readonly path: YamlPath
}

function flattened(value: unknown, path: YamlPath): readonly Item[] {
  if (!isMap(value)) return []
  const kind = value['kind']
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(value['items'])) {
    return listIn(value, 'items').flatMap((item, at) => flattened(item, [...path, 'items', at]))
  }
  return [{ value, path }]
}

/**
 * The path of a place in plain data. Undefined parts at the end are maps to be made; a list item that is not there can only be the
 * last, and is appended. Null when the data has no such place.
 */
export function pathOfSteps(value: unknown, steps: Steps): YamlPath | null {
  const path: (string | number)[] = []
  let at: unknown = value
  for (const [depth, step] of steps.entries()) {
    if (step.startsWith('f:')) {
      const name = step.slice(2)
      if (at !== undefined && at !== null && !isMap(at)) return null
      path.push(name)
      at = isMap(at) && Object.hasOwn(at, name) ? at[name] : undefined
      continue
    }
    if (!Array.isArray(at)) return null
    const index = indexOfStep(at, step)
    if (index < 0 && depth < steps.length - 1) return null
    path.push(index < 0 ? at.length : index)
    at = index < 0 ? undefined : at[index]
  }
  return path
}

/** What to take out for a value to be gone: with it the maps around it that would be left empty and say nothing. */
export function wholeOf(value: unknown, path: YamlPath): YamlPath {
  const parent = path.slice(0, -1)
  const name = parent.at(-1)
  const there = valueIn(value, parent)
  const isAlone = isMap(there) && Object.keys(there).length === 1
  return isAlone && typeof name === 'string' && isNothing(name, {}) ? wholeOf(value, parent) : path
}
