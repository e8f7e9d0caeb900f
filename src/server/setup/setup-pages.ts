import { html, type Html } from '../web/html.ts'
import type { Page } from '../web/layout.ts'
import type { AppDraft } from './app-draft.ts'
import { isOutOfReach, manifestOf, newAppUrl, setupPaths, webhookUrl } from './manifest.ts'

export interface StartPage {
  readonly draft: AppDraft
  readonly publicUrl: string
  /** Of GitHub, e.g. `https://github.com`. */
  readonly webUrl: string
  readonly organisation: string | null
  readonly state: string
}

/** Before anything exists: what is asked of GitHub, why, and the button that goes there. */
export function startPage(it: StartPage): Page {
  const { draft, publicUrl } = it
  const body = html`
<div class="narrow"><h1>Create the GitHub App</h1>
<p class="lead">Plumbline acts on GitHub as an App that is yours alone. GitHub shows you what it asks for and creates it; its
credentials come straight back to this server.</p>
${isOutOfReach(publicUrl, it.webUrl) ? outOfReach(publicUrl) : createForm(it)}
<h2>What it may do</h2>
${reasons(
  ['Permission', 'Access', 'What for'],
  draft.permissions.map(({ name, access, why }) => [name.replaceAll('_', ' '), access, why]),
)}
<h2>What it is told</h2>
${reasons(
  ['Event', 'What for'],
  draft.events.map(({ name, why }) => [name.replaceAll('_', ' '), why]),
)}
<p class="quiet">Webhooks go to <code>${webhookUrl(publicUrl)}</code>, each signed with a secret that GitHub makes for this App.</p></div>`
  return { title: 'Plumbline: create the GitHub App', body, refreshAfter: null }
}

function createForm({ draft, publicUrl, webUrl, organisation, state }: StartPage): Html {
  const { host } = new URL(webUrl)
  return html`<section class="card">
<form method="post" action="${newAppUrl(webUrl, organisation, state)}">
<input type="hidden" name="manifest" value="${JSON.stringify(manifestOf(draft, publicUrl))}">
<button class="button primary">Create it on ${host}</button>
<p>Its owner is ${organisation === null ? html`<b>your own account</b>` : html`the organisation <b>${organisation}</b> (<a href="${setupPaths.start}">use my own account</a>)`}.
<span class="quiet">Be signed in to ${host} in this browser. You can choose another name there; names are unique on all of GitHub.</span></p>
</form>
<form method="get" action="${setupPaths.start}" class="owner">
<label for="organisation">Repositories of an organisation need an App of that organisation:</label>
<span><input id="organisation" name="organisation" value="${organisation ?? ''}" placeholder="its name on ${host}" maxlength="39" required autocapitalize="off" autocomplete="off" spellcheck="false">
<button class="button">Use it</button></span>
</form>
</section>`
}

function outOfReach(publicUrl: string): Html {
  return html`<p class="note"><b>GitHub cannot reach ${publicUrl}.</b> It sends webhooks there, and refuses an App whose webhook is out of its
reach. Start the server with the address by which GitHub reaches it, as <code>--public-url https://...</code> or in
<code>PLUMBLINE_PUBLIC_URL</code>, and open the new link in its log.</p>`
}

function reasons(titles: readonly string[], rows: readonly (readonly string[])[]): Html {
  const cell = (text: string): Html => html`<td>${inCode(text)}</td>`
  return html`<div class="scroll"><table class="overview reasons">
<thead><tr>${titles.map(it => html`<th>${it}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`
}

/** What stands between backticks, as code. */
function inCode(text: string): readonly Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

export interface DonePage {
  readonly name: string
  readonly slug: string
  readonly webUrl: string
  /** The file that holds the credentials. */
  readonly keptIn: string
}

export function donePage({ name, slug, webUrl, keptIn }: DonePage): Page {
  const body = html`
<div class="narrow"><h1>${name} is ready</h1>
<p class="lead">GitHub created the App, and this server works as it already: nothing has to be started again.</p>
<section class="card">
<a class="button primary" href="${webUrl}/apps/${encodeURIComponent(slug)}/installations/new">Install it on your repositories</a>
<p class="quiet">GitHub asks which ones. More can be added at any time.</p>
</section>
<h2>What comes next</h2>
<ol>
<li>An agent in each cluster: <code>plumbline clusters add NAME</code> prints its token.</li>
<li>An Application document in a repository, by pull request. The comment there shows what the merge will do.</li>
<li>The check <code>plumbline</code>, made required for the branches that are deployed.</li>
</ol>
<h2>Where its credentials are</h2>
<p>In <code>${keptIn}</code> on the server, readable by the server's own user only. They are used at the next start, unless the
environment gives others.</p>
<p class="quiet">Several servers on one PostgreSQL database all need them: put its <code>id</code>, <code>privateKey</code>, <code>webhookSecret</code>,
<code>clientId</code> and <code>clientSecret</code> into the environment of each, as <code>APP_ID</code>, <code>PRIVATE_KEY</code>,
<code>WEBHOOK_SECRET</code>, <code>GITHUB_CLIENT_ID</code> and <code>GITHUB_CLIENT_SECRET</code> (in Kubernetes from a Secret), and delete the file.
Without the last two nobody has to sign in to see a plan.</p></div>`
  return { title: `Plumbline: ${name} is ready`, body, refreshAfter: null }
}
