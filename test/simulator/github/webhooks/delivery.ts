import { createHmac } from 'node:crypto'
import type { App, Installation, Repository } from '../state.ts'

/** One attempt to deliver an event; a redelivery is another one with the same guid. */
export interface Delivery {
  readonly id: number
  readonly guid: string
  readonly event: string
  readonly action: string | null
  readonly url: string
  readonly redelivery: boolean
  readonly installation: Installation | undefined
  readonly repository: Repository | undefined
  /** The exact bytes that were signed and sent. */
  readonly body: string
  readonly requestHeaders: Readonly<Record<string, string>>
  deliveredAt: string
  /** Seconds. */
  duration: number
  /** `OK`, or why it failed. `pending` while on the way. */
  status: string
  /** 0 while on the way. */
  statusCode: number
  responseHeaders: Readonly<Record<string, string>> | null
  responseBody: string | null
}

/** The headers that GitHub sends, signature included. */
export function deliveryHeaders(
  app: App,
  delivery: { readonly guid: string; readonly event: string; readonly body: string },
): Record<string, string> {
  const sign = (algorithm: 'sha1' | 'sha256'): string =>
    `${algorithm}=${createHmac(algorithm, app.webhookSecret).update(delivery.body).digest('hex')}`
  return {
    Accept: '*/*',
    'Content-Type': 'application/json',
    'User-Agent': `GitHub-Hookshot/${app.publicKey.slice(40, 47).replaceAll(/\W/g, '0').toLowerCase()}`,
    'X-GitHub-Delivery': delivery.guid,
    'X-GitHub-Event': delivery.event,
    'X-GitHub-Hook-ID': String(app.id),
    'X-GitHub-Hook-Installation-Target-ID': String(app.id),
    'X-GitHub-Hook-Installation-Target-Type': 'integration',
    'X-Hub-Signature': sign('sha1'),
    'X-Hub-Signature-256': sign('sha256'),
  }
}
