import type { ServerResponse } from 'node:http'
import { layout, type Page } from './layout.ts'

/**
 * Sends a page that runs no script, loads nothing from elsewhere, is not kept, and whose address (often a secret) is not handed on with a
 * click. `formAction` lists where its forms may go: to nowhere, if not given.
 */
export function sendPage(
  response: ServerResponse,
  status: number,
  page: Page,
  { formAction = "'none'", headers = {} }: PageOptions = {},
): void {
  const body = layout(page)
  response
    .writeHead(status, {
      ...pageHeaders,
      'Content-Security-Policy': `${policy}; form-action ${formAction}`,
      'Content-Length': Buffer.byteLength(body),
      ...headers,
    })
    .end(body)
}

export interface PageOptions {
  readonly formAction?: string
  readonly headers?: Readonly<Record<string, string>>
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'private, no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex',
}
