import type { HealthCheck } from '../../model/application.ts'
import { describeIdentity, identityOf, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { healthOf, podTrouble } from '../../engine/health.ts'
import { checkFor } from '../../engine/health/custom.ts'
import { isJsonObject, listAt, numberAt, propertyAt } from '../../engine/json.ts'
import type { Trouble } from './patience.ts'

export interface Observed {
  /** Null when it was deleted meanwhile. */
  readonly object: KubernetesObject | null
  /** Pods of its newest template only. */
  readonly pods: readonly KubernetesObject[]
}

/** The application's own rules of health; undefined where a journal is older than they are. */
export type Checks = readonly HealthCheck[] | undefined

export function healthNow({ object, pods }: Observed, checks?: Checks): Health {
  if (!object) return { status: 'missing', message: 'it was deleted while the sync waited for it' }
  return healthOf(object, { pods, checks })
}

/** Whether a sync has nothing to wait for any more. What has no notion of health is not waited for. */
export function isDone(health: Pick<Health, 'status'>): boolean {
  return health.status === 'healthy' || health.status === 'suspended' || health.status === 'unknown'
}

/** Whether an object's health can change without anybody writing to it: somebody keeps its status, or a rule reads it. */
export function mayFail(object: KubernetesObject, checks: Checks = []): boolean {
  const status = propertyAt(object, 'status')
  const says = isJsonObject(status) && Object.keys(status).some(it => it !== 'loadBalancer' && it !== 'phase')
  return says || checkFor(object, checks) !== null
}

/** What is wrong with an object right now: each new pod that is in trouble, or what it says of itself. */
export function troublesOf(
  { id, observed }: { readonly id: ObjectId; readonly observed: Observed },
  checks?: Checks,
): readonly Trouble[] {
  const { object } = observed
  const health = healthNow(observed, checks)
  if (isDone(health)) return []
  if (!object) return [{ id, key: `${id} missing`, kind: 'degraded', restarts: 0, message: health.message }]
  const isPod = object.apiVersion === 'v1' && object.kind === 'Pod'
  const pods = isPod ? [object] : observed.pods
  const ofPods = pods.flatMap(pod => {
    const trouble = podTrouble(pod)
    const kind = trouble && kindOf(trouble.reason)
    if (!trouble || !kind) return []
    const message = `${describeIdentity(identityOf(pod))}: ${trouble.reason}: ${trouble.message}`
    return [{ id, key: `${pod.metadata.uid} ${kind}`, kind, restarts: restartsOf(pod), message }]
  })
  if (ofPods.length > 0) return ofPods
  // A node may be added for it.
  if (isPod && podTrouble(object)?.reason === 'Unschedulable') return []
  const own = healthOf(object, { pods: [], checks })
  if (own.status !== 'degraded') return []
  return [{ id, key: `${id} degraded`, kind: 'degraded', restarts: 0, message: own.message }]
}

function restartsOf(pod: KubernetesObject): number {
  const statuses = [
    ...listAt(pod, 'status', 'containerStatuses'),
    ...listAt(pod, 'status', 'initContainerStatuses'),
  ]
  return Math.max(0, ...statuses.map(it => numberAt(it, 'restartCount') ?? 0))
}

/** Null for what a cluster mends by itself: a node is added for an unschedulable pod, a failed one is made anew. */
function kindOf(reason: string): 'stuck' | 'crash' | null {
  if (reason === 'CrashLoopBackOff' || reason === 'OOMKilled') return 'crash'
  return neverStarted.test(reason) ? 'stuck' : null
}

const neverStarted = /Image|^CreateContainer|^RunContainer/
