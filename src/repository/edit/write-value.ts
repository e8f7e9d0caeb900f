import { holdsSomething, isListValue, isMapValue, type Json } from './json.ts'
import type { Layout } from './layout.ts'
import { type Quotes, writeScalar } from './write-scalar.ts'

/** What stands on the line of the key or dash, and the lines that follow it. */
export interface Written {
  readonly head: string
  readonly rest: readonly string[]
}

/** As lines of their own, at column 0; for what holds something. */
export function blockLines(value: Json, layout: Layout): readonly string[] {
  if (isMapValue(value)) {
    return Object.entries(value).flatMap(([name, inner]) => {
      const { head, rest } = besideKey(inner, layout)
      return [`${writeKey(name, layout, false)}:${head && ` ${head}`}`, ...rest]
    })
  }
  if (!isListValue(value)) return [blockScalar(value, layout)]
  return value.flatMap(item => {
    const { head, rest } = besideDash(item, layout)
    return [`-${' '.repeat(layout.dashGap)}${head}`, ...rest]
  })
}

/** `rest` is indented from the key's column. */
export function besideKey(value: Json, layout: Layout): Written {
  if (holdsSomething(value)) {
    return {
      head: '',
      rest: indented(blockLines(value, layout), isMapValue(value) ? layout.step : layout.listIndent),
    }
  }
  const literal =
    typeof value === 'string' && layout.literals && value.includes('\n') ? literalLines(value) : null
  if (literal) return { head: literal.head, rest: indented(literal.rest, layout.step) }
  return { head: blockScalar(value, layout), rest: [] }
}

/** `rest` is indented from the dash's column. */
export function besideDash(value: Json, layout: Layout): Written {
  const gap = 1 + layout.dashGap
  if (holdsSomething(value)) {
    const [head = '', ...rest] = blockLines(value, layout)
    return { head, rest: indented(rest, gap) }
  }
  const literal =
    typeof value === 'string' && layout.literals && value.includes('\n') ? literalLines(value) : null
  if (literal) return { head: literal.head, rest: indented(literal.rest, Math.max(2, layout.dashGap)) }
  return { head: blockScalar(value, layout), rest: [] }
}

function blockScalar(value: Json, { quotes }: Layout): string {
  if (isListValue(value)) return '[]'
  if (isMapValue(value)) return '{}'
  return writeScalar(value, { quotes: 'plain', otherwise: quotes, flow: false })
}

export function writeKey(
  name: string,
  { json, quotes }: Pick<Layout, 'json' | 'quotes'>,
  flow: boolean,
): string {
  return writeScalar(name, { quotes: json ? 'double' : 'plain', otherwise: quotes, flow })
}

/** A text that can be written as it is, line by line; null for others. */
export function literalLines(text: string): Written | null {
  if (
    !/^[\t\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffc\u{10000}-\u{10ffff}]+$/u.test(
      text,
    )
  )
    return null
  const keeps = text.endsWith('\n\n')
  const lines = text.replace(/\n$/, '').split('\n')
  const [first = ''] = lines
  // Spaces before the first line would be read as indentation, and a line of spaces alone is a trap.
  if (/^\s/.test(first) || first === '' || lines.some(line => /^\s+$/.test(line))) return null
  return { head: keeps ? '|+' : text.endsWith('\n') ? '|' : '|-', rest: lines }
}

export function indented(lines: readonly string[], by: number): readonly string[] {
  const spaces = ' '.repeat(by)
  return lines.map(line => (line === '' ? '' : spaces + line))
}

export interface FlowStyle {
  readonly layout: Layout
  /** Lines for what holds something, at this column; null for all on one line. */
  readonly column: number | null
  /** After a colon or comma. */
  readonly space: '' | ' '
  readonly quotes: Quotes
}

/** In brackets. */
export function flowText(value: Json, style: FlowStyle): string {
  const { layout, quotes, space } = style
  if (!isListValue(value) && !isMapValue(value)) {
    return writeScalar(value, {
      quotes: layout.json ? 'double' : quotes,
      otherwise: layout.quotes,
      flow: true,
    })
  }
  const [open, close] = isListValue(value) ? ['[', ']'] : ['{', '}']
  if (!holdsSomething(value)) return open + close
  const inner = {
    ...style,
    quotes: 'plain' as const,
    column: style.column === null ? null : style.column + layout.step,
  }
  const parts = isListValue(value)
    ? value.map(item => flowText(item, inner))
    : Object.entries(value).map(
        ([name, item]) => `${writeKey(name, layout, true)}:${space}${flowText(item, inner)}`,
      )
  if (style.column === null) {
    const pad = layout.padded && isMapValue(value) ? ' ' : ''
    return open + pad + parts.join(`,${space}`) + pad + close
  }
  const before = ' '.repeat(style.column + layout.step)
  const { lineEnd } = layout
  const lines = parts.join(`,${lineEnd}${before}`)
  return `${open}${lineEnd}${before}${lines}${lineEnd}${' '.repeat(style.column)}${close}`
}
