import { fullName, type Issue } from '../state.ts'
import { type Html, html } from './html.ts'
import { stateBadge } from './icons.ts'
import { avatar, type Page, person, type Visit, when } from './layout.ts'
import { timeline } from './timeline.ts'

export function issuePageOf(visit: Visit, issue: Issue): Page {
  return {
    title: `${issue.title} · Issue #${issue.number}`,
    repository: issue.repository,
    tab: 'issues',
    content: html`${heading(issue, html`${person(issue.user)} opened this issue ${when(issue.createdAt)} · ${issue.comments.length} comment${issue.comments.length === 1 ? '' : 's'}`)}
<div class="columns"><div>${timeline(visit, issue)}${commentForm(visit, issue)}</div>${sidebar(issue)}</div>`,
  }
}

export const heading = (issue: Issue, line: Html): Html =>
  html`<div class="heading"><h1>${issue.title} <span class="number">#${issue.number}</span></h1>
<p>${stateBadge(issue)} ${line}</p></div>`

export function commentForm(visit: Visit, issue: Issue): Html {
  const { user } = visit
  if (!user) return html`<p class="dull">There is nobody to act as yet.</p>`
  const base = `/${fullName(issue.repository)}/issues/${issue.number}`
  const merged = Boolean(issue.pull?.mergedAt)
  const noun = issue.pull ? 'pull request' : 'issue'
  const turn = issue.state === 'open' ? `Close ${noun}` : `Reopen ${noun}`
  return html`<form class="box write" method="post" action="${base}/comment" id="write">
${avatar(user, 40)}
<div class="frame"><header>Write as ${person(user)}</header>
<input type="hidden" name="back" value="${visit.path}">
<textarea name="body" rows="4" placeholder="Leave a comment. Commands such as /plumbline help go on the first line."></textarea>
<div class="buttons">${merged ? '' : html`<button class="plain" name="turn" value="${issue.state === 'open' ? 'closed' : 'open'}">${turn}</button>`}<button class="primary">Comment</button></div>
</div></form>`
}

export function sidebar(issue: Issue, more: Html = html``): Html {
  const labels = issue.labels.map(
    label => html`<span class="label label-${tint(label.color)}">${label.name}</span>`,
  )
  const assignees = issue.assignees.map(user => html`<div>${avatar(user, 20)} ${person(user)}</div>`)
  return html`<aside>
<section><h2>Assignees</h2>${assignees.length ? assignees : html`<span class="dull">Nobody</span>`}</section>
<section><h2>Labels</h2>${labels.length ? labels : html`<span class="dull">None</span>`}</section>
${more}</aside>`
}

/** One of twelve hues near the label's colour: the page's own style sheet has the colours, since no style is inline. */
export function tint(color: string): number | 'grey' {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map(
    at => Number.parseInt(color.slice(at, at + 2), 16) / 255,
  )
  const max = Math.max(red, green, blue)
  const range = max - Math.min(red, green, blue)
  if (range < 0.08) return 'grey'
  const sector =
    max === red
      ? ((green - blue) / range + 6) % 6
      : max === green
        ? (blue - red) / range + 2
        : (red - green) / range + 4
  return (Math.round(sector * 2) % 12) * 30
}
