import type { JobContext } from '../queue/queue.ts'
import { distinct } from '../../model/phrase.ts'
import type { JobDeps } from './deps.ts'
import { isUnheardOf } from './silence.ts'
import { type ClusterOf, silenceKey, silenceOf } from './settle-silence.ts'

/** Finds clusters that went silent, and those that came back; whatever has to be said of them is said in jobs of their own. */
export async function watchClusters(deps: JobDeps, context: JobContext): Promise<void> {
  const now = deps.clock()
  const told = new Map((await deps.store.issues.followed(['cluster-silent'])).map(it => [it.key, it]))
  for (const cluster of await deps.store.clusters.all()) {
    const isTold = [...told.values()].some(it => it.cluster === cluster.name)
    if (!isUnheardOf(cluster, deps.patience.silence, now) && !isTold) continue
    const on = await deps.store.applications.onCluster(cluster.name)
    for (const repository of distinct(on.map(it => it.repository))) {
      const of: ClusterOf = { repository, cluster: cluster.name }
      if (told.has(silenceKey(of))) continue
      const { isSilent } = await silenceOf(deps, of, null)
      if (isSilent) await settleLater(deps, of, context)
    }
  }
  // Also those whose cluster or applications are gone since.
  for (const { repository, cluster } of told.values())
    await settleLater(deps, { repository, cluster }, context)
}

/** An agent came back: nobody has to wait for the next round. */
export async function greetCluster(deps: JobDeps, cluster: string, context: JobContext): Promise<void> {
  for (const it of await deps.store.issues.followed(['cluster-silent'])) {
    if (it.cluster === cluster) await settleLater(deps, it, context)
  }
}

async function settleLater(
  deps: JobDeps,
  { repository, cluster }: ClusterOf,
  { traceId }: JobContext,
): Promise<void> {
  await deps.queue.enqueue(deps.store, { traceId, job: { kind: 'cluster-silence', repository, cluster } })
}
