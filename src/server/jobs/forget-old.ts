import type { JobDeps } from './deps.ts'

/** How long each is kept. GitHub delivers webhooks again for three days. */
export const keptDays = { deliveries: 30, answeredComments: 30 }
const days = { supersededPlans: 7, plansOfEnded: 90, commands: 30, pushers: 365 }

/** Keeps the database from growing with every push there ever was. */
export async function forgetOld({ store }: JobDeps): Promise<void> {
  await store.deliveries.forgetOlderThan(keptDays.deliveries)
  await store.redeliveries.forgetOlderThan(keptDays.deliveries)
  await store.answeredComments.forgetOlderThan(keptDays.answeredComments)
  await store.retention.forget(days)
}
