import type { Manifest } from '../actions/manifest.ts'
import type { User } from '../state.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'

export interface NewApp {
  readonly manifest: Manifest
  /** The account that will own it. */
  readonly owner: User
  /** Handed back with the code. Null when none was given. */
  readonly state: string | null
}

/** What GitHub asks before it creates an app from a manifest. */
export function newAppPage({ manifest, owner, state }: NewApp): Page {
  const { default_permissions: permissions, default_events: events, hook_attributes: hook } = manifest
  const account = owner.type === 'Organization' ? `/organizations/${owner.login}` : ''
  const pills = (names: readonly string[]) => names.map(name => html`<span class="pill">${name}</span> `)
  return {
    title: 'Create GitHub App',
    formsLeadTo: new URL(manifest.redirect_url).origin,
    content: html`<div class="heading"><h1>Create GitHub App for ${owner.login}</h1>
<p>A manifest asks for it. Whoever posted it gets the new app's private key and secrets.</p></div>
<form class="frame new-app" method="post" action="${account}/settings/apps">
<header>GitHub App name</header>
<div class="inside">
<input type="hidden" name="manifest" value="${JSON.stringify(manifest)}">
${state === null ? '' : html`<input type="hidden" name="state" value="${state}">`}
<p><input name="name" value="${manifest.name}" maxlength="34" required aria-label="GitHub App name"></p>
<p class="dull">${manifest.description ?? ''}</p>
<dl>
<dt>Homepage</dt><dd><code>${manifest.url}</code></dd>
<dt>Webhook</dt><dd><code>${hook?.url ?? 'none'}</code></dd>
<dt>Signs people in at</dt><dd><code>${manifest.callback_urls.join(' ') || 'nowhere'}</code></dd>
<dt>Leads back to</dt><dd><code>${manifest.redirect_url}</code></dd>
<dt>Visibility</dt><dd>${manifest.public ? 'any account may install it' : 'only its owner may install it'}</dd>
<dt>Permissions</dt><dd>${pills(Object.entries(permissions).map(([name, level]) => `${name}: ${level}`))}</dd>
<dt>Events</dt><dd>${pills(events)}</dd>
</dl>
<div class="buttons"><button class="primary">Create GitHub App for ${owner.login}</button></div>
</div></form>`,
  }
}

export const noManifestPage: Page = {
  title: 'Create GitHub App',
  content: html`<div class="heading"><h1>Create GitHub App</h1><p>Apps are created from a manifest here, which is posted to this address.</p></div>`,
}
