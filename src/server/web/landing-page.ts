import { html } from './html.ts'
import type { Page } from './layout.ts'

export interface Standing {
  readonly version: string
  readonly clusters: { readonly online: number; readonly known: number }
}

/** For whoever finds the address: what this is. Names of repositories, applications and clusters are nobody's business here. */
export function landingPage({ version, clusters }: Standing): Page {
  const state =
    clusters.known === 0
      ? 'No cluster is connected yet.'
      : `${clusters.online} of ${clusters.known} cluster${clusters.known === 1 ? '' : 's'} online.`
  const body = html`
<h1>Git says what should run</h1>
<p class="lead">Plumbline shows, inside the pull request, exactly what a merge will do to the live clusters; makes it so when the
pull request merges; and opens an issue the moment it stops being so.</p>
<p class="status ${clusters.known > 0 && clusters.online === clusters.known && 'good'}"><span class="dot" aria-hidden="true"></span>${state}</p>
<p class="quiet">Version ${version}. Plans are read from the links in pull requests.</p>`
  return { title: 'Plumbline', body, refreshAfter: null }
}

export function missingPage(): Page {
  const body = html`
<h1>Nothing here</h1>
<p class="lead">There is no such plan, or it has been made again since. The pull request links to the current one.</p>`
  return { title: 'Plumbline: nothing here', body, refreshAfter: null }
}
