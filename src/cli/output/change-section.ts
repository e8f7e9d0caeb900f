import type { Change, FieldChange } from '../../model/plan.ts'
import { markOf, namedIn } from './change-words.ts'
import { diffLines } from './diff-lines.ts'
import { fieldRow, fieldsBy } from './fields.ts'
import { plain } from './plain.ts'
import { columnsOf, padded, type Screen } from './screen.ts'

export interface SectionOptions {
  readonly namespace: string
  /** Whole objects that come or go are shown to their last line. */
  readonly full: boolean
}

/** One change in full: what it is, where it is written, its diff, and what had drifted. */
export function changeSection(
  change: Change,
  { namespace, full }: SectionOptions,
  screen: Screen,
): readonly string[] {
  const { paint } = screen
  const { drifted, both } = fieldsBy(change)
  return [
    headLine(change, namespace, screen),
    ...(change.note ? [`  ${paint('dim', plain(change.note))}`] : []),
    ...shortened(diffLines(change, paint), change, { full, screen }).map(line => `  ${line}`),
    ...moved('Had drifted in the cluster, and is put back:', drifted, screen),
    ...moved('Changed here, and by hand in the cluster before:', both, screen),
  ]
}

function headLine(change: Change, namespace: string, { paint, width }: Screen): string {
  const mark = markOf(change)
  const { kind, name } = namedIn(change, namespace)
  const head = `${paint(mark.style, mark.sign)} ${paint('bold', `${kind} ${name}`)} ${paint(mark.style, mark.verb)}`
  if (!change.source) return head
  const { file, line } = change.source
  const where = plain(line === null ? file : `${file}:${line}`)
  const room = (width ?? 0) - columnsOf(head) - where.length
  return `${head}${' '.repeat(Math.max(2, room))}${paint('dim', where)}`
}

const mostLines = { create: 40, delete: 8 } as const
const kept = { create: 30, delete: 0 } as const

/** An object that comes or goes is one block: of what comes, the first lines say what it is; what goes is known. */
function shortened(
  lines: readonly string[],
  { action, pairedWith }: Change,
  { full, screen }: { readonly full: boolean; readonly screen: Screen },
): readonly string[] {
  if (full || pairedWith != null || (action !== 'create' && action !== 'delete')) return lines
  if (lines.length <= mostLines[action]) return lines
  const shown = lines.slice(0, kept[action])
  const rest = `${lines.length - shown.length} ${shown.length === 0 ? 'lines' : 'more lines'}`
  return [...shown, screen.paint('dim', `… ${rest} (--full shows them)`)]
}

function moved(title: string, fields: readonly FieldChange[], { paint }: Screen): readonly string[] {
  if (fields.length === 0) return []
  const rows = fields.map(fieldRow)
  const columns = [0, 1].map(at => Math.max(...rows.map(row => row[at]?.length ?? 0)))
  return [
    `  ${paint('yellow', title)}`,
    ...rows.map(
      ([path, values, who]) =>
        `    ${`${padded(path, columns[0]!)}  ${paint('yellow', padded(values, columns[1]!))}  ${paint('dim', who)}`.trimEnd()}`,
    ),
  ]
}
