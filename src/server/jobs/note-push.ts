import type { ForgeEvent } from '../../forge/forge.ts'
import type { Records } from '../store/store.ts'

/**
 * Remembers who pushed a commit: that person does not approve it. Part of taking the webhook in, as a pull request may be opened, and
 * approved, before any job gets to it. Where the webhook is lost, nobody knows.
 */
export async function notePush(records: Records, event: ForgeEvent): Promise<void> {
  const push = pushIn(event)
  if (!push) return
  const repository = await records.repositories.save(push.repository)
  await records.pushers.note({ repository, head: push.head, person: push.by })
}

function pushIn(event: ForgeEvent) {
  if (event.kind === 'pushed' && event.by !== undefined) {
    return { repository: event.repository, head: event.after, by: event.by }
  }
  if (event.kind !== 'pull-request-changed' || !event.pushed) return null
  return { repository: event.repository, ...event.pushed }
}
