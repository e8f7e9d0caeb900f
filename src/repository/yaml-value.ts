import { type Document, isAlias, isCollection, isMap, isNode, isScalar, isSeq, visit } from 'yaml'
import type { Node, YAMLMap } from 'yaml'

export type Parsed = Document.Parsed

export interface ValueLimits {
  readonly maxDepth: number
  /** How often anchors may be repeated before it counts as an attack. */
  readonly maxAliases: number
}

/** Why a document that parsed cannot be used. */
export interface ValueFailure {
  readonly code: string
  readonly message: string
  readonly hint: string | null
  /** Where in the text; the document's beginning when undefined. */
  readonly offset?: number | undefined
}

/** A document's plain data, when it is within bounds and data that Kubernetes could read. */
export function valueOf(
  document: Parsed,
  bounds: ValueLimits,
): { readonly value: unknown } | { readonly failure: ValueFailure } {
  const flaw = document.contents ? flawIn(document.contents, bounds.maxDepth, { bounds, anchors: 0 }) : null
  if (flaw) return { failure: flaw }
  try {
    return { value: document.toJS({ maxAliasCount: bounds.maxAliases }) as unknown }
  } catch (error) {
    return { failure: refusedValue(document, error instanceof Error ? error.message : String(error)) }
  }
}

interface Walk {
  readonly bounds: ValueLimits
  /** Anchors and aliases so far: resolving them takes time for each pair of the two. */
  anchors: number
}

const mostAnchors = 10_000

/** What is good YAML, but no data that Kubernetes could read. */
function flawIn(node: Node | null, depth: number, walk: Walk): ValueFailure | null {
  if (depth < 0) return { ...tooDeepFailure(walk.bounds), offset: node?.range?.[0] }
  if (isAlias(node) || (isNode(node) && 'anchor' in node && node.anchor)) walk.anchors++
  if (walk.anchors > mostAnchors) return aliasBomb
  if (isMap(node)) return flawInMap(node, depth, walk)
  if (!isSeq(node)) return null
  for (const item of node.items) {
    const flaw = flawIn(item as Node | null, depth - 1, walk)
    if (flaw) return flaw
  }
  return null
}

function flawInMap(map: YAMLMap, depth: number, walk: Walk): ValueFailure | null {
  const seen = new Set<string>()
  for (const { key, value } of map.items) {
    if (isCollection(key)) return mapAsKey(key)
    const name = isScalar(key) && typeof key.value !== 'symbol' ? String(key.value) : null
    if (name !== null && seen.has(name)) return keyTwice(name, key as Node)
    if (name !== null) seen.add(name)
    const flaw = flawIn(value as Node | null, depth - 1, walk)
    if (flaw) return flaw
  }
  return null
}

function keyTwice(name: string, key: Node): ValueFailure {
  const message = `the key "${name}" is given twice in the same map`
  return { code: 'yaml-syntax', message, hint: 'keep one of the two', offset: key.range?.[0] }
}

const aliasBomb: ValueFailure = {
  code: 'yaml-alias-bomb',
  message: 'aliases in this document expand to far more than is written',
  hint: 'write the values out instead of repeating anchors',
}

function mapAsKey(key: Node): ValueFailure {
  const hint =
    'quote it, if it is meant as text; if it is a template ({{ ... }}), plain manifests are not templated'
  return { code: 'yaml-syntax', message: 'a map cannot be a key', hint, offset: key.range?.[0] }
}

function refusedValue(document: Parsed, message: string): ValueFailure {
  if (/alias count/i.test(message)) return aliasBomb
  const name = /^Unresolved alias .*: (.*)$/.exec(message)?.[1]
  if (name === undefined) return { code: 'yaml-syntax', message, hint: null }
  let offset: number | undefined
  visit(document, {
    Alias(_, alias) {
      if (alias.source === name) offset ??= alias.range?.[0]
    },
  })
  // Not its name: a password that starts with a star looks like an alias.
  const hint = 'define its anchor (&name) above, or put the value in quotes if it is no alias'
  return { code: 'yaml-syntax', message: 'there is no anchor for this alias', hint, offset }
}

function tooDeepFailure(bounds: ValueLimits): ValueFailure {
  const message = `the document is nested more than ${bounds.maxDepth} levels deep`
  return { code: 'yaml-too-deep', message, hint: null }
}
