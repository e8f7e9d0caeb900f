import { objectNameInText } from '../report/object-name.ts'
import { applicationAnchor, type ApplicationView } from '../report/view.ts'
import { actionWords, changeBody } from './change-panel.ts'
import { createSearch, fits, isFiltered } from './filter.ts'
import { type Html, html } from './html.ts'
import { type ListedObject, objectAnchor, objectKey, objectRow } from './objects.ts'
import { found, problems } from './plan-problems.ts'
import { mostUnfolded, objectsIn, type PlanOptions, type PlanPage } from './plan-shown.ts'
import { stateOf } from './plan-table.ts'

/** UTF-16 code units of changes that are sent unfolded; what is beyond is a link away. */
const mostInside = 200_000

/** Every application with its objects, as they come from the store. */
export async function* objectSections(page: PlanPage, options: PlanOptions): AsyncGenerator<Html> {
  const { filter } = options
  const { applications } = page.view
  const total = objectsIn(page)
  const filtered = isFiltered(filter)
  let shown = 0
  let next = 0
  let isOpen = false
  let inDrift = false
  /** Those without objects in between have something to say too, unless it is objects that are looked for. */
  function* sectionsUntil(index: number): Generator<Html> {
    for (let at = filtered ? index : next; at <= index; at += 1) {
      yield html`${isOpen && sectionEnd}${sectionStart(applications[at]!)}`
      isOpen = true
    }
    next = index + 1
    inDrift = false
  }
  for await (const some of matching(page, options)) {
    const inside = await insideOf(page, options, some, filtered ? shown + some.length : total)
    for (const it of some) {
      if (it.application >= next) yield* sectionsUntil(it.application)
      if (it.line.origin === 'drift' && !inDrift) {
        inDrift = true
        yield html`<h3>Already drifted, and put back by this merge</h3>`
      }
      yield objectRow(it, { plan: page.id, style: options.style }, inside.get(objectKey(it)) ?? null)
      shown += 1
    }
  }
  if (!filtered && next < applications.length) yield* sectionsUntil(applications.length - 1)
  if (isOpen) yield sectionEnd
  if (filtered) yield found(shown, total)
}

const sectionEnd = html`</section>
`

async function* matching(page: PlanPage, { filter }: PlanOptions): AsyncGenerator<readonly ListedObject[]> {
  if (filter.search === '') {
    for await (const some of page.objects()) {
      const left = some.filter(it => fits(it.line, filter))
      if (left.length > 0) yield left
    }
    return
  }
  const occurs = createSearch(filter.search)
  for await (const some of page.objectsInFull()) {
    const left = some.filter(it => {
      const { application, cluster } = page.view.applications[it.application]!
      return fits(it.line, filter) && occurs({ application, cluster, line: it.line, change: it.change })
    })
    if (left.length > 0) yield left
  }
}

/** What is unfolded from the start: everything, while that is little. By the object's key. */
async function insideOf(
  page: PlanPage,
  { style }: PlanOptions,
  objects: readonly ListedObject[],
  total: number,
): Promise<ReadonlyMap<string, Html>> {
  const inside = new Map<string, Html>()
  if (total > mostUnfolded) return inside
  let left = mostInside
  const fitting = objects.filter(it => (left -= it.line.size) >= 0)
  for (const [application, some] of Map.groupBy(fitting, it => it.application)) {
    const changes = await page.changes(
      application,
      some.map(it => it.position),
    )
    for (const it of changes) inside.set(objectKey(it), changeBody(it.change, page.view.headUrl, style))
  }
  return inside
}

function sectionStart(it: ApplicationView): Html {
  return html`<section class="application" id="${decodeURIComponent(applicationAnchor(it))}" aria-label="${it.application} on ${it.cluster}">
<h2>${it.application} <span class="quiet">on</span> ${it.cluster} <small>${stateOf(it.status)}</small></h2>
${about(it)}
`
}

function about({ status, cluster }: ApplicationView): Html {
  switch (status.kind) {
    case 'failed':
      return problems('Cannot be planned', status.problems)
    case 'pending':
      return html`<p class="quiet">The agent of ${cluster} is at it. This page refreshes by itself.</p>`
    case 'offline':
      return html`<p class="note">No agent of ${cluster} answers. It is planned as soon as the agent is back.</p>`
    case 'planned':
      return html`<p class="quiet">${unchanged(status.plan.summary.unchanged)}</p>`
  }
}

function unchanged(amount: number): string {
  return amount === 1 ? '1 object stays as it is.' : `${amount} objects stay as they are.`
}

/** Beside the page, where there is room: where everything is. */
export function jumpList({ view }: PlanPage, named: readonly ListedObject[]): Html {
  const byApplication = Map.groupBy(named, it => it.application)
  const objects = (index: number): Html | null => {
    const some = byApplication.get(index)
    if (!some) return null
    return html`<ul>${some.map(
      it =>
        html`<li><a href="#${objectAnchor(it)}"><span class="dot ${it.line.action}" title="${actionWords[it.line.action]}"></span>${objectNameInText(it.line.id)}</a></li>`,
    )}</ul>`
  }
  return html`<nav class="jump" aria-label="Applications and objects"><ul>${view.applications.map(
    (it, index) =>
      html`<li><a href="#${applicationAnchor(it)}"><b>${it.application}</b> on ${it.cluster}</a>${objects(index)}</li>`,
  )}</ul></nav>`
}
