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
  const { action, risks, note, error } = change
  // What another object takes the place of is told with that one.
  const hasDiff = change.diff !== '' || !(error || change.pairedWith)
  return html`<details class="change" open id="${change.id}">
<summary><span class="action ${action}">${actionWords[action]}</span> <b>${objectNameInText(change.id)}</b> ${originBadge(change)} ${sourceLink(change, filesUrl)}</summary>
<div class="inside">
${risks.map(risk => html`<p><span class="risk ${risk.severity}">${risk.severity}</span> ${risk.message.replaceAll('`', '')}</p>`)}
${note && html`<p class="quiet">${note}</p>`}
${error && html`<pre class="error">${formatProblem(error)}</pre>`}
${driftTable(change.fields)}
${hasDiff && diffView(change.diff, style)}
</div>
</details>`
}

const actionWords: Readonly<Record<Change['action'], string>> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  delete: 'delete',
  adopt: 'adopt',
  error: 'error',
  'leave-behind': 'left behind',
}

function originBadge({ origin }: Change): Html | null {
  if (origin === 'pull-request') return null
  return html`<span class="badge">${origin === 'drift' ? 'drift only' : 'also drifted'}</span>`
}

function sourceLink({ source }: Change, filesUrl: string | null): Html | null {
  if (!source) return null
  const place = `${source.file}${source.line === null ? '' : `:${source.line}`}`
  if (!filesUrl) return html`<code>${place}</code>`
  const line = source.line === null ? '' : `#L${source.line}`
  return html`<a class="source" href="${`${filesUrl}/${urlPath(source.file)}${line}`}">${place}</a>`
}

function driftTable(fields: readonly FieldChange[]): Html | null {
  const moved = fields.filter(field => field.origin !== 'pull-request')
  if (moved.length === 0) return null
  return html`<div class="scroll"><table class="drift">
<thead><tr><th>Changed on the cluster</th><th>It is</th><th>Becomes</th><th>By</th><th>When</th></tr></thead>
<tbody>${moved.map(
    field =>
      html`<tr><td><code>${fieldName(field.path)}</code></td><td><code>${shown(field.before)}</code></td><td><code>${shown(field.after)}</code></td><td>${[field.user, field.manager].filter(it => it).join(', with ')}</td><td>${field.managedAt && utc(field.managedAt)}</td></tr>`,
  )}</tbody></table></div>`
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
