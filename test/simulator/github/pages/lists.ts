import { fullName, type Issue, type Repository } from '../state.ts'
import { checksBox, runsAt } from './checks.ts'
import { type Html, html } from './html.ts'
import { checkMark, icon, stateBadge } from './icons.ts'
import { tint } from './issue-page.ts'
import { avatar, type Page, person, type Visit, when } from './layout.ts'

export function repositoriesPage(visit: Visit, owner?: string): Page {
  const all = [...visit.world.repositories.values()]
  const shown =
    owner === undefined ? all : all.filter(one => one.owner.login.toLowerCase() === owner.toLowerCase())
  const rows = shown.map(repository => {
    const base = `/${fullName(repository)}`
    const open = [...repository.issues.values()].filter(issue => issue.state === 'open')
    return html`<li>${avatar(repository.owner, 28)}<div><a class="title" href="${base}">${fullName(repository)}</a>
<p class="dull">${repository.description ?? 'No description'}</p></div>
<nav><a href="${base}/pulls">${open.filter(issue => issue.pull).length} open pull requests</a><a href="${base}/issues">${open.filter(issue => !issue.pull).length} open issues</a></nav></li>`
  })
  return {
    title: owner ?? 'Repositories',
    content: html`<h1>${owner ?? 'Repositories'}</h1><ul class="list">${rows.length ? rows : html`<li class="dull">There is none yet.</li>`}</ul>`,
  }
}

export function issuesPage(
  visit: Visit,
  repository: Repository,
  what: { readonly kind: 'issues' | 'pulls'; readonly state: string },
): Page {
  const { kind } = what
  const all = [...repository.issues.values()]
    .filter(issue => (kind === 'pulls') === Boolean(issue.pull))
    .toReversed()
  const state = what.state === 'closed' ? 'closed' : 'open'
  const shown = all.filter(issue => issue.state === state)
  const base = `/${fullName(repository)}/${kind}`
  const tab = (name: 'open' | 'closed') =>
    html`<a href="${base}?state=${name}"${name === state ? html` class="current"` : ''}>${all.filter(issue => issue.state === name).length} ${name}</a>`
  const create = kind === 'issues' && visit.user ? newIssueForm(visit, base) : html``
  return {
    title: kind === 'pulls' ? 'Pull requests' : 'Issues',
    repository,
    tab: kind,
    content: html`<nav class="tabs inner">${tab('open')}${tab('closed')}</nav>
<ul class="list">${shown.length ? shown.map(row) : html`<li class="dull">Nothing here.</li>`}</ul>${create}`,
  }
}

function row(issue: Issue): Html {
  const { repository, pull } = issue
  const href = `/${fullName(repository)}/${pull ? 'pull' : 'issues'}/${issue.number}`
  const labels = issue.labels.map(
    label => html`<span class="label label-${tint(label.color)}">${label.name}</span>`,
  )
  const marks = pull ? runsAt(repository, pull.headSha).map(checkMark) : []
  return html`<li>${stateBadge(issue)}<div><a class="title" href="${href}">${issue.title}</a> ${labels}
<p class="dull">#${issue.number} opened ${when(issue.createdAt)} by ${person(issue.user)}</p></div>
<nav>${marks}<span>${issue.comments.length} comments</span></nav></li>`
}

const newIssueForm = (visit: Visit, base: string): Html =>
  html`<form class="box write" method="post" action="${base}"><div class="frame"><header>New issue</header>
<input type="hidden" name="back" value="${visit.path}">
<input name="title" placeholder="Title" required maxlength="256">
<textarea name="body" rows="4" placeholder="Description"></textarea>
<div class="buttons"><button class="primary">Open issue</button></div></div></form>`

export function commitPageOf(
  visit: Visit,
  repository: Repository,
  commit: {
    readonly sha: string
    readonly message: string
    readonly author: string
    readonly date: string
    readonly diff: Html
  },
): Page {
  const [subject = '', ...rest] = commit.message.split('\n')
  return {
    title: subject,
    repository,
    tab: 'code',
    content: html`<div class="heading"><h1>${subject}</h1><p>${icon('commit')} <code>${commit.sha}</code> by ${commit.author} ${when(commit.date)}</p></div>
${rest.some(Boolean) ? html`<pre>${rest.join('\n').trim()}</pre>` : ''}
<section class="merge-box">${checksBox(visit, repository, commit.sha)}</section>${commit.diff}`,
  }
}
