import type { FailedDelivery, Forge } from '../../forge/forge.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'

/** GitHub keeps what it delivered for three days. */
const rememberedHours = 72
/** What people asked for and nobody heard is old news after an hour: it would come as a surprise. */
const commandHours = 1
const mostAttempts = 3
/** The others follow in the next round. */
const mostAtOnce = 100
/** Before the second and the third attempt; a server that is up answers the first. */
const pauseSeconds = 240

/** Has the forge deliver again what did not reach us, at most three times each. What comes twice is known by its id. */
export async function sweepDeliveries(
  { store, clock, logger }: Pick<JobDeps, 'store' | 'clock' | 'logger'>,
  forge: Forge,
  { signal, traceId }: JobContext,
): Promise<void> {
  const now = clock().getTime()
  const since = new Date(now - rememberedHours * 3600_000).toISOString()
  const failed = (await forge.failedDeliveries(since, signal)).filter(it => isWanted(it, now))
  const asked = await store.redeliveries.of(failed.map(it => it.id))
  const taken = await store.deliveries.among(failed.map(it => it.id))
  const due = failed.filter(({ id }) => {
    if (taken.has(id)) return false
    const before = asked.get(id)
    if (!before) return true
    const isRested = now - Date.parse(before.askedAt) >= pauseSeconds * 1000 * before.attempts
    return !before.arrived && before.attempts < mostAttempts && isRested
  })
  for (const { id, attempt, name } of due.slice(0, mostAtOnce)) {
    await store.redeliveries.noteAsked(id)
    await forge.redeliver(attempt, signal)
    logger.info({ traceId, deliveryId: id, event: name }, 'a lost webhook is asked for again')
  }
}

function isWanted({ name, at }: FailedDelivery, now: number): boolean {
  const isCommand = name.startsWith('issue_comment') || name.startsWith('check_')
  return !isCommand || now - Date.parse(at) < commandHours * 3600_000
}
