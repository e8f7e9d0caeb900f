import type { Change } from '../../model/plan.ts'
import { fieldName } from '../../server/report/field.ts'
import type { Paint, Style } from './colour.ts'
import { type DiffLine, linesOf } from './diff-origins.ts'
import { plain } from './plain.ts'

/**
 * A diff in colours: what goes and what comes, with the part of a line that differs set off; what had drifted in a colour of its own;
 * and each run that is left out with the place in the object at which it goes on.
 */
export function diffLines(change: Change, paint: Paint): readonly string[] {
  if (change.diff === '') return []
  const lines = linesOf(change)
  const changed = lines.filter(it => it.sign === '+' || it.sign === '-')
  const isMixed = new Set(changed.map(it => it.origin === 'drift')).size > 1
  return lines.map((line, at) => {
    if (line.sign === '@') return paint('dim', runText(line.text, lines.slice(at + 1), change))
    if (line.sign === ' ') return paint('dim', `  ${line.text}`)
    const isDrift = line.origin === 'drift'
    const style: Style = isDrift ? 'yellow' : line.sign === '+' ? 'green' : 'red'
    const note = isDrift && isMixed ? paint('yellow', '  ← drift') : ''
    return `${paint(style, `${line.sign} `)}${emphasised(line, { paint, style })}${note}`
  })
}

/** `… 15 unchanged lines, in spec.template.spec.containers[0]` */
function runText(text: string, following: readonly DiffLine[], { fields }: Change): string {
  const run = /^@@ (.*) @@$/.exec(text)?.[1] ?? text
  const end = following.findIndex(it => it.sign === '@')
  const hunk = following.slice(0, end < 0 ? undefined : end)
  if (hunk.every(it => it.sign === ' ')) return `… ${run}`
  const field = hunk.find(it => it.field)?.field
  // Lines of a list that changed as a whole write no field of their own.
  const pointer = field
    ? field.path.slice(0, field.path.lastIndexOf('/'))
    : fields.length === 1
      ? fields[0]!.path
      : ''
  return pointer === '' ? `… ${run}` : `… ${run}, in ${plain(fieldName(pointer))}`
}

function emphasised(
  { text, other }: DiffLine,
  { paint, style }: { readonly paint: Paint; readonly style: Style },
): string {
  if (other === null) return paint(style, text)
  const from = commonLength(text, other, at => at)
  const rest = other.slice(from)
  const to = text.length - commonLength(text.slice(from), rest, (at, length) => length - 1 - at)
  const inside = paint('bold', paint(style, text.slice(from, to)))
  return paint(style, text.slice(0, from)) + inside + paint(style, text.slice(to))
}

/** How many characters are the same, looked at in the order that `index` gives. */
function commonLength(a: string, b: string, index: (at: number, length: number) => number): number {
  let at = 0
  while (at < a.length && at < b.length && a[index(at, a.length)] === b[index(at, b.length)]) at++
  return at
}
