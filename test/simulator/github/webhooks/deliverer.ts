import { setTimeout as sleep } from 'node:timers/promises'
import type { Contract } from '../contract/contract.ts'
import type { Faults } from '../faults.ts'
import { installationOf, timestamp, type World } from '../world.ts'
import { type Delivery, deliveryHeaders } from './delivery.ts'
import type { ForgeEvent } from './event.ts'
import { payloadOf } from './payload.ts'

/** GitHub gives a receiver this long, in milliseconds. */
const timeout = 10_000

export interface Deliverer {
  /** Every attempt so far, oldest first. */
  readonly deliveries: readonly Delivery[]
  url: string | undefined
  readonly send: (event: ForgeEvent) => void
  readonly redeliver: (delivery: Delivery) => void
  /** Resolves when nothing is on the way any more. */
  readonly settled: () => Promise<void>
  readonly stop: () => Promise<void>
}

// Apps get these whatever they subscribe to.
const always = new Set(['ping', 'installation', 'installation_repositories', 'github_app_authorization'])

export function createDeliverer(world: World, contract: Contract, faults: Faults): Deliverer {
  const deliveries: Delivery[] = []
  const underway = new Set<Promise<void>>()
  const stopping = new AbortController()

  const track = (work: Promise<void>): void => {
    underway.add(work)
    void work.finally(() => underway.delete(work))
  }

  function begin(
    event: Pick<
      Delivery,
      'guid' | 'event' | 'action' | 'installation' | 'repository' | 'body' | 'redelivery' | 'url'
    >,
  ): Delivery {
    const delivery: Delivery = {
      ...event,
      id: world.nextId(),
      requestHeaders: deliveryHeaders(world.app, event),
      deliveredAt: timestamp(world),
      duration: 0,
      status: 'pending',
      statusCode: 0,
      responseHeaders: null,
      responseBody: null,
    }
    deliveries.push(delivery)
    return delivery
  }

  async function attempt(delivery: Delivery, copies = 1): Promise<void> {
    const started = performance.now()
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(timeout)])
    try {
      for (let copy = 0; copy < copies; copy += 1) {
        const { requestHeaders: headers, body } = delivery
        const response = await fetch(delivery.url, {
          method: 'POST',
          headers,
          body,
          signal,
          redirect: 'manual',
        })
        delivery.statusCode = response.status
        delivery.status = response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`
        delivery.responseHeaders = Object.fromEntries(response.headers)
        delivery.responseBody = (await response.text()).slice(0, 2048)
      }
    } catch (error) {
      // The receiver's trouble is what a delivery log is for.
      const late = error instanceof DOMException && error.name === 'TimeoutError'
      delivery.statusCode = late ? 504 : 502
      delivery.status = late ? 'timed out' : 'failed to connect to host'
    }
    delivery.duration = Math.round(performance.now() - started) / 1000
  }

  function send(event: ForgeEvent): void {
    const installation = event.installation ?? (event.repository && installationOf(world, event.repository))
    if (!installation && event.name !== 'ping') return
    if (!always.has(event.name) && !world.app.events.includes(event.name)) return
    const payload = payloadOf(world, event)
    contract.checkWebhook(event.name, event.action, payload)
    const { url } = deliverer
    if (url === undefined) return
    const delivery = begin({
      guid: crypto.randomUUID(),
      event: event.name,
      action: event.action ?? null,
      url,
      redelivery: false,
      installation,
      repository: event.repository,
      body: JSON.stringify(payload),
    })
    track(deliverWithFaults(delivery))
  }

  async function deliverWithFaults(delivery: Delivery): Promise<void> {
    const fault = faults.takeDelivery(delivery.event, delivery.action)
    if (fault?.kind === 'lose') {
      delivery.statusCode = 502
      delivery.status = 'failed to connect to host'
      return
    }
    if (fault?.kind === 'delay') {
      await sleep(fault.milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
    await attempt(delivery, fault?.kind === 'duplicate' ? 2 : 1)
  }

  const deliverer: Deliverer = {
    deliveries,
    url: undefined,
    send,
    redeliver: delivery => {
      const { guid, event, action, installation, repository, body } = delivery
      const url = deliverer.url ?? delivery.url
      track(attempt(begin({ guid, event, action, installation, repository, body, url, redelivery: true })))
    },
    settled: async () => {
      while (underway.size > 0) await Promise.all(underway)
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(underway)
    },
  }
  return deliverer
}
