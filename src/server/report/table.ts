import type { Plan } from '../../model/plan.ts'
import { driftedObjects, isPlanned, risksOf } from './counts.ts'
import { cell, lightName, link, sentence, shorten } from './escape.ts'
import type { Piece } from './fit.ts'
import { applicationAnchor, type ApplicationView, type PullRequestView } from './view.ts'

const everyColumn = ['create', 'update', 'replace', 'delete', 'adopt', 'error'] as const
export type Column = (typeof everyColumn)[number]

/** The table of applications, whole or, for hundreds of them, cut to the first rows. */
export function applicationTable(view: PullRequestView): Piece {
  const { applications } = view
  if (applications.length === 0) return { forms: [''] }
  const columns = applications.some(isPlanned) ? [...columnsOf(applications), 'drift' as const] : []
  const titles = ['Application', 'Cluster', ...columns.map(title), columns.length > 0 ? 'Risk' : 'State']
  const head = [row(titles), `|${'---|'.repeat(2)}${'--:|'.repeat(columns.length)}---|`]
  const rows = applications.map(it => row([...names(it, view.planUrl), ...cells(it, columns)]))
  const cut = (length: number): string =>
    [...head, ...rows.slice(0, length), ...(length < rows.length ? [more(rows.length - length, titles)] : [])]
      .join('\n')
      .concat('\n')
  const lengths = [5, 20, 50, 100, 200].filter(length => length < rows.length)
  const [shortest, ...longer] = [...lengths, rows.length].map(cut)
  return { forms: [shortest ?? '', ...longer] }
}

/** The counts that are worth a column: the rare ones only where they occur, for a comment is not wide. */
export function columnsOf(applications: readonly ApplicationView[]): readonly Column[] {
  const occurs = (column: Column): boolean =>
    applications.some(it => isPlanned(it) && it.status.plan.summary[column] > 0)
  const rare = new Set<Column>(['replace', 'adopt', 'error'])
  return everyColumn.filter(column => !rare.has(column) || occurs(column))
}

export function title(column: Column | 'drift'): string {
  return column.charAt(0).toUpperCase() + column.slice(1)
}

export function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`
}

function more(hidden: number, titles: readonly string[]): string {
  return row([`… and ${hidden} more`, ...titles.slice(1).map(() => '')])
}

function names(view: ApplicationView, planUrl: string | null): readonly string[] {
  const label = lightName(view.application)
  return [planUrl ? link(label, `${planUrl}#${applicationAnchor(view)}`) : label, lightName(view.cluster)]
}

function cells(view: ApplicationView, columns: readonly (Column | 'drift')[]): readonly string[] {
  const { status } = view
  const without = (text: string): readonly string[] => [...columns.map(() => ''), text]
  switch (status.kind) {
    case 'planned':
      return [...columns.map(column => String(amount(status.plan, column))), riskCell(status.plan)]
    case 'pending':
      return without('planning')
    case 'failed':
      return without('cannot be planned')
    case 'offline':
      return without(status.lastSeen ? 'agent offline' : 'no agent yet')
  }
}

function amount(plan: Plan, column: Column | 'drift'): number {
  return column === 'drift' ? driftedObjects(plan) : plan.summary[column]
}

/** The worst, in few words: high ones are told in full below the table, and all of them with their objects. */
function riskCell(plan: Plan): string {
  const risks = risksOf(plan)
  const [worst] = risks
  if (!worst) return ''
  const text = sentence(shorten(worst.message, 60))
  const others = risks.length > 1 ? ` +${risks.length - 1}` : ''
  return `${worst.severity === 'high' ? `**high**: ${text}` : text}${others}`
}
