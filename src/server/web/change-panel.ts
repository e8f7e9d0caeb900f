import type { Change, FieldChange } from '../../model/plan.ts'
import { formatProblem } from '../../model/problem.ts'
import { urlPath } from '../report/escape.ts'
import { fieldName } from '../report/field.ts'
import { objectNameInText } from '../report/object-name.ts'
import { utc } from '../../model/phrase.ts'
import { type DiffStyle, diffView } from './diff-view.ts'
import { type Html, html } from './html.ts'

/** One object: what is done to it, why that is a risk, what had drifted, and the diff. */
export function changePanel(change: Change, filesUrl: string | null, style: DiffStyle): Html {
  return html`<details class="change" open>
<summary>${actionBadge(change.action)} <b>${objectNameInText(change.id)}</b> ${originBadge(change.origin)}</summary>
<div class="inside">${changeBody(change, filesUrl, style)}</div>
</details>`
}

/** What is told of an object below its name. */
export function changeBody(change: Change, filesUrl: string | null, style: DiffStyle): Html {
  const { risks, note, error } = change
  // What another object takes the place of is told with that one.
  const hasDiff = change.diff !== '' || !(error || change.pairedWith)
  return html`
${sourceLink(change, filesUrl)}
${risks.map(risk => html`<p><span class="risk ${risk.severity}">${risk.severity}</span> ${risk.message.replaceAll('`', '')}</p>`)}
${note && html`<p class="quiet">${note}</p>`}
${error && html`<pre class="error">${formatProblem(error)}</pre>`}
${driftTable(change.fields)}
${hasDiff && diffView(change.diff, style)}
`
}

export function actionBadge(action: Change['action']): Html {
  return html`<span class="action ${action}">${actionWords[action]}</span>`
}

export const actionWords: Readonly<Record<Change['action'], string>> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  delete: 'delete',
  adopt: 'adopt',
  error: 'error',
  'leave-behind': 'left behind',
}

export function originBadge(origin: Change['origin']): Html | null {
  if (origin === 'pull-request') return null
  return html`<span class="badge">${origin === 'drift' ? 'drift only' : 'also drifted'}</span>`
}

function sourceLink({ source }: Change, filesUrl: string | null): Html | null {
  if (!source) return null
  const place = `${source.file}${source.line === null ? '' : `:${source.line}`}`
  const line = source.line === null ? '' : `#L${source.line}`
  return html`<p class="source">${
    filesUrl === null
      ? html`<code>${place}</code>`
      : html`<a href="${`${filesUrl}/${urlPath(source.file)}${line}`}">${place}</a>`
  }</p>`
}

function driftTable(fields: readonly FieldChange[]): Html | null {
  const moved = fields.filter(field => field.origin !== 'pull-request')
  if (moved.length === 0) return null
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What had drifted"><table class="drift">
<thead><tr><th scope="col">Changed on the cluster</th><th scope="col">It is</th><th scope="col">Becomes</th><th scope="col">By</th><th scope="col">When</th></tr></thead>
<tbody>${moved.map(
    field =>
      html`<tr><td><code>${fieldName(field.path)}</code></td><td><code>${shown(field.before)}</code></td><td><code>${shown(field.after)}</code></td><td>${[field.user, field.manager].filter(it => it).join(', with ')}</td><td>${field.managedAt && utc(field.managedAt)}</td></tr>`,
  )}</tbody></table></div>`
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
