import type { FailedDelivery } from '../forge.ts'
import type { Session } from './session.ts'

/**
 * Webhooks that we did not answer well, of which no later attempt went well either: one of each, oldest first. GitHub keeps deliveries for
 * three days, and lists the newest first, by pages with a cursor.
 */
export async function failedDeliveries(
  session: Session,
  since: string,
  signal: AbortSignal,
): Promise<readonly FailedDelivery[]> {
  const attempt = { to: 'list the webhooks that did not arrive', signal }
  const newest = new Map<string, FailedDelivery>()
  await session.asApp(attempt, async (octokit, request) => {
    let cursor: string | undefined
    do {
      signal.throwIfAborted()
      const { data, headers } = await octokit.rest.apps.listWebhookDeliveries({
        per_page: 100,
        status: 'failure',
        ...(cursor === undefined ? {} : { cursor }),
        request,
      })
      const recent = data.filter(it => it.delivered_at >= since)
      for (const { id, guid, event, action, delivered_at: at, status_code: status } of recent) {
        // Older servers do not know the filter.
        if (status >= 200 && status < 400) continue
        const name = action ? `${event}.${action}` : event
        // The first attempt tells when it happened, the newest is the one to go on with.
        newest.set(guid, { id: guid, attempt: newest.get(guid)?.attempt ?? String(id), name, at })
      }
      cursor = recent.length < data.length ? undefined : nextCursor(headers.link)
    } while (cursor !== undefined)
  })
  return [...newest.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** GitHub delivers it again, soon, under its old id. */
export async function redeliver(session: Session, attempt: string, signal: AbortSignal): Promise<void> {
  await session.asApp({ to: 'have a webhook delivered again', signal }, (octokit, request) =>
    octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: Number(attempt), request }),
  )
}

function nextCursor(link: string | undefined): string | undefined {
  const next = /<([^<>]+)>;\s*rel="next"/.exec(link ?? '')?.[1]
  return (next === undefined ? undefined : new URL(next).searchParams.get('cursor')) ?? undefined
}
