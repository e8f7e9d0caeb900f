import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { greetCluster } from './watch-clusters.ts'

/** Plans what could not be planned while an agent was away, and closes what was said of its absence. */
export async function welcomeAgent(
  deps: JobDeps,
  { cluster }: { readonly cluster: string },
  context: JobContext,
): Promise<void> {
  await greetCluster(deps, cluster, context)
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
