import { type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { ObjectHealth } from '../../model/sync.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { nameOf } from './apply-object.ts'
import type { Patience } from './context.ts'
import { followObjects } from './follow-objects.ts'
import { type Checks, healthNow, isDone, mayFail, troublesOf } from './observed-health.ts'
import { createJudge, type Trouble } from './patience.ts'
import { SyncFailure } from './sync-failure.ts'
import { TimeIsUp } from './time-limit.ts'

export interface AwaitHealth {
  readonly cluster: Cluster
  readonly application: string
  /** What the server answered to the applies; nothing older counts. */
  readonly applied: readonly KubernetesObject[]
  /** Rules of the application's own. */
  readonly checks?: Checks
  readonly patience: Patience
  readonly onProgress: (message: string) => void
}

/**
 * Resolves with everyone's health once all are healthy (or suspended, or of a kind without health) at the same moment.
 * Follows them and the new pods of workloads by watches; there is no polling. Rejects with SyncFailure when an object is lost
 * (see {@link Patience}) or `limit` aborts because time is up, with the signal's reason when it aborts otherwise.
 */
export async function awaitHealth(
  request: AwaitHealth,
  limit: AbortSignal,
): Promise<readonly ObjectHealth[]> {
  const { checks } = request
  const applied = request.applied.map(object => {
    const id = objectIdOf(object)
    return { id, object, first: { id, ...healthNow({ object, pods: [] }, checks) } }
  })
  if (applied.every(it => isDone(it.first))) return applied.map(it => it.first)
  // What is healthy already may fail while the others are waited for, unless there is nothing to fail about it.
  const pending = applied.filter(it => !isDone(it.first) || mayFail(it.object, checks))
  const followedIds = new Set(pending.map(it => it.id))
  const settled = applied.filter(it => !followedIds.has(it.id)).map(it => it.first)

  const judge = createJudge(request.patience)
  const objects = pending.map(it => it.object)
  const followed = await followObjects(request.cluster, request.application, objects, limit)
  try {
    for (;;) {
      const change = followed.nextChange()
      const looks = pending.map(({ id, object }) => ({ id, observed: followed.observe(object) }))
      const health = looks.map(({ id, observed }) => ({ id, ...healthNow(observed, checks) }))
      const unhealthy = health.filter(it => !isDone(it))
      if (unhealthy.length === 0) return [...settled, ...health]
      request.onProgress(`${applied.length - unhealthy.length} of ${applied.length} healthy`)
      const verdict = judge(
        looks.flatMap(it => troublesOf(it, checks)),
        performance.now(),
      )
      if (verdict.lost.length > 0) throw lost(verdict.lost, unhealthy)
      await change.wait(verdict.lookAgainMs)
      if (limit.aborted) throw limit.reason instanceof TimeIsUp ? tooLate(unhealthy) : limit.reason
    }
  } finally {
    await followed.stop()
  }
}

function lost(troubles: readonly Trouble[], unhealthy: readonly ObjectHealth[]): SyncFailure {
  const first = new Map<ObjectId, string>()
  for (const { id, message } of troubles.toReversed()) first.set(id, message)
  const message = [...first].map(([id, text]) => `${nameOf(id)} did not become healthy: ${text}`).join('; ')
  const health = unhealthy.map(it => {
    const text = first.get(it.id)
    return text === undefined ? it : { id: it.id, status: 'degraded' as const, message: text }
  })
  return new SyncFailure('not-healthy', message, health)
}

function tooLate(unhealthy: readonly ObjectHealth[]): SyncFailure {
  const texts = unhealthy.map(it => `${nameOf(it.id)} is ${it.status}${it.message ? ` (${it.message})` : ''}`)
  return new SyncFailure('not-healthy-in-time', `not healthy in time: ${texts.join('; ')}`, unhealthy)
}
