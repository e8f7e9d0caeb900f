import { capitalised, shortRevision, utc } from '../../model/phrase.ts'
import { oldestLive } from '../report/comment.ts'
import { headline, isPlanned } from '../report/counts.ts'
import type { PullRequestView } from '../report/view.ts'
import { isFiltered } from './filter.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'
import type { ListedObject } from './objects.ts'
import { problems } from './plan-problems.ts'
import { jumpList, objectSections } from './plan-sections.ts'
import { mostUnfolded, objectsIn, type PlanOptions, type PlanPage } from './plan-shown.ts'
import { planTable } from './plan-table.ts'
import { filterForm, keyHelp, styleSwitch } from './plan-tools.ts'

/** Up to as many have their names beside the page. */
const mostNamed = 200

export function planPage(page: PlanPage, options: PlanOptions): Page {
  const { view } = page
  const pending = view.applications.some(it => it.status.kind === 'pending') || view.replanning !== null
  const total = objectsIn(page)
  return {
    title: `Plumbline: ${headline(view)}`,
    body: planBody(page, options),
    // Whoever reads a long list should not lose the place every few seconds.
    refreshAfter: pending && !isFiltered(options.filter) ? (total > mostUnfolded ? 30 : 5) : null,
    isInteractive: true,
    isWide: true,
  }
}

async function* planBody(page: PlanPage, options: PlanOptions): AsyncGenerator<Html> {
  const { view, pullRequest } = page
  const total = objectsIn(page)
  yield html`
<h1>${capitalised(headline(view))}</h1>
<p class="lead">${provenance(view)}</p>
${pullRequest && html`<p><a href="${pullRequest.url}">Pull request ${view.number}</a>: ${pullRequest.title}</p>`}
${page.isOutdated && pullRequest && html`<p class="note">This plan was made again since. <a href="/plans/${pullRequest.page}">The newest one</a> is what a merge would do.</p>`}
${view.replanning && html`<p class="note">Planned again now: ${view.replanning.replaceAll('`', '')}</p>`}
${view.forkAwaitsMaintainer && html`<p class="note">Nothing of a fork is rendered before a maintainer comments <code>/plumbline plan</code> on the pull request, for exactly this commit.</p>`}
${view.problems.length > 0 && html`<h2 class="unseen">Configuration</h2>${problems('The configuration cannot be used', view.problems)}`}
${view.applications.length > 0 && planTable(page)}
`
  if (view.applications.length === 0) return
  const named = total <= mostNamed ? await listed(page) : []
  yield html`<div class="tools">${total > 0 && filterForm(options, total)}${styleSwitch(options)}</div>
${total > 0 && keyHelp}
<div class="beside">${jumpList(page, named)}<div class="objects" data-plan="${page.id}" data-diff="${options.style}">
`
  yield* objectSections(page, options)
  yield html`</div></div>`
}

async function listed(page: PlanPage): Promise<readonly ListedObject[]> {
  const all: ListedObject[] = []
  for await (const some of page.objects()) all.push(...some)
  return all
}

function provenance(view: PullRequestView): Html {
  const live = oldestLive(view)
  const made = view.applications.some(isPlanned)
  return html`${made ? 'Plan' : 'A plan'} for <code>${shortRevision(view.head)}</code> merged onto <code>${view.baseRef}</code> at <code>${shortRevision(view.base)}</code>${live && html`, live as of ${utc(live)}`}`
}
