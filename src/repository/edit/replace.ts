import { isCollection, isMap, isScalar, type ParsedNode } from 'yaml'
import { Refusal } from './edit-value.ts'
import { holdsSomething, type Json } from './json.ts'
import { isQuotedMap, type Layout } from './layout.ts'
import { blockScalarParts, contentEnd, type ParsedText } from './parsed-text.ts'
import { type Slot, startOf, tokenOf, itemTokens } from './slot.ts'
import { columnOf, lineStart, linesBelow, nextLine, type Splice } from './splice.ts'
import { type Quotes, writeScalar } from './write-scalar.ts'
import {
  besideDash,
  besideKey,
  blockLines,
  flowText,
  indented,
  literalLines,
  type Written,
} from './write-value.ts'

/** Writes another value where one stands. */
export function replaceValue(parsed: ParsedText, slot: Slot, value: Json, layout: Layout): readonly Splice[] {
  const { text } = parsed
  if (slot.kind === 'root') return replaceRoot(parsed, slot, value, layout)
  const { node } = slot
  const tag = node ? slot.lead.find(it => it.type === 'tag') : undefined
  const start = tag?.offset ?? node?.range?.[0]
  if (slot.flow) {
    if (start === undefined || !node) return [emptySplice(slot, flowOf(parsed, slot, value, layout))]
    return [{ from: start, to: contentEnd(text, node), text: flowOf(parsed, slot, value, layout) }]
  }
  const written = writtenIn(parsed, slot, value, layout)
  if (!node || start === undefined) return below(text, anchorPoint(slot), written, layout)
  if (isScalar(node) && node.srcToken?.type === 'block-scalar') {
    return replaceBlockScalar(text, { node, start, written, layout })
  }
  const end = contentEnd(text, node)
  const isBlock = isCollection(node) && !node.flow
  if (isBlock || (written.rest.length > 0 && lineStart(text, start) !== lineStart(text, anchorPoint(slot)))) {
    return replaceLines(text, slot, { start, end, written, layout })
  }
  const space =
    written.head === '' ? (/[ \t]*$/.exec(text.slice(anchorPoint(slot), start))?.[0].length ?? 0) : 0
  return [
    { from: start - space, to: end, text: written.head },
    ...(written.rest.length > 0
      ? [linesBelow(text, end, { lines: written.rest, lineEnd: layout.lineEnd })]
      : []),
  ]
}

/** After the colon or dash, and the anchor if there is one. */
function anchorPoint({ lead }: Slot): number {
  const last = lead.findLast(
    it => it.type === 'map-value-ind' || it.type === 'seq-item-ind' || it.type === 'anchor',
  )
  if (!last) throw new Refusal('a value is written in a way that cannot be edited')
  return last.offset + last.source.length
}

function emptySplice(slot: Slot, text: string): Splice {
  const at = anchorPoint(slot)
  return { from: at, to: at, text: ` ${text}` }
}

/** Beside the colon or dash, where nothing stands. */
function below(text: string, at: number, { head, rest }: Written, { lineEnd }: Layout): readonly Splice[] {
  return [
    ...(head ? [{ from: at, to: at, text: ` ${head}` }] : []),
    ...(rest.length > 0 ? [linesBelow(text, at, { lines: rest, lineEnd })] : []),
  ]
}

interface Place {
  readonly start: number
  readonly end: number
  readonly written: Written
  readonly layout: Layout
}

/** A block of lines gives way. */
function replaceLines(text: string, slot: Slot, { start, end, written, layout }: Place): readonly Splice[] {
  const at = anchorPoint(slot)
  const { lineEnd } = layout
  if (lineStart(text, start) === lineStart(text, at)) {
    const joined = [written.head, ...written.rest].join(lineEnd)
    return [{ from: start, to: end, text: joined }]
  }
  const to = nextLine(text, end)
  const isOpen = to === text.length && !text.endsWith('\n')
  const lines = written.rest.join(lineEnd) + (isOpen || written.rest.length === 0 ? '' : lineEnd)
  return [
    ...(written.head ? [{ from: at, to: at, text: ` ${written.head}` }] : []),
    { from: lineStart(text, start), to, text: lines },
  ]
}

function replaceBlockScalar(
  text: string,
  { node, start, written, layout }: Omit<Place, 'end'> & { readonly node: ParsedNode },
): readonly Splice[] {
  const { header, body } = blockScalarParts(text, node)
  const end = contentEnd(text, node)
  const { lineEnd } = layout
  const lines = written.rest.join(lineEnd)
  const hasBody = end > body.from
  return [
    { from: start, to: start + header.length, text: written.head },
    hasBody
      ? { from: body.from, to: lines === '' ? nextLine(text, end) : end, text: lines }
      : { from: body.from, to: body.from, text: lines && lines + lineEnd },
  ]
}

/** In the style of what it replaces. */
function writtenIn({ text }: ParsedText, slot: Slot, value: Json, layout: Layout): Written {
  const column = ownerColumn(text, slot)
  const { node } = slot
  const old = isScalar(node) ? node.type : undefined
  if (typeof value === 'string') {
    const isBlock = old === 'BLOCK_LITERAL' || old === 'BLOCK_FOLDED'
    const literal = layout.literals && (isBlock || value.includes('\n')) ? literalLines(value) : null
    if (literal) {
      const by = slot.kind === 'item' ? Math.max(2, layout.dashGap) : layout.step
      return { head: literal.head, rest: indented(literal.rest, column + by) }
    }
    const quotes = quotesOf(old)
    return { head: writeScalar(value, { quotes, otherwise: layout.quotes, flow: false }), rest: [] }
  }
  const octal = asOctal(node, value)
  if (octal !== null) return { head: octal, rest: [] }
  if (holdsSomething(value) && isCollection(node) && node.flow && node.items.length > 0) {
    return { head: flowText(value, { layout, column: null, space: ' ', quotes: 'plain' }), rest: [] }
  }
  const { head, rest } = slot.kind === 'item' ? besideDash(value, layout) : besideKey(value, layout)
  return { head, rest: indented(rest, column) }
}

/** `0644` becomes `0600`, as modes of files are written; null for other numbers. */
function asOctal(node: ParsedNode | null, value: Json): string | null {
  const isOctal = isScalar(node) && node.type === 'PLAIN' && /^0[0-7]+$/.test(node.source ?? '')
  return isOctal && typeof value === 'number' && Number.isInteger(value) && value >= 0
    ? `0${value.toString(8)}`
    : null
}

export function quotesOf(type: unknown): Quotes {
  if (type === 'QUOTE_DOUBLE') return 'double'
  return type === 'QUOTE_SINGLE' ? 'single' : 'plain'
}

/** Column of the key or dash. */
export function ownerColumn(text: string, { owner, index, kind }: Slot): number {
  const token = kind === 'pair' && isMap(owner) ? tokenOf(owner.items[index]) : undefined
  if (token) return columnOf(text, startOf(token, null))
  const items = owner && !isMap(owner) ? itemTokens(owner) : []
  const item = items[index]
  if (!item) throw new Refusal('a value is written in a way that cannot be edited')
  return columnOf(text, startOf(item, 'seq-item-ind'))
}

/** Inside of brackets, in the style of the brackets around it. */
export function flowOf({ text }: ParsedText, { owner, node }: Slot, value: Json, layout: Layout): string {
  const json = layout.json || (isMap(owner) && isQuotedMap(owner.items))
  const [first] = owner?.items ?? []
  const firstAt = isMap(owner)
    ? tokenOf(owner.items[0])?.key?.offset
    : (first as ParsedNode | undefined)?.range?.[0]
  const isByLines = firstAt !== undefined && isFirstInLine(text, firstAt)
  const quotes = isScalar(node) ? quotesOf(node.type) : 'plain'
  return flowText(value, {
    layout: { ...layout, json },
    column: isByLines ? columnOf(text, firstAt) : null,
    space: json && layout.compact ? '' : ' ',
    quotes,
  })
}

function isFirstInLine(text: string, at: number): boolean {
  return text.slice(lineStart(text, at), at).trim() === ''
}

function replaceRoot({ text }: ParsedText, { node }: Slot, value: Json, layout: Layout): readonly Splice[] {
  const isFlow = isCollection(node) && node.flow === true
  const lines =
    holdsSomething(value) && (!isFlow || !layout.json)
      ? blockLines(value, layout)
      : [
          flowText(value, {
            layout,
            column: isByLinesRoot(text, node) ? 0 : null,
            space: ' ',
            quotes: 'plain',
          }),
        ]
  if (!node) return [linesBelow(text, text.length, { lines, lineEnd: layout.lineEnd })]
  const from = node.range[0]
  return [{ from, to: contentEnd(text, node), text: lines.join(layout.lineEnd) }]
}

function isByLinesRoot(text: string, node: ParsedNode | null): boolean {
  return (
    node === null ||
    text.slice(node.range[0], node.range[1]).includes('\n') ||
    node.range[1] - node.range[0] <= 2
  )
}
