import type { HealedField, HealHistory, HealRecord } from '../../model/drift.ts'
import type { ObjectId } from '../../model/identity.ts'
import { count, shortRevision, utc } from '../../model/phrase.ts'
import type { Change } from '../../model/plan.ts'
import type { SyncStatus } from '../../model/sync.ts'
import { fieldName } from '../report/field.ts'
import { objectNameInText } from '../report/object-name.ts'
import { changePanel } from './change-panel.ts'
import type { DiffStyle } from './diff-view.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

/** One application on one cluster, as far as the server knows. */
export interface ApplicationPage {
  readonly application: string
  readonly cluster: string
  readonly repository: { readonly key: string; readonly name: string; readonly url: string }
  /** Without trailing slash; null when the forge's scheme is not known. */
  readonly filesUrl: string | null
  readonly revision: string | null
  /** RFC 3339. */
  readonly syncedAt: string | null
  readonly selfHeal: boolean
  readonly drift: {
    readonly changes: readonly Change[]
    readonly since: string | null
    readonly observedAt: string | null
    readonly fight: { readonly id: ObjectId; readonly manager: string; readonly path: string } | null
  }
  readonly issue: { readonly number: number; readonly url: string } | null
  readonly heals: HealHistory
  readonly syncs: readonly SyncLine[]
}

export interface SyncLine {
  readonly revision: string
  /** Null while it waits or runs. */
  readonly outcome: SyncStatus | null
  /** RFC 3339. */
  readonly at: string
  readonly pullRequest: { readonly number: number; readonly url: string } | null
  readonly error: string | null
}

export function applicationPage(it: ApplicationPage, style: DiffStyle): Page {
  const { application, cluster, drift } = it
  const amount = drift.changes.length
  const body = html`
<h1>${application} <span class="quiet">on</span> ${cluster}</h1>
<p class="lead">${standing(it)}</p>
<p>From <a href="${it.repository.url}">${it.repository.name}</a>${it.issue && html`; <a href="${it.issue.url}">issue ${it.issue.number}</a> is about its drift`}.</p>
<section class="application"><h2>Drift <small>${amount === 0 ? 'none' : count(amount, 'object')}</small></h2>
${driftBody(it, style)}</section>
<section class="application"><h2>Healed <small>${count(it.heals.total, 'object')}</small></h2>
${healsBody(it)}</section>
<section class="application"><h2>Syncs</h2>
${it.syncs.length === 0 ? html`<p class="quiet">There was none yet.</p>` : syncTable(it.syncs)}</section>
`
  return { title: `Plumbline: ${application} on ${cluster}`, body, refreshAfter: null }
}

function standing({ revision, syncedAt, drift }: ApplicationPage): Html {
  if (revision === null) return html`It was not synced yet.`
  const synced = html`Synced to <code>${shortRevision(revision)}</code>${syncedAt && html` at ${utc(syncedAt)}`}`
  const since = drift.since && html`, and not what Git says since ${utc(drift.since)}`
  return html`${synced}${since}.`
}

function driftBody({ drift, filesUrl, selfHeal }: ApplicationPage, style: DiffStyle): Html {
  const { changes, fight, observedAt } = drift
  return html`
${fight && html`<p class="note">Self-heal has stopped: ${fight.manager} keeps writing ${fieldName(fight.path)} of ${objectNameInText(fight.id)}.</p>`}
${changes.map(change => changePanel(change, filesUrl, style))}
${changes.length === 0 && html`<p class="quiet">The cluster is what was last synced${observedAt && html`; the last change of that was seen at ${utc(observedAt)}`}.</p>`}
${changes.length > 0 && selfHeal && html`<p class="quiet">Self-heal is on: what is listed here could not be put back, or somebody has to decide.</p>`}`
}

function healsBody({ heals, selfHeal }: ApplicationPage): Html {
  if (heals.total === 0) {
    return html`<p class="quiet">${selfHeal ? 'Nothing had to be put back yet.' : 'Self-heal is off.'}</p>`
  }
  const older = heals.total - heals.recent.length
  return html`<div class="scroll"><table class="drift lines">
<thead><tr><th>When</th><th>Object</th><th>What was put back</th></tr></thead>
<tbody>${heals.recent.map(healRow)}</tbody></table></div>
${older > 0 && html`<p class="quiet">And ${older} before.</p>`}`
}

function healRow({ at, id, fields, deletedBy }: HealRecord): Html {
  const what =
    fields.length === 0
      ? html`the whole object, deleted${deletedBy && html` by ${deletedBy}`}`
      : html`<ul>${fields.map(healedField)}</ul>`
  return html`<tr><td>${utc(at)}</td><td>${objectNameInText(id)}</td><td>${what}</td></tr>`
}

function healedField({ path, from, to, manager, user }: HealedField): Html {
  const who = [user, manager].filter(it => it !== null).join(', with ')
  return html`<li><code>${fieldName(path)}</code> <code>${from}</code> → <code>${to}</code>${who !== '' && html` <span class="quiet">changed by ${who}</span>`}</li>`
}

function syncTable(syncs: readonly SyncLine[]): Html {
  return html`<div class="scroll"><table class="drift lines">
<thead><tr><th>When</th><th>Commit</th><th>Outcome</th><th>Came with</th></tr></thead>
<tbody>${syncs.map(
    it =>
      html`<tr><td>${utc(it.at)}</td><td><code>${shortRevision(it.revision)}</code></td><td>${it.outcome ?? 'not ended'}${it.error && html`<br><span class="quiet">${it.error}</span>`}</td><td>${it.pullRequest && html`<a href="${it.pullRequest.url}">Pull request ${it.pullRequest.number}</a>`}</td></tr>`,
  )}</tbody></table></div>`
}
