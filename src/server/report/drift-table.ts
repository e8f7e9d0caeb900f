import type { DriftSeverity } from '../../model/drift-settings.ts'
import type { ObjectId } from '../../model/identity.ts'
import { count, utc } from '../../model/phrase.ts'
import type { Change, FieldChange } from '../../model/plan.ts'
import { code, sentence, shorten } from './escape.ts'
import { fieldName, fieldValue } from './field.ts'
import type { Piece } from './fit.ts'
import { objectName } from './object-name.ts'
import { row } from './table.ts'

/** By object; what is missing weighs low. */
export type Severities = Readonly<Record<ObjectId, DriftSeverity>>

const rank = { high: 0, low: 1, none: 2 } as const

export function mostImportantFirst(changes: readonly Change[], severities: Severities): readonly Change[] {
  return changes.toSorted((a, b) => rank[severities[a.id] ?? 'low'] - rank[severities[b.id] ?? 'low'])
}

/** From so many objects on they are counted by kind first. */
const manyObjects = 10

/** How many of which kind, for when nobody reads them one by one. */
export function kindTable(changes: readonly Change[]): Piece {
  if (changes.length <= manyObjects) return { forms: [''] }
  const kinds = Map.groupBy(changes, it => kindOf(it.id))
  const lines = [...kinds]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([kind, all]) => {
      const missing = all.filter(it => it.action === 'create').length
      const extra = all.filter(isNotInGit).length
      const amounts = [all.length, all.length - missing - extra, missing, extra]
      return row([kind, ...amounts.map(it => (it === 0 ? '' : String(it)))])
    })
  const head = [row(['Kind', 'Objects', 'Differ', 'Missing', 'Not in Git']), '|---|--:|--:|--:|--:|']
  const write = (length: number): string =>
    [
      ...head,
      ...lines.slice(0, length),
      ...(length < lines.length
        ? [row([`… and ${count(lines.length - length, 'more kind')}`, '', '', '', ''])]
        : []),
    ].join('\n')
  return { forms: lines.length > 10 ? [write(5), write(30)] : [write(lines.length)] }
}

/** What was left behind stays until somebody deletes it; it is there as much. */
function isNotInGit({ action }: Change): boolean {
  return action === 'delete' || action === 'leave-behind'
}

function kindOf(id: ObjectId): string {
  const kind = id.split('/')[1] ?? ''
  return /^[A-Za-z][A-Za-z0-9]{0,79}$/.test(kind) ? kind : code(shorten(kind, 80))
}

/** What everybody sees at once. */
const firstRows = 30

export function driftTable(changes: readonly Change[], severities: Severities): Piece {
  if (changes.length === 0) return { forms: [''] }
  const rows = changes.flatMap(it => rowsOf(it, severities))
  const most = Math.min(rows.length, firstRows)
  const lengths = [0, 3, 10].filter(length => length < most)
  const [shortest = '', ...longer] = [...lengths, most].map(length => tableOf(rows, 0, length))
  return { forms: [shortest, ...longer] }
}

/** Those that {@link driftTable} counts only, folded. */
export function driftTableOfRest(changes: readonly Change[], severities: Severities): Piece {
  const rows = changes.flatMap(it => rowsOf(it, severities))
  const left = rows.length - firstRows
  if (left <= 0) return { forms: [''] }
  const fold = (length: number): string =>
    `<details><summary>${length < left ? `The next ${length}` : `The other ${left}`}</summary>\n\n${tableOf(rows, firstRows, firstRows + length)}\n\n</details>`
  const lengths = [50, 100, 200].filter(length => length < left)
  return { forms: ['', ...[...lengths, left].map(fold)] }
}

/** Markdown, by column. */
interface Cells {
  readonly object: string
  readonly field?: string
  readonly git?: string
  readonly cluster?: string
  readonly by?: string
  readonly when?: string
}

const columns: readonly {
  readonly key: keyof Cells
  readonly title: string
  readonly optional?: true
}[] = [
  { key: 'object', title: 'Object' },
  { key: 'field', title: 'Field', optional: true },
  { key: 'git', title: 'Git says' },
  { key: 'cluster', title: 'Cluster has' },
  { key: 'by', title: 'Changed by', optional: true },
  { key: 'when', title: 'When', optional: true },
]

function tableOf(rows: readonly Cells[], from: number, to: number): string {
  // The cluster does not keep who deleted what, and keeps no time for some writes.
  const used = columns.filter(it => !it.optional || rows.some(cells => cells[it.key]))
  const line = (cells: Cells): string => row(used.map(it => cells[it.key] ?? ''))
  return [
    row(used.map(it => it.title)),
    `|${'---|'.repeat(used.length)}`,
    ...rows.slice(from, to).map(line),
    ...(to < rows.length ? [line({ object: `… and ${rows.length - to} more` })] : []),
  ].join('\n')
}

function rowsOf(change: Change, severities: Severities): readonly Cells[] {
  const about = { object: `${objectName(change.id)}${severityWords[severities[change.id] ?? 'low']}` }
  if (change.action === 'create')
    return [{ ...about, git: 'exists', cluster: '**missing**', ...deletion(change) }]
  if (isNotInGit(change)) return [{ ...about, git: 'nothing', cluster: '**exists**' }]
  if (change.fields.length === 0) return [{ ...about, cluster: verdict(change) }]
  return change.fields.map(field => ({
    ...about,
    field: code(shorten(fieldName(field.path), 160)),
    git: fieldValue(field.after),
    cluster: fieldValue(field.before),
    by: writerOf(field),
    when: field.managedAt ? utc(field.managedAt) : '',
  }))
}

function deletion({ deletedBy }: Change): Pick<Cells, 'by' | 'when'> {
  return deletedBy ? { by: code(shorten(deletedBy.user, 80)), when: utc(deletedBy.at) } : {}
}

const severityWords = { high: ' **high**', low: '', none: ' (severity none)' } as const

/** The person where an audit log names one, and the field manager. */
function writerOf(field: FieldChange): string {
  const manager = field.manager ? code(shorten(field.manager, 80)) : ''
  if (!field.user) return manager
  return `${code(shorten(field.user, 80))}${manager ? ` with ${manager}` : ''}`
}

function verdict(change: Change): string {
  return change.error ? sentence(shorten(change.error.message, 200)) : 'differs'
}
