import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'

/** Plans what could not be planned while an agent was away. */
export async function welcomeAgent(
  deps: JobDeps,
  { cluster }: { readonly cluster: string },
  context: JobContext,
): Promise<void> {
  for (const { repository: key, number } of await deps.store.plans.waitingFor(cluster)) {
    const repository = await deps.store.repositories.byKey(key)
    if (!repository) continue
    const { traceId } = context
    await deps.queue.enqueue(deps.store, {
      traceId,
      job: { kind: 'pull-request-changed', repository, number },
    })
  }
}
