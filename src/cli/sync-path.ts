import { randomUUID } from 'node:crypto'
import type { Application } from '../model/application.ts'
import type { SyncResult } from '../model/sync.ts'
import type { TargetOptions } from './commands/options.ts'
import type { LocalEngine } from './local-engine.ts'
import { refuseOtherApplication } from './other-application.ts'
import { createSyncProgress } from './output/sync-progress.ts'
import { personHere } from './person.ts'
import { renderTarget } from './render-path.ts'
import { readTarget } from './target.ts'

/** Syncs PATH as the agent would: the same journal, history and rollback, kept in the cluster. */
export async function syncPath(
  engine: LocalEngine,
  path: string,
  options: Pick<
    TargetOptions,
    'application' | 'namespace' | 'prune' | 'createNamespace' | 'timeout' | 'takeFrom'
  > & {
    readonly confirmPrune?: boolean
  },
  signal: AbortSignal,
): Promise<SyncResult> {
  await engine.state.prepare(signal)
  const target = await readTarget(path, options, engine.clusterName)
  await refuseOtherApplication(engine, target.application, { ...options, writes: true }, signal)
  tellOtherCluster(path, target.application, engine.clusterName)
  const { syncPolicy } = target.application
  const timeoutSeconds = options.timeout ?? syncPolicy.timeoutSeconds
  const application = { ...target.application, syncPolicy: { ...syncPolicy, timeoutSeconds } }
  const rendered = await renderTarget(engine, target, { signal })
  const person = personHere()
  const progress = createSyncProgress(process.stderr)
  const synced = engine.syncer.sync(
    {
      id: randomUUID(),
      application,
      removed: false,
      repository: null,
      revision: null,
      rendered,
      reviewedDigest: null,
      requireReviewedPlan: false,
      asked: true,
      takeFrom: options.takeFrom ?? [],
      confirmPrune: options.confirmPrune ?? false,
      trigger: `plumbline sync${person ? ` by ${person}` : ''}`,
      onProgress: progress.tell,
    },
    signal,
  )
  return synced.finally(progress.end)
}

/** A document may be meant for another cluster than the one that the kubeconfig names, or name the same one otherwise. */
function tellOtherCluster(path: string, { definedIn, destination }: Application, clusterName: string): void {
  if (definedIn === null || destination.cluster === clusterName) return
  process.stderr.write(`${path} is for the cluster ${destination.cluster}; this syncs it to ${clusterName}\n`)
}
