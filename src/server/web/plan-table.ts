import { utc } from '../../model/phrase.ts'
import { isPlanned, summaryPhrase } from '../report/counts.ts'
import type { Outline } from '../report/outline.ts'
import { type Column, columnsOf, title } from '../report/table.ts'
import { applicationAnchor, type ApplicationView } from '../report/view.ts'
import { type Html, html } from './html.ts'
import type { PlanPage } from './plan-shown.ts'

/** All applications at a glance. */
export function planTable({ view, outlines }: PlanPage): Html {
  const columns = columnsOf(view.applications)
  const titles = ['Application', 'Cluster', ...columns.map(title), 'Drift', 'Risk']
  const rows = view.applications.map(
    (it, index) => html`<tr>
<td><a href="#${applicationAnchor(it)}">${it.application}</a></td><td class="on">${it.cluster}</td>${cells(it, outlines[index] ?? null, columns)}</tr>
`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Applications"><table class="overview plans">
<thead><tr>${titles.map(it => html`<th scope="col">${it}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function cells(it: ApplicationView, outline: Outline | null, columns: readonly Column[]): Html {
  if (!isPlanned(it) || !outline) {
    return html`<td class="risks" colspan="${columns.length + 2}">${stateOf(it.status)}</td>`
  }
  const { summary } = outline.plan
  const risks =
    riskCell(outline) ?? (outline.objects === 0 && html`<span class="narrow-only quiet">no changes</span>`)
  return html`${columns.map(column => numberCell(column, summary[column]))}${numberCell('drift', outline.drifted)}<td class="risks">${risks}</td>`
}

/** On a phone there are no columns: each count names itself, and none is told that is zero. */
function numberCell(what: Column | 'drift', amount: number): Html {
  return html`<td class="number ${amount === 0 ? 'zero' : what}" data-what="${what}">${amount}</td>`
}

function riskCell({ risks: [worst], riskCount }: Outline): Html | null {
  if (!worst) return null
  const text = worst.message.replaceAll('`', '')
  return html`<span class="risk ${worst.severity}">${worst.severity}</span> ${text}${riskCount > 1 && ` +${riskCount - 1}`}`
}

export function stateOf(status: ApplicationView['status']): string {
  switch (status.kind) {
    case 'pending':
      return 'planning'
    case 'failed':
      return 'cannot be planned'
    case 'offline':
      return status.lastSeen ? `agent offline since ${utc(status.lastSeen)}` : 'no agent yet'
    case 'planned':
      return summaryPhrase(status.plan)
  }
}
