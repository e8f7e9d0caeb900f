import type { Installation, Repository, User } from '../state.ts'
import type { World } from '../world.ts'
import { html } from './html.ts'
import { avatar, type Page, type Visit } from './layout.ts'

/** Where the app is given repositories: a form for each account that has some. */
export function installPage({ world }: Visit): Page {
  const { app } = world
  const owners = accountsFor(world)
  const forms = owners.map(owner => {
    const installation = installationFor(world, owner)
    const rows = repositoriesOf(world, owner).map(
      one =>
        html`<label class="choice"><input type="checkbox" name="repository" value="${one.name}"${installation?.repositories.has(one) ? html` checked disabled` : ''}> ${one.name}</label>`,
    )
    return html`<form class="frame new-app" method="post" action="/apps/${app.slug}/installations">
<header>${avatar(owner, 20)} ${owner.login}</header>
<div class="inside"><input type="hidden" name="account" value="${owner.login}">
${rows}<div class="buttons"><button class="primary">${installation ? 'Add repositories' : `Install on ${owner.login}`}</button></div></div></form>`
  })
  return {
    title: `Install ${app.name}`,
    content: html`<div class="heading"><h1>Install ${app.name}</h1><p>It gets what it asks for on the repositories that you choose, and on no others.</p></div>
${forms.length ? forms : html`<p class="dull">Nobody who may install it has a repository yet.</p>`}`,
  }
}

/** Those with repositories on which the app may be installed: of a private app that is its owner alone. */
export const accountsFor = ({ app, repositories }: World): readonly User[] =>
  [...new Set([...repositories.values()].map(repository => repository.owner))].filter(
    owner => app.public || owner === app.owner,
  )

export const repositoriesOf = (world: World, owner: User): readonly Repository[] =>
  [...world.repositories.values()].filter(repository => repository.owner === owner)

export const installationFor = (world: World, owner: User): Installation | undefined =>
  [...world.installations.values()].find(one => one.account === owner)
