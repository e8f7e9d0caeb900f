import type { Change } from '../../model/plan.ts'
import { objectNameInText } from '../report/object-name.ts'
import type { ObjectLine } from '../report/outline.ts'
import { actionBadge, originBadge } from './change-panel.ts'
import { type Html, html } from './html.ts'

/** An object in its place on a plan's page. */
export interface ListedObject {
  /** Index of its application in the plan. */
  readonly application: number
  /** Counts from 0 in its application. */
  readonly position: number
  readonly line: ObjectLine
  /** Null where only the list is read. */
  readonly change: Change | null
}

export type ObjectPlace = Pick<ListedObject, 'application' | 'position'>

/** `2-17`: unique on the page. */
export function objectKey({ application, position }: ObjectPlace): string {
  return `${application}-${position}`
}

/** Fragment of an object on its plan's page. */
export function objectAnchor(place: ObjectPlace): string {
  return `o${objectKey(place)}`
}

/** Page of one object. `plan` is the unguessable id of a plan's page. */
export function objectUrl(plan: string, place: ObjectPlace): string {
  return `/plans/${plan}/objects/${objectKey(place)}`
}

/** One object of the list: open with what is inside, or folded, with a link to that. */
export function objectRow(
  it: ListedObject,
  page: { readonly plan: string; readonly style: string },
  inside: Html | null,
): Html {
  const { line } = it
  // There are thousands of these: what is not written need not be read.
  const marks = html`${line.origin !== 'pull-request' && html` data-origin="${line.origin}"`}${line.severity && html` data-risk="${line.severity}"`}${inside ? html` open` : null}`
  const content =
    inside ??
    html`<a class="more" href="${objectUrl(page.plan, it)}?diff=${page.style}">Show what changes</a>`
  return html`<details class="change" id="${objectAnchor(it)}" data-action="${line.action}"${marks}><summary>${actionBadge(line.action)} <b>${objectNameInText(line.id)}</b>${spaced(originBadge(line.origin))}${spaced(riskBadge(line))}${spaced(lineCounts(line))}</summary><div class="inside">${content}</div></details>
`
}

function spaced(it: Html | null): Html | null {
  return it && html` ${it}`
}

function riskBadge({ severity, risks }: ObjectLine): Html | null {
  if (severity === null) return null
  return html`<span class="risk ${severity}">${severity} risk<span class="codes">: ${risks.slice(0, 3).join(', ').replaceAll('-', ' ')}</span></span>`
}

function lineCounts({ added, removed }: ObjectLine): Html | null {
  if (added + removed === 0) return null
  return html`<span class="lines-changed"><i class="added">+${added}</i> <i class="removed">−${removed}</i></span>`
}
