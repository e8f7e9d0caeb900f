import { latestStatuses } from '../actions/statuses.ts'
import { type CheckRun, fullName, type Repository } from '../state.ts'
import { type Html, html } from './html.ts'
import { checkMark, icon, statusMark } from './icons.ts'
import type { Visit } from './layout.ts'
import { markdown } from './markdown.ts'

/** The check runs at a commit, the newest of each name, by name: what speaks for all others comes first. */
export function runsAt(repository: Repository, sha: string): CheckRun[] {
  const runs = repository.suites.filter(suite => suite.headSha === sha).flatMap(suite => suite.runs)
  return [...new Map(runs.map(run => [run.name, run])).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** All checks and statuses of a commit, each to be opened for what it says. */
export function checksBox(visit: Visit, repository: Repository, sha: string): Html {
  const runs = runsAt(repository, sha)
  const statuses = latestStatuses(repository, sha)
  if (runs.length + statuses.length === 0)
    return html`<p class="checks-head"><span class="dull">No checks have run on <code>${sha.slice(0, 7)}</code>.</span></p>`
  const statusRows = statuses.map(
    status => html`<div class="check status">${statusMark(status.state)}<b>${status.context}</b>
<span class="dull">${status.description ?? status.state}</span>${status.targetUrl ? html`<a class="more" href="${status.targetUrl}">Details</a>` : ''}</div>`,
  )
  return html`<p class="checks-head">${headline(
    runs,
    statuses.map(one => one.state),
  )}</p>
${runs.map(run => checkRow(visit, repository, run))}${statusRows}`
}

function headline(runs: readonly CheckRun[], states: readonly string[]): Html {
  const bad = runs.filter(run => run.conclusion === 'failure' || run.conclusion === 'timed_out').length
  const failed = bad + states.filter(state => state === 'failure' || state === 'error').length
  const waiting =
    runs.filter(run => run.conclusion === null).length + states.filter(one => one === 'pending').length
  if (failed > 0)
    return html`${checkMark({ status: 'completed', conclusion: 'failure' })}<b>${failed === 1 ? 'A check has' : `${failed} checks have`} failed</b>`
  if (waiting > 0)
    return html`${checkMark({ status: 'in_progress', conclusion: null })}<b>Checks are running</b>`
  const asking = runs.some(run => run.conclusion === 'action_required')
  if (asking)
    return html`${checkMark({ status: 'completed', conclusion: 'action_required' })}<b>A check waits for you</b>`
  return html`${checkMark({ status: 'completed', conclusion: 'success' })}<b>All checks have passed</b>`
}

function checkRow(visit: Visit, repository: Repository, run: CheckRun): Html {
  const page = `/${fullName(repository)}/runs/${run.id}`
  const open = run.conclusion === 'failure' || run.conclusion === 'action_required'
  return html`<details class="check" id="run-${run.id}"${open ? html` open` : ''}>
<summary>${checkMark(run)}<b>${run.name}</b><span class="dull">${run.title ?? run.status.replace('_', ' ')}</span><a class="more" href="${page}">Details</a></summary>
<div class="check-body">${runBody(visit, repository, run)}</div>
</details>`
}

/** What a run reports, its annotations, and its buttons. */
export function runBody(visit: Visit, repository: Repository, run: CheckRun): Html {
  const at = `/${fullName(repository)}/runs/${run.id}`
  const back = html`<input type="hidden" name="back" value="${visit.path}">`
  const buttons = run.actions.map(
    action =>
      html`<form method="post" action="${at}/action">${back}<input type="hidden" name="identifier" value="${action.identifier}"><button title="${action.description}">${action.label}</button></form>`,
  )
  const link = run.detailsUrl ? html`<a href="${run.detailsUrl}">Full report</a>` : ''
  return html`${run.summary ? html`<div class="markdown">${markdown(visit.world, repository, run.summary)}</div>` : ''}
${run.text ? html`<div class="markdown">${markdown(visit.world, repository, run.text)}</div>` : ''}
${annotations(repository, run)}
<div class="buttons">${buttons}<form method="post" action="${at}/rerequest">${back}<button class="plain">Re-run</button></form>${link}</div>`
}

function annotations(repository: Repository, run: CheckRun): Html {
  if (run.annotations.length === 0) return html``
  const rows = run.annotations.map(one => {
    const lines = one.start_line === one.end_line ? `${one.start_line}` : `${one.start_line}-${one.end_line}`
    return html`<li class="annotation ${one.annotation_level}">
<a href="/${fullName(repository)}/blob/${run.headSha}/${one.path}#L${one.start_line}">${icon('file')}<code>${one.path}:${lines}</code></a>
<div>${one.title ? html`<b>${one.title}</b><br>` : ''}${one.message}</div>${one.raw_details ? html`<pre>${one.raw_details}</pre>` : ''}</li>`
  })
  return html`<ul class="annotations">${rows}</ul>`
}
