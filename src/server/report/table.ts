import type { Plan } from '../../model/plan.ts'
import { driftedObjects, isPlanned, risksOf } from './counts.ts'
import { cell, lightName, link, sentence, shorten } from './escape.ts'
import type { Piece } from './fit.ts'
import { utc } from '../../model/phrase.ts'
import { applicationAnchor, type ApplicationView, type PullRequestView } from './view.ts'

export type Column = 'create' | 'update' | 'replace' | 'delete' | 'adopt' | 'error'

/** The table of applications, whole or, for hundreds of them, cut to the first rows. */
export function applicationTable(view: PullRequestView): Piece {
  const { applications } = view
  if (applications.length === 0) return { forms: [''] }
  const columns = columnsOf(applications)
  const titles = ['Application', 'Cluster', ...columns.map(title), 'Drift', 'Risk']
  const head = [row(titles), `|${'---|'.repeat(2)}${'--:|'.repeat(columns.length + 1)}---|`]
  const rows = applications.map(it => row([...names(it, view.planUrl), ...cells(it, columns)]))
  const cut = (length: number): string =>
    [...head, ...rows.slice(0, length), ...(length < rows.length ? [more(rows.length - length, titles)] : [])]
      .join('\n')
      .concat('\n')
  const lengths = [5, 20, 50, 100, 200].filter(length => length < rows.length)
  const [shortest, ...longer] = [...lengths, rows.length].map(cut)
  return { forms: [shortest ?? '', ...longer] }
}

/** The counts that are worth a column: two of them only where they occur. */
export function columnsOf(applications: readonly ApplicationView[]): readonly Column[] {
  const occurs = (column: Column): boolean =>
    applications.some(it => isPlanned(it) && it.status.plan.summary[column] > 0)
  return ['create', 'update', 'replace', 'delete', ...(['adopt', 'error'] as const).filter(occurs)]
}

export function title(column: Column): string {
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

function cells(view: ApplicationView, columns: readonly Column[]): readonly string[] {
  const { status } = view
  const without = (text: string): readonly string[] => [...columns.map(() => ''), '', text]
  switch (status.kind) {
    case 'planned':
      return [
        ...columns.map(column => String(status.plan.summary[column])),
        String(driftedObjects(status.plan)),
        riskCell(status.plan),
      ]
    case 'pending':
      return without('planning')
    case 'failed':
      return without('cannot be planned')
    case 'offline':
      return without(status.lastSeen ? `agent offline since ${utc(status.lastSeen)}` : 'no agent yet')
  }
}

function riskCell(plan: Plan): string {
  const risks = risksOf(plan)
  const [worst] = risks
  if (!worst) return ''
  const text = sentence(shorten(worst.message, 100))
  const others = risks.length > 1 ? ` +${risks.length - 1}` : ''
  return `${worst.severity === 'high' ? `**high**: ${text}` : text}${others}`
}
