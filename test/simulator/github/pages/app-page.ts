import type { Deliverer } from '../webhooks/deliverer.ts'
import { html } from './html.ts'
import { icon, statusMark } from './icons.ts'
import { type Page, type Visit, when } from './layout.ts'

/** The app, and what became of its webhooks. */
export function appPage(visit: Visit, deliverer: Deliverer): Page {
  const { app, installations } = visit.world
  const rows = deliverer.deliveries
    .toReversed()
    .slice(0, 100)
    .map(one => {
      const state = one.status === 'OK' ? 'success' : one.status === 'pending' ? 'pending' : 'failure'
      const name = one.action ? `${one.event}.${one.action}` : one.event
      return html`<li>${statusMark(state)}<div><b>${name}</b>${one.redelivery ? html` <span class="pill">redelivery</span>` : ''}
<p class="dull"><code>${one.guid}</code> ${when(one.deliveredAt)} · ${one.status} · ${one.duration} s</p></div>
<form method="post" action="/apps/${app.slug}/deliveries/${one.id}"><input type="hidden" name="back" value="${visit.path}"><button class="plain">Redeliver</button></form></li>`
    })
  const permissions = Object.entries(app.permissions).map(
    ([name, level]) => html`<span class="pill">${name}: ${level}</span> `,
  )
  return {
    title: app.name,
    content: html`<div class="heading"><h1>${app.name}</h1><p>${icon('rocket')} App ${app.id}, installed ${installations.size} time${installations.size === 1 ? '' : 's'}. Webhooks go to <code>${deliverer.url ?? 'nowhere yet'}</code>.</p><p>${permissions}</p><p><a href="/apps/${app.slug}/installations/new">Install it on repositories</a></p></div>
<h2>Recent deliveries</h2><ul class="list">${rows.length ? rows : html`<li class="dull">None yet.</li>`}</ul>`,
  }
}
