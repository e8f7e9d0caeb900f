import type { Change, FieldChange, Origin } from '../../model/plan.ts'
import { unescaped } from './fields.ts'
import { plain } from './plain.ts'

/** One line of a unified diff, and which field it belongs to. */
export interface DiffLine {
  readonly sign: ' ' | '+' | '-' | '@'
  /** Without its sign. */
  readonly text: string
  /** Null for context, and where it cannot be told. */
  readonly field: FieldChange | null
  readonly origin: Origin
  /** The text of the line that takes its place, or whose place it takes; null when there is no such line. */
  readonly other: string | null
}

/** The lines of a change's diff. Lines that take each other's place stand below each other. */
export function linesOf(change: Change): readonly DiffLine[] {
  const usual: Origin = change.origin === 'both' ? 'pull-request' : change.origin
  let origin: Origin = usual
  const lines = plain(change.diff)
    .trimEnd()
    .split('\n')
    .map((raw): DiffLine => {
      const sign = raw[0] === '+' || raw[0] === '-' || raw[0] === '@' ? raw[0] : ' '
      const text = sign === '@' ? raw : raw.slice(1)
      const isChanged = sign === '+' || sign === '-'
      const field = isChanged ? fieldOf(text, sign, change.fields) : null
      // A line of a block belongs to what began it.
      origin = field?.origin ?? (isChanged ? origin : usual)
      return { sign, text, field, origin, other: null }
    })
  return paired(lines)
}

/** The field that a changed line writes, by its name and value. */
function fieldOf(text: string, sign: '+' | '-', fields: readonly FieldChange[]): FieldChange | null {
  const { key, value } = keyOf(text)
  const candidates = fields.filter(field => {
    const last = unescaped(field.path.slice(field.path.lastIndexOf('/') + 1))
    return key === null ? /^\d+$/.test(last) : last === key
  })
  const side = (field: FieldChange) => (sign === '+' ? field.after : field.before)
  return candidates.find(field => fits(side(field), value)) ?? null
}

function keyOf(text: string): { readonly key: string | null; readonly value: string } {
  const [, key, value = ''] = /^\s*(?:- )*(?:"?([^\s":]+)"?:(?=\s|$))?\s*(.*)$/.exec(text) ?? []
  return { key: key ?? null, value }
}

function fits(value: unknown, written: string): boolean {
  if (value === null || value === undefined) return false
  // Its content follows on lines of its own.
  if (typeof value === 'object') return written === '' || written === '{}' || written === '[]'
  const bare = written.replace(/^(["'])(.*)\1$/, '$2')
  return bare === (typeof value === 'string' ? value : JSON.stringify(value)) || /^[|>][-+\d]*$/.test(bare)
}

/** `-a -b +a +b` as `-a +a -b +b`, where each writes the field of the other. */
function paired(lines: readonly DiffLine[]): readonly DiffLine[] {
  const out: DiffLine[] = []
  for (let at = 0; at < lines.length; ) {
    const gone = runFrom(lines, at, '-')
    const come = runFrom(lines, at + gone.length, '+')
    if (gone.length === 0) {
      out.push(lines[at++]!)
      continue
    }
    at += gone.length + come.length
    const isPair = gone.length === come.length && gone.every((line, index) => sameField(line, come[index]!))
    if (!isPair) out.push(...gone, ...come)
    else {
      out.push(
        ...gone.flatMap((line, index) => {
          const next = come[index]!
          return [
            { ...line, other: next.text },
            { ...next, other: line.text },
          ]
        }),
      )
    }
  }
  return out
}

function runFrom(lines: readonly DiffLine[], from: number, sign: '+' | '-'): readonly DiffLine[] {
  let end = from
  while (lines[end]?.sign === sign) end++
  return lines.slice(from, end)
}

function sameField(a: DiffLine, b: DiffLine): boolean {
  const indentOf = ({ text }: DiffLine) => /^[\s-]*/.exec(text)?.[0].length
  return keyOf(a.text).key === keyOf(b.text).key && indentOf(a) === indentOf(b)
}
