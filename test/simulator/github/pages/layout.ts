import { fullName, type Repository, type User } from '../state.ts'
import type { World } from '../world.ts'
import { type Html, html } from './html.ts'

/** Who looks at a page, and where. */
export interface Visit {
  readonly world: World
  readonly user: User | undefined
  /** The page's own path, to come back to after a form. */
  readonly path: string
}

export interface Page {
  readonly title: string
  readonly repository?: Repository
  readonly tab?: 'code' | 'issues' | 'pulls'
  /** Another site that a form's answer redirects to: browsers hold it against the policy of the page with the form. */
  readonly formsLeadTo?: string
  readonly content: Html
}

export function layout(visit: Visit, page: Page): Html {
  const version = worldVersion(visit.world)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · GitHub simulator</title>
<link rel="stylesheet" href="/-/diff2html.css">
<link rel="stylesheet" href="/-/style.css">
<link rel="icon" href="/-/icon.svg">
<script src="/-/live.js" defer></script>
</head>
<body data-version="${version}">
<header class="top"><div class="bar">
<a class="brand" href="/"><img src="/-/icon.svg" alt="" width="22" height="22">GitHub simulator</a>
<nav><a href="/">Repositories</a><a href="/apps/${visit.world.app.slug}">App and deliveries</a></nav>
${actingAs(visit)}
</div></header>
${page.repository ? repositoryHeader(page.repository, page.tab) : ''}
<main class="bar">${page.content}</main>
<footer class="bar">A stand-in for GitHub on this machine. Nothing here leaves it.</footer>
</body>
</html>
`
}

export const worldVersion = (world: World): number =>
  [...world.repositories.values()].reduce((sum, repository) => sum + repository.version, 0)

function actingAs({ world, user, path }: Visit): Html {
  const people = [...world.users.values()].filter(one => one.type === 'User')
  const options = people.map(
    one => html`<option value="${one.login}"${one === user ? html` selected` : ''}>${one.login}</option>`,
  )
  return html`<form class="acting" method="post" action="/-/session">
<input type="hidden" name="back" value="${path}">
<label>acting as <select name="user">${options}</select></label><button class="plain">switch</button>
</form>`
}

function repositoryHeader(repository: Repository, tab: Page['tab']): Html {
  const base = `/${fullName(repository)}`
  const issues = [...repository.issues.values()].filter(issue => issue.state === 'open')
  const pulls = issues.filter(issue => issue.pull).length
  const link = (name: NonNullable<Page['tab']>, href: string, label: string, count?: number) =>
    html`<a href="${href}"${name === tab ? html` class="current"` : ''}>${label}${count ? html`<span class="count">${count}</span>` : ''}</a>`
  return html`<div class="repository"><div class="bar">
<div class="name"><a href="/${repository.owner.login}">${repository.owner.login}</a> / <a href="${base}"><b>${repository.name}</b></a>
<span class="pill">${repository.private ? 'Private' : 'Public'}</span></div>
<nav class="tabs">
${link('code', base, 'Code')}
${link('issues', `${base}/issues`, 'Issues', issues.length - pulls)}
${link('pulls', `${base}/pulls`, 'Pull requests', pulls)}
</nav>
</div></div>`
}

export const avatar = (user: User, size = 32): Html =>
  html`<img class="avatar" src="/avatars/${user.id}" alt="" width="${size}" height="${size}">`

export const person = (user: User): Html =>
  html`<a class="person" href="${user.type === 'Bot' ? `/apps/${user.login.replace('[bot]', '')}` : `/${user.login}`}">${user.login.replace('[bot]', '')}</a>${user.type === 'Bot' ? html`<span class="pill">bot</span>` : ''}`

/** A time that the page's script turns into words such as "2 minutes ago". */
export const when = (iso: string): Html =>
  html`<time datetime="${iso}" title="${iso}">${iso.replace('T', ' ').replace('Z', ' UTC')}</time>`
