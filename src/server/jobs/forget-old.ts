import type { JobDeps } from './deps.ts'

/** Days. GitHub delivers webhooks again for three of them. */
const deliveries = 30
const days = { supersededPlans: 7, plansOfEnded: 90, commands: 30 }

/** Keeps the database from growing with every push there ever was. */
export async function forgetOld({ store }: JobDeps): Promise<void> {
  await store.deliveries.forgetOlderThan(deliveries)
  await store.redeliveries.forgetOlderThan(deliveries)
  await store.retention.forget(days)
}
