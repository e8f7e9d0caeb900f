import { isAlias, isNode, type Node, visit } from 'yaml'
import type { YamlPath } from './edit-value.ts'
import type { ParsedText } from './parsed-text.ts'
import { findSlot } from './slot.ts'

/** The anchor on the way to a place, or inside of it, that an alias elsewhere repeats. */
export function repeatedAnchor(parsed: ParsedText, document: number, path: YamlPath): string | null {
  const contents = parsed.documents[document]?.contents
  if (!contents) return null
  const aliases = new Set<string>()
  visit(contents, {
    Alias(_, { source }) {
      aliases.add(source)
    },
  })
  const isRepeated = (node: Node | null): boolean => {
    const anchor = node && !isAlias(node) && 'anchor' in node ? node.anchor : undefined
    return anchor !== undefined && aliases.has(anchor)
  }
  for (let depth = 0; depth <= path.length; depth++) {
    const found = findSlot(parsed, document, path.slice(0, depth))
    if (found.kind !== 'slot') return null
    const { node } = found.slot
    if (isRepeated(node)) return (node as { anchor?: string }).anchor ?? null
    if (depth < path.length || !node) continue
    let inside: string | null = null
    visit(node, {
      Node(_, it) {
        if (isNode(it) && isRepeated(it)) inside ??= (it as { anchor?: string }).anchor ?? null
      },
    })
    return inside
  }
  return null
}
