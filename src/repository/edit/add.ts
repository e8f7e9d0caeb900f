import {
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { Refusal } from './edit-value.ts'
import type { Json } from './json.ts'
import { isQuotedMap, type Layout } from './layout.ts'
import { contentEnd, type ParsedText } from './parsed-text.ts'
import { flowOf, ownerColumn, quotesOf } from './replace.ts'
import { itemSlot, itemTokens, type ItemToken, slotOfPair, type Slot, startOf, tokenOf } from './slot.ts'
import { columnOf, isFirstOnLine, lineStart, linesBelow, nextLine, type Splice } from './splice.ts'
import { writeScalar } from './write-scalar.ts'
import { besideDash, besideKey, indented, writeKey } from './write-value.ts'

interface NewPair {
  readonly name: string
  readonly value: Json
}

/** A field below the last one of a map that has some. */
export function addPair(
  parsed: ParsedText,
  map: YAMLMap,
  { name, value }: NewPair,
  layout: Layout,
): readonly Splice[] {
  const { text } = parsed
  const last = map.items.length - 1
  if (map.flow) {
    const slot: Slot = { kind: 'pair', node: null, lead: [], owner: map, index: last, flow: true }
    const json = layout.json || isQuotedMap(map.items)
    const key = writeKey(name, { ...layout, json }, true)
    const space = json && layout.compact ? '' : ' '
    return afterLastInFlow(parsed, map, `${key}:${space}${flowOf(parsed, slot, value, layout)}`, layout)
  }
  const column = columnOf(text, startOf(requireToken(tokenOf(map.items[0])), null))
  const { head, rest } = besideKey(value, layout)
  const lines = [`${writeKey(name, layout, false)}:${head && ` ${head}`}`, ...rest]
  return [
    linesBelow(text, contentEnd(text, map), { lines: indented(lines, column), lineEnd: layout.lineEnd }),
  ]
}

/** Before the item at `index` of a list that has some; after the last one when it is as long as the list. */
export function addItem(
  parsed: ParsedText,
  { list, index }: { readonly list: YAMLSeq; readonly index: number },
  value: Json,
  layout: Layout,
): readonly Splice[] {
  const { text } = parsed
  if (list.flow) return addToFlow(parsed, { list, index }, value, layout)
  const tokens = itemTokens(list)
  const sibling = requireToken(tokens[Math.min(index, tokens.length - 1)])
  const slot = requireSlot(itemSlot(list, 0))
  const column = ownerColumn(text, slot)
  const dashGap = gapOf(sibling) ?? layout.dashGap
  const like = alike(list)?.type
  const isQuoted = typeof value === 'string' && (like === 'QUOTE_DOUBLE' || like === 'QUOTE_SINGLE')
  const { head, rest } = isQuoted
    ? {
        head: writeScalar(value, { quotes: quotesOf(like), otherwise: layout.quotes, flow: false }),
        rest: [],
      }
    : besideDash(value, { ...layout, dashGap })
  const lines = [`-${' '.repeat(dashGap)}${head}`, ...rest]
  if (index > 0) {
    const before = list.items[index - 1] as Node
    const after = requireToken(tokens[index - 1])
    const end = after.value ? contentEnd(text, before) : startOf(after, 'seq-item-ind') + 1
    return [linesBelow(text, end, { lines: indented(lines, column), lineEnd: layout.lineEnd })]
  }
  const first = startOf(sibling, 'seq-item-ind')
  if (isFirstOnLine(text, first)) {
    const at = lineStart(text, first)
    return [
      {
        from: at,
        to: at,
        text: indented(lines, column)
          .map(it => it + layout.lineEnd)
          .join(''),
      },
    ]
  }
  const [top = '', ...more] = lines
  const joined = [top, ...indented(more, column), ' '.repeat(column)].join(layout.lineEnd)
  return [{ from: first, to: first, text: joined }]
}

/** A text whose quotes all others of the list have. */
function alike(list: YAMLSeq): (Scalar & ParsedNode) | null {
  const [first, ...others] = list.items
  if (!isScalar(first) || typeof first.value !== 'string') return null
  return others.every(it => isScalar(it) && it.type === first.type) ? (first as Scalar & ParsedNode) : null
}

function gapOf({ start }: ItemToken): number | null {
  const dash = start.findIndex(it => it.type === 'seq-item-ind')
  const gap = start[dash + 1]
  return gap?.type === 'space' && start.length === dash + 2 ? gap.source.length : null
}

function addToFlow(
  parsed: ParsedText,
  { list, index }: { readonly list: YAMLSeq; readonly index: number },
  value: Json,
  layout: Layout,
): readonly Splice[] {
  const { text } = parsed
  const node = alike(list)
  const slot: Slot = { kind: 'item', node, lead: [], owner: list, index, flow: true }
  const written = flowOf(parsed, slot, value, layout)
  const next = list.items[index] as ParsedNode | undefined
  if (!next) return afterLastInFlow(parsed, list, written, layout)
  const at = next.range[0]
  const after = isFirstOnLine(text, at)
    ? layout.lineEnd + ' '.repeat(columnOf(text, at))
    : separator(list, layout)
  return [{ from: at, to: at, text: `${written},${after}` }]
}

function separator(owner: YAMLMap | YAMLSeq, layout: Layout): '' | ' ' {
  const second = isMap(owner) ? tokenOf(owner.items[1]) : itemTokens(owner)[1]
  if (!second) return layout.json && layout.compact ? '' : ' '
  return second.start.some(it => it.type !== 'comma') ? ' ' : ''
}

function afterLastInFlow(
  { text }: ParsedText,
  owner: YAMLMap | YAMLSeq,
  written: string,
  layout: Layout,
): readonly Splice[] {
  const start = flowItemStart(owner, owner.items.length - 1)
  const end = flowItemEnd(text, owner, owner.items.length - 1)
  const comma = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0
  const after = comma > 0 ? ',' : ''
  const separated = comma > 0 ? [] : [{ from: end, to: end, text: ',' }]
  const at = end + comma
  const restOfLine = text.slice(at, nextLine(text, at)).trim()
  if (isFirstOnLine(text, start) && (restOfLine === '' || restOfLine.startsWith('#'))) {
    const lines = [text.slice(lineStart(text, start), start) + written + after]
    return [...separated, linesBelow(text, at, { lines, lineEnd: layout.lineEnd })]
  }
  const put = `${after || ','}${separator(owner, layout)}${written}`
  return [{ from: end, to: at, text: put + after }]
}

export function flowItemStart(owner: YAMLMap | YAMLSeq, index: number): number {
  if (isMap(owner)) return startOf(requireToken(tokenOf(owner.items[index])), null)
  const start = requireToken(itemTokens(owner)[index]).start.find(
    it => it.type === 'anchor' || it.type === 'tag',
  )
  const at = start?.offset ?? (owner.items[index] as ParsedNode | undefined)?.range?.[0]
  if (at === undefined) throw new Refusal('a value is written in a way that cannot be edited')
  return at
}

export function flowItemEnd(text: string, owner: YAMLMap | YAMLSeq, index: number): number {
  const slot = isSeq(owner) ? requireSlot(itemSlot(owner, index)) : slotOfPair(owner, index)
  if (slot.node) return contentEnd(text, slot.node)
  const last = slot.lead.findLast(it => !['space', 'newline', 'comment', 'comma'].includes(it.type))
  if (!last) throw new Refusal('a value is written in a way that cannot be edited')
  return last.offset + last.source.length
}

function requireToken(token: ItemToken | undefined): ItemToken {
  if (!token) throw new Refusal('a value is written in a way that cannot be edited')
  return token
}

function requireSlot(slot: Slot | null): Slot {
  if (!slot) throw new Refusal('a value is written in a way that cannot be edited')
  return slot
}
