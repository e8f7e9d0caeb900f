import { ApiFailure, notFound } from '../failure.ts'
import type { Delivery } from '../webhooks/delivery.ts'
import { onlyApp } from './apps.ts'
import { type Call, type Handlers, ok } from './call.ts'

/** The app's own webhook: where it goes, and what became of each delivery. */
export const hookHandlers: Handlers = {
  'apps/get-webhook-config-for-app': call => {
    onlyApp(call)
    return ok(configOf(call))
  },
  'apps/update-webhook-config-for-app': call => {
    onlyApp(call)
    if (call.body?.url !== undefined) call.deliverer.url = call.body.url
    return ok(configOf(call))
  },
  'apps/list-webhook-deliveries': call => {
    onlyApp(call)
    const { query, deliverer } = call
    const size = Math.min(100, Math.max(1, query.per_page ?? 30))
    const newestFirst = deliverer.deliveries
      .filter(one => one.status !== 'pending')
      .filter(one => query.status === undefined || (one.status === 'OK') === (query.status === 'success'))
      .sort((a, b) => b.id - a.id)
    const rest = newestFirst.filter(one => query.cursor === undefined || one.id < cursorOf(query.cursor))
    const last = rest[size - 1]
    return {
      ...ok(rest.slice(0, size).map(itemShape)),
      headers: rest.length > size && last ? nextLink(call.url, last) : {},
    }
  },
  'apps/get-webhook-delivery': call => {
    onlyApp(call)
    const delivery = deliveryOf(call, call.path.delivery_id)
    return ok({
      ...itemShape(delivery),
      url: delivery.url,
      request: { headers: delivery.requestHeaders, payload: JSON.parse(delivery.body) as unknown },
      response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
    })
  },
  'apps/redeliver-webhook-delivery': call => {
    onlyApp(call)
    call.deliverer.redeliver(deliveryOf(call, call.path.delivery_id))
    return { status: 202, body: {} }
  },
}

const configOf = (call: Pick<Call<'apps/get-webhook-config-for-app'>, 'deliverer'>) => ({
  content_type: 'json',
  insecure_ssl: '0',
  secret: '********',
  ...(call.deliverer.url === undefined ? {} : { url: call.deliverer.url }),
})

function deliveryOf(call: Pick<Call<'apps/get-webhook-delivery'>, 'deliverer'>, id: number): Delivery {
  const delivery = call.deliverer.deliveries.find(one => one.id === id)
  if (!delivery) throw notFound()
  return delivery
}

const itemShape = (delivery: Delivery) => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: delivery.deliveredAt,
  redelivery: delivery.redelivery,
  duration: delivery.duration,
  status: delivery.status,
  status_code: delivery.statusCode,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installation?.id ?? null,
  repository_id: delivery.repository?.id ?? null,
  throttled_at: null,
})

function cursorOf(cursor: string): number {
  const id = /^v1_(\d+)$/.exec(cursor)?.[1]
  if (id === undefined) throw new ApiFailure(400, 'The cursor is not valid')
  return Number(id)
}

function nextLink(at: URL, last: Delivery): Record<string, string> {
  const url = new URL(at)
  url.searchParams.set('cursor', `v1_${last.id}`)
  return { Link: `<${url.href}>; rel="next"` }
}
