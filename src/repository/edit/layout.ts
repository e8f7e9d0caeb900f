import { type Document, isMap, isScalar, isSeq, type Pair, visit } from 'yaml'

/** How a file is written, so that what is added looks like the rest of it. */
export interface Layout {
  /** Columns by which a map stands right of its key. */
  readonly step: number
  /** Columns by which the dashes of a list stand right of its key. */
  readonly listIndent: number
  /** Between a dash and its item. */
  readonly dashGap: number
  readonly quotes: 'single' | 'double'
  readonly lineEnd: '\n' | '\r\n'
  /** `{ a: 1 }` rather than `{a: 1}`. */
  readonly padded: boolean
  /** `{"a":1,"b":2}` rather than `{"a": 1, "b": 2}`. */
  readonly compact: boolean
  /** Whether texts of several lines are written as lines. */
  readonly literals: boolean
  /** Written by the rules of JSON. */
  readonly json: boolean
}

/** By what most of the file does. */
export function layoutOf(documents: readonly Document.Parsed[], text: string): Layout {
  const columnOf = (at: number): number => at - (text.lastIndexOf('\n', at - 1) + 1)
  const counts = {
    steps: new Map(),
    lists: new Map(),
    gaps: new Map(),
    quotes: new Map(),
    padded: new Map(),
    compact: new Map(),
  }
  for (const document of documents) {
    visit(document, {
      Scalar(key, { type }) {
        if (key !== 'key' && (type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE')) count(counts.quotes, type)
      },
      Map(_, map) {
        const [start] = map.range ?? []
        if (start === undefined) return
        if (map.flow && map.items.length > 0 && text[start] === '{')
          count(counts.padded, text[start + 1] === ' ')
        if (map.flow) {
          for (const { srcToken } of map.items)
            count(counts.compact, srcToken?.sep?.every(it => it.type === 'map-value-ind') ?? false)
          return
        }
        const column = columnOf(start)
        for (const pair of map.items) {
          const inner = innerStart(pair)
          if (inner === null || text.slice(start, inner).lastIndexOf('\n') < 0) continue
          const isList = isSeq(pair.value)
          const by = columnOf(inner) - column
          if (isList ? by >= 0 : by > 0) count(isList ? counts.lists : counts.steps, by)
        }
      },
      Seq(_, list) {
        const token = list.srcToken
        if (token?.type !== 'block-seq') return
        for (const item of token.items) {
          const dash = item.start.findIndex(it => it.type === 'seq-item-ind')
          const gap = item.start[dash + 1]
          if (dash >= 0 && gap?.type === 'space' && dash + 2 === item.start.length)
            count(counts.gaps, gap.source.length)
        }
      },
    })
  }
  const first = documents[0]?.contents
  return {
    step: most(counts.steps) ?? 2,
    listIndent: most(counts.lists) ?? 0,
    dashGap: most(counts.gaps) ?? 1,
    quotes: most(counts.quotes) === 'QUOTE_SINGLE' ? 'single' : 'double',
    lineEnd: text.split('\r\n').length * 2 > text.split('\n').length ? '\r\n' : '\n',
    padded: most(counts.padded) ?? false,
    compact: most(counts.compact) ?? false,
    literals: true,
    json: (isMap(first) || isSeq(first)) && first.flow === true && !hasPlainText(documents),
  }
}

function innerStart({ value }: Pair): number | null {
  return (isMap(value) || isSeq(value)) && !value.flow ? (value.range?.[0] ?? null) : null
}

/** Texts and keys without quotes, which JSON does not know. */
function hasPlainText(documents: readonly Document.Parsed[]): boolean {
  let found = false
  for (const document of documents) {
    visit(document, {
      Scalar(key, { type, value }) {
        if (type === 'QUOTE_SINGLE' || (type === 'PLAIN' && (key === 'key' || typeof value === 'string')))
          found = true
        return found ? visit.BREAK : undefined
      },
    })
  }
  return found
}

function count<T>(counts: Map<T, number>, what: T): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

function most<T>(counts: ReadonlyMap<T, number>): T | undefined {
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0]
}

/** Whether a map's keys are all in double quotes, as JSON has them. */
export function isQuotedMap(items: readonly Pair[]): boolean {
  return items.length > 0 && items.every(it => isScalar(it.key) && it.key.type === 'QUOTE_DOUBLE')
}
