import { hookVerdict } from '../../../engine/hook-verdict.ts'
import type { Application } from '../../../model/application.ts'
import { objectIdOf } from '../../../model/identity.ts'
import type { KubernetesObject } from '../../../model/object.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { Patience } from '../context.ts'
import { followObjects } from '../follow-objects.ts'
import { troublesOf } from '../observed-health.ts'
import { createJudge, type Trouble } from '../patience.ts'
import { TimeIsUp } from '../time-limit.ts'

export interface AwaitHook {
  readonly cluster: Cluster
  readonly application: Application
  /** As the server answered to its creation, or as it was found. */
  readonly object: KubernetesObject
  readonly patience: Patience
  /** How it is doing, whenever that changes. */
  readonly onProgress: (message: string) => void
}

export type HookEnd =
  | { readonly outcome: 'succeeded' }
  | { readonly outcome: 'failed'; readonly reason: 'failed' | 'not-in-time'; readonly message: string }

/**
 * Follows a hook to its end, by watches. One whose pods cannot run has failed as soon as that has lasted too long (see
 * {@link Patience}). Rejects with the signal's reason when `limit` aborts for another reason than that time is up, and with ClusterError.
 */
export async function awaitHook(request: AwaitHook, limit: AbortSignal): Promise<HookEnd> {
  const { cluster, application, object, onProgress } = request
  const checks = application.healthCheckExprs
  const first = hookVerdict(object, { checks })
  if (first.kind === 'succeeded') return { outcome: 'succeeded' }
  const id = objectIdOf(object)
  const judge = createJudge(request.patience)
  const followed = await followObjects(cluster, application.name, [object], limit)
  let told = ''
  // How often a Job's pods may crash, it says itself.
  const isFinal = (trouble: Trouble) => object.kind !== 'Job' || trouble.kind !== 'crash'
  try {
    for (;;) {
      const change = followed.nextChange()
      const observed = followed.observe(object)
      if (!observed.object) return failed('it was deleted before it ended')
      const verdict = hookVerdict(observed.object, { pods: observed.pods, checks })
      if (verdict.kind === 'succeeded') return { outcome: 'succeeded' }
      if (verdict.kind === 'failed') return failed(verdict.message)
      if (verdict.message !== told) onProgress((told = verdict.message))
      const { lost, lookAgainMs } = judge(
        troublesOf({ id, observed }, checks).filter(isFinal),
        performance.now(),
      )
      if (lost[0]) return failed(lost[0].message)
      await change.wait(lookAgainMs)
      if (limit.aborted) {
        if (!(limit.reason instanceof TimeIsUp)) throw limit.reason
        return { outcome: 'failed', reason: 'not-in-time', message: verdict.message }
      }
    }
  } finally {
    await followed.stop()
  }
}

function failed(message: string): HookEnd {
  return { outcome: 'failed', reason: 'failed', message }
}
