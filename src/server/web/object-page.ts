import type { Change } from '../../model/plan.ts'
import { objectNameInText } from '../report/object-name.ts'
import { actionBadge, changeBody, originBadge } from './change-panel.ts'
import type { DiffStyle } from './diff-view.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'
import { objectAnchor, type ObjectPlace, objectUrl } from './objects.ts'
import type { PlanPage } from './plan-shown.ts'

/** One object of a plan by itself: what a folded one leads to where no script runs. */
export function objectPage(
  page: PlanPage,
  it: ObjectPlace & { readonly change: Change },
  style: DiffStyle,
): Page {
  const { application, position, change } = it
  const { application: name, cluster } = page.view.applications[application]!
  const neighbour = (at: number, label: string) =>
    at >= 0 &&
    at < (page.outlines[application]?.objects ?? 0) &&
    html`<a href="${objectUrl(page.id, { application, position: at })}?diff=${style}">${label}</a>`
  const other = style === 'split' ? 'unified' : 'split'
  return {
    title: `Plumbline: ${objectNameInText(change.id)}`,
    body: html`
<nav class="way" aria-label="Way back"><a href="/plans/${page.id}?diff=${style}#${objectAnchor(it)}">The whole plan</a>
${neighbour(position - 1, 'Previous object')} ${neighbour(position + 1, 'Next object')}</nav>
<h1>${objectNameInText(change.id)}</h1>
<p class="lead">${actionBadge(change.action)} ${originBadge(change.origin)} in ${name} on ${cluster}</p>
<p><a href="?diff=${other}">${other === 'split' ? 'Side by side' : 'Unified'}</a></p>
<div class="change"><div class="inside">${changeBody(change, page.view.headUrl, style)}</div></div>`,
    refreshAfter: null,
    isWide: true,
  }
}
