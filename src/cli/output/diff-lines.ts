import type { Change, FieldChange, Origin } from '../../model/plan.ts'
import { fieldName } from '../../server/report/field.ts'
import type { Paint, Style } from './colour.ts'
import { unescaped } from './fields.ts'
import { plain } from './plain.ts'

/** One line of a unified diff, and which field it belongs to. */
interface Line {
  readonly sign: ' ' | '+' | '-' | '@'
  /** Without its sign. */
  readonly text: string
  /** Null for context, and where it cannot be told. */
  readonly field: FieldChange | null
  readonly origin: Origin
}

/**
 * A diff in colours: what goes and what comes, with the part of a line that differs set off; what had drifted in a colour of its own;
 * and each run that is left out with the place in the object at which it goes on.
 */
export function diffLines(change: Change, paint: Paint): readonly string[] {
  if (change.diff === '') return []
  const lines = linesOf(change)
  const mixed = new Set(lines.filter(it => it.sign === '+' || it.sign === '-').map(it => it.origin)).size > 1
  return lines.map((line, at) => {
    if (line.sign === '@') return paint('dim', runText(line, lines, at))
    if (line.sign === ' ') return paint('dim', `  ${line.text}`)
    const isDrift = line.origin === 'drift'
    const style: Style = isDrift ? 'yellow' : line.sign === '+' ? 'green' : 'red'
    const note = isDrift && mixed ? paint('yellow', '  ← drift') : ''
    return `${paint(style, `${line.sign} `)}${emphasised(line, counterpart(lines, at), { paint, style })}${note}`
  })
}

function linesOf(change: Change): readonly Line[] {
  const unused = new Set(change.fields)
  const usual: Origin = change.origin === 'both' ? 'pull-request' : change.origin
  let origin: Origin = usual
  return plain(change.diff)
    .trimEnd()
    .split('\n')
    .map(raw => {
      const sign = raw[0] === '+' || raw[0] === '-' || raw[0] === '@' ? raw[0] : ' '
      const text = sign === '@' ? raw : raw.slice(1)
      if (sign === ' ' || sign === '@') {
        origin = usual
        return { sign, text, field: null, origin }
      }
      const field = fieldOf(text, sign, unused)
      // A line of a block belongs to what began it.
      if (field) origin = field.origin
      return { sign, text, field, origin }
    })
}

/** The field that a changed line writes, by its name and value. A field has a line of each sign at most. */
function fieldOf(text: string, sign: '+' | '-', fields: ReadonlySet<FieldChange>): FieldChange | null {
  const [, key, value = ''] = /^\s*(?:- )*(?:"?([^\s":]+)"?:)?\s*(.*)$/.exec(text) ?? []
  const candidates = [...fields].filter(field => {
    const last = unescaped(field.path.slice(field.path.lastIndexOf('/') + 1))
    return key === undefined ? /^\d+$/.test(last) : last === key
  })
  const side = (field: FieldChange) => (sign === '+' ? field.after : field.before)
  return candidates.find(field => fits(side(field), value)) ?? null
}

function fits(value: unknown, written: string): boolean {
  if (value === null || value === undefined) return false
  // Its content follows on lines of its own.
  if (typeof value === 'object') return written === '' || written === '{}' || written === '[]'
  const bare = written.replace(/^(["'])(.*)\1$/, '$2')
  return bare === String(value) || /^[|>][-+\d]*$/.test(bare)
}

/** `⋯ 15 unchanged lines, then spec.template.spec.containers[0]` */
function runText({ text }: Line, lines: readonly Line[], at: number): string {
  const run = /^@@ (.*) @@$/.exec(text)?.[1] ?? text
  const next = lines.slice(at + 1)
  const end = next.findIndex(it => it.sign === '@')
  const field = next.slice(0, end < 0 ? undefined : end).find(it => it.field)?.field
  const parent = field ? field.path.slice(0, field.path.lastIndexOf('/')) : ''
  return parent === '' ? `⋯ ${run}` : `⋯ ${run}, in ${plain(fieldName(parent))}`
}

/** The line that takes the place of another one: the same place in runs of equal length that follow each other. */
function counterpart(lines: readonly Line[], at: number): Line | null {
  const { sign } = lines[at]!
  let start = at
  while (lines[start - 1]?.sign === sign) start--
  let end = at
  while (lines[end + 1]?.sign === sign) end++
  const length = end - start + 1
  const other = sign === '-' ? end + 1 : start - length
  const run = lines.slice(Math.max(0, other), Math.max(0, other) + length)
  const wanted = sign === '-' ? '+' : '-'
  const isRun = other >= 0 && run.length === length && run.every(it => it.sign === wanted)
  const beyond = lines[sign === '-' ? other + length : other - 1]?.sign
  return isRun && beyond !== wanted ? (run[at - start] ?? null) : null
}

function emphasised(
  { text }: Line,
  other: Line | null,
  { paint, style }: { readonly paint: Paint; readonly style: Style },
): string {
  const from = other ? commonStart(text, other.text) : 0
  // Where hardly anything is common, it is another line.
  if (!other || text.slice(0, from).trim() === '') return paint(style, text)
  const to = text.length - commonEnd(text.slice(from), other.text.slice(from))
  return (
    paint(style, text.slice(0, from)) +
    paint('bold', paint(style, text.slice(from, to))) +
    paint(style, text.slice(to))
  )
}

function commonStart(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

function commonEnd(a: string, b: string): number {
  let at = 0
  while (at < a.length && at < b.length && a[a.length - 1 - at] === b[b.length - 1 - at]) at++
  return at
}
