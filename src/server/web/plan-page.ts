import type { Plan } from '../../model/plan.ts'
import { formatProblem, type Problem } from '../../model/problem.ts'
import { driftedObjects, headline, isPlanned, risksOf, summaryPhrase } from '../report/counts.ts'
import { oldestLive } from '../report/comment.ts'
import { type Column, columnsOf, title } from '../report/table.ts'
import { capitalised, shortRevision, utc } from '../../model/phrase.ts'
import { type ApplicationView, applicationAnchor, type PullRequestView } from '../report/view.ts'
import { changePanel } from './change-panel.ts'
import type { DiffStyle } from './diff-view.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

/** A plan as it is shown under its unguessable address. */
export interface PlanPage {
  readonly view: PullRequestView
  /** What the page leads back to; null for a plan without pull request. */
  readonly pullRequest: { readonly title: string; readonly url: string } | null
}

export function planPage({ view, pullRequest }: PlanPage, style: DiffStyle): Page {
  const pending = view.applications.some(it => it.status.kind === 'pending') || view.replanning !== null
  const body = html`
<h1>${capitalised(headline(view))}</h1>
<p class="lead">${provenance(view)}</p>
${pullRequest && html`<p><a href="${pullRequest.url}">Pull request ${view.number}</a>: ${pullRequest.title}</p>`}
${view.replanning && html`<p class="note">Planned again now: ${view.replanning.replaceAll('`', '')}</p>`}
${view.problems.length > 0 && problems('The configuration cannot be used', view.problems)}
${view.applications.length > 0 && overview(view.applications)}
${styleSwitch(style)}
${view.applications.map(it => application(it, view, style))}
`
  return { title: `Plumbline: ${headline(view)}`, body, refreshAfter: pending ? 5 : null }
}

function provenance(view: PullRequestView): Html {
  const live = oldestLive(view)
  return html`Plan for <code>${shortRevision(view.head)}</code> merged onto <code>${view.baseRef}</code> at <code>${shortRevision(view.base)}</code>${live && html`, live as of ${utc(live)}`}`
}

function overview(applications: readonly ApplicationView[]): Html {
  const columns = columnsOf(applications)
  const rows = applications.map(it => {
    const plan = isPlanned(it) ? it.status.plan : null
    const cells = plan
      ? html`${columns.map(column => numberCell(column, plan.summary[column]))}${numberCell('drift', driftedObjects(plan))}<td class="risks">${riskCell(plan) ?? (plan.changes.length === 0 && html`<span class="narrow-only quiet">no changes</span>`)}</td>`
      : html`<td class="risks" colspan="${columns.length + 2}">${stateOf(it.status)}</td>`
    return html`<tr>
<td><a href="#${applicationAnchor(it)}">${it.application}</a></td><td class="on">${it.cluster}</td>${cells}</tr>`
  })
  const titles = ['Application', 'Cluster', ...columns.map(title), 'Drift', 'Risk']
  return html`<div class="scroll"><table class="overview plans">
<thead><tr>${titles.map(it => html`<th>${it}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`
}

/** On a phone there are no columns: each count names itself, and none is told that is zero. */
function numberCell(what: Column | 'drift', amount: number): Html {
  return html`<td class="number ${amount === 0 ? 'zero' : what}" data-what="${what}">${amount}</td>`
}

function stateOf(status: ApplicationView['status']): string {
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

function riskCell(plan: Plan): Html | null {
  const [worst, ...others] = risksOf(plan)
  if (!worst) return null
  return html`<span class="risk ${worst.severity}">${worst.severity}</span> ${worst.message.replaceAll('`', '')}${others.length > 0 && ` +${others.length}`}`
}

function styleSwitch(current: DiffStyle): Html {
  const choice = (style: DiffStyle, label: string): Html =>
    style === current
      ? html`<strong aria-current="true">${label}</strong>`
      : html`<a href="?diff=${style}">${label}</a>`
  return html`<nav class="switch" aria-label="How differences are shown">${choice('unified', 'Unified')}${choice('split', 'Side by side')}</nav>`
}

function application(it: ApplicationView, view: PullRequestView, style: DiffStyle): Html {
  return html`<section class="application" id="${decodeURIComponent(applicationAnchor(it))}">
<h2>${it.application} <span class="quiet">on</span> ${it.cluster} <small>${stateOf(it.status)}</small></h2>
${applicationBody(it, view, style)}
</section>`
}

function applicationBody(it: ApplicationView, view: PullRequestView, style: DiffStyle): Html {
  const { status } = it
  switch (status.kind) {
    case 'failed':
      return problems('Cannot be planned', status.problems)
    case 'pending':
      return html`<p class="quiet">The agent of ${it.cluster} is at it. This page refreshes by itself.</p>`
    case 'offline':
      return html`<p class="note">No agent of ${it.cluster} answers. It is planned as soon as the agent is back.</p>`
    case 'planned':
      return plannedBody(status.plan, view, style)
  }
}

/** Drift apart: what the merge would undo although nobody asked for it in the pull request. */
function plannedBody(plan: Plan, view: PullRequestView, style: DiffStyle): Html {
  if (plan.changes.length === 0) {
    return html`<p class="quiet">The cluster is what the merge would make it: ${plan.summary.unchanged} objects stay as they are.</p>`
  }
  const put = plan.changes.filter(change => change.origin === 'drift')
  const meant = plan.changes.filter(change => change.origin !== 'drift')
  return html`
${meant.map(change => changePanel(change, view.headUrl, style))}
${put.length > 0 && html`<h3>Already drifted, and put back by this merge</h3>`}
${put.map(change => changePanel(change, view.headUrl, style))}
<p class="quiet">${plan.summary.unchanged} objects stay as they are.</p>`
}

function problems(title: string, list: readonly Problem[]): Html {
  return html`<div class="problems"><h3>${title}</h3><ul>${list.map(it => html`<li><pre>${formatProblem(it)}</pre></li>`)}</ul></div>`
}
