import { isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml'
import type { Parsed } from './yaml-value.ts'

export interface Position {
  /** Both count from 1. */
  readonly line: number
  readonly column: number
}

export interface YamlDocument {
  /** Plain data, as Kubernetes' own tools would read it; null for an empty document. */
  readonly value: unknown
  /** Where its content begins. */
  readonly line: number
  /** Where a value stands; for what is missing, where its closest parent does. */
  positionOf(path: readonly PropertyKey[]): Position
}

/** `value` is what the document holds, already found good. */
export function documentOf(document: Parsed, value: unknown, lines: LineCounter): YamlDocument {
  const start = positionAt(lines, document.contents?.range?.[0] ?? document.range[0])
  return {
    value: value ?? null,
    line: start.line,
    positionOf(path) {
      let offset = document.contents?.range?.[0] ?? document.range[0]
      let node: Node | null = document.contents
      for (const part of path) {
        const step = child(node, part)
        if (!step) break
        offset = step.offset ?? offset
        node = step.node
      }
      return positionAt(lines, offset)
    },
  }
}

function child(
  node: Node | null,
  part: PropertyKey,
): { offset: number | undefined; node: Node | null } | null {
  if (isMap(node)) {
    const pair = node.items.find(it => String(isScalar(it.key) ? it.key.value : it.key) === String(part))
    return pair ? { offset: (pair.key as Node).range?.[0], node: pair.value as Node | null } : null
  }
  if (isSeq(node)) {
    const item = node.items[Number(part)] as Node | null | undefined
    return item ? { offset: item.range?.[0], node: item } : null
  }
  return null
}

export function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}
