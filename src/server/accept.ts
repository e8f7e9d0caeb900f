import type { ForgeEvent, RepositoryFacts } from '../forge/forge.ts'
import { notePush } from './jobs/note-push.ts'
import type { Queue } from './queue/queue.ts'
import type { Store } from './store/store.ts'
import { newTraceId } from './trace-id.ts'

export interface IncomingDelivery {
  /** The forge's id; a redelivery has the same. */
  readonly id: string
  /** `pull_request.opened`. */
  readonly name: string
  readonly event: ForgeEvent
  /** What it says of its repository. */
  readonly facts?: RepositoryFacts | null
}

export type Acceptance =
  | { readonly kind: 'queued'; readonly traceId: string }
  | { readonly kind: 'seen-before' }
  | { readonly kind: 'ignored' }

/**
 * Takes a verified webhook in: its id and its job are kept together or not at all, so that a redelivery mends whatever
 * went wrong and never doubles what went well.
 */
export async function accept(
  deps: { readonly store: Store; readonly queue: Queue },
  { id, name, event, facts }: IncomingDelivery,
): Promise<Acceptance> {
  if (event.kind === 'ignored') {
    await deps.store.redeliveries.noteArrived(id)
    return { kind: 'ignored' }
  }
  const traceId = newTraceId()
  const isNew = await deps.store.transaction(async records => {
    // It came: should the forge list an attempt that failed, that one is not asked for again.
    await records.redeliveries.noteArrived(id)
    if (!(await records.deliveries.remember({ id, event: name, traceId }))) return false
    if (facts) await records.repositories.note(facts, 'told')
    await notePush(records, event)
    await deps.queue.enqueue(records, { traceId, job: event })
    return true
  })
  return isNew ? { kind: 'queued', traceId } : { kind: 'seen-before' }
}
