import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Probot } from 'probot'
import type { Logger } from 'pino'
import { answer } from './answer.ts'
import { readBody } from './body.ts'

export const webhookPath = '/api/github/webhooks'

/** GitHub sends no larger payload. */
const maxBytes = 25 * 1024 * 1024

/**
 * Receives a GitHub webhook: bounds it, checks its signature over the raw bytes, and hands it to the Probot app. Octokit's own
 * middleware would read any length before it checks, and tell the caller what our handlers threw.
 */
export async function receiveWebhook(
  deps: { readonly probot: Probot; readonly logger: Logger },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') return answer(response, 405, 'send a webhook with POST', { close: true })
  const id = header(request, 'x-github-delivery')
  const name = header(request, 'x-github-event')
  const signature = header(request, 'x-hub-signature-256')
  if (!id || !name || id.length > 200) {
    return answer(response, 400, 'this is no GitHub webhook', { close: true })
  }
  if (!signature) return answer(response, 401, 'the signature is missing', { close: true })
  const body = await readBody(request, maxBytes)
  if (body === null) return answer(response, 413, 'the payload is too large', { close: true })
  const text = body.toString('utf8')
  if (!(await deps.probot.webhooks.verify(text, signature))) {
    deps.logger.warn({ deliveryId: id, event: name }, 'a webhook was refused: its signature is wrong')
    return answer(response, 401, 'the signature is wrong')
  }
  const payload = parsed(text)
  if (payload === null) return answer(response, 400, 'the payload is not JSON')
  try {
    // The types know every event by name; which one this is, the app finds out.
    await deps.probot.webhooks.receive({ id, name, payload } as unknown as Parameters<
      Probot['webhooks']['receive']
    >[0])
  } catch (error) {
    deps.logger.error({ err: error, deliveryId: id, event: name }, 'a webhook could not be taken in')
    return answer(response, 500, 'it could not be taken in: deliver it again')
  }
  answer(response, 202, 'accepted')
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name]
  return typeof value === 'string' && value !== '' ? value : null
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch (cause) {
    if (cause instanceof SyntaxError) return null
    throw cause
  }
}
