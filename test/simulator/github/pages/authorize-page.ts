import type { AuthorizationRequest } from '../auth/oauth.ts'
import { html } from './html.ts'
import type { Page, Visit } from './layout.ts'

export const oauthPaths = {
  authorize: '/login/oauth/authorize',
  exchange: '/login/oauth/access_token',
} as const

/** What GitHub asks before a person is known to the app. Here a person says who they are, too. */
export function authorizePage(visit: Visit, request: AuthorizationRequest): Page {
  const { app } = visit.world
  const people = [...visit.world.users.values()].filter(one => one.type === 'User')
  const hidden = (name: string, value: string | null) =>
    value === null ? '' : html`<input type="hidden" name="${name}" value="${value}">`
  return {
    title: `Authorize ${app.name}`,
    formsLeadTo: new URL(request.redirectUri).origin,
    content: html`<div class="heading"><h1>Authorize ${app.name}</h1>
<p>It learns who you are, and can do nothing that you cannot do.</p></div>
<form class="frame new-app" method="post" action="${oauthPaths.authorize}">
<header>Sign in</header>
<div class="inside">
${hidden('client_id', app.clientId)}${hidden('redirect_uri', request.redirectUri)}${hidden('state', request.state)}
${hidden('code_challenge', request.challenge)}${request.challenge === null ? '' : hidden('code_challenge_method', 'S256')}
<p><label>You are <select name="user">${people.map(
      one =>
        html`<option value="${one.login}"${one === visit.user ? html` selected` : ''}>${one.login}</option>`,
    )}</select></label></p>
<dl><dt>Leads back to</dt><dd><code>${request.redirectUri}</code></dd></dl>
<div class="buttons"><button class="primary" name="answer" value="yes">Authorize ${app.name}</button>
<button class="plain" name="answer" value="no">Cancel</button></div>
</div></form>`,
  }
}
