import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { numberAt, propertyAt, textAt } from '../json.ts'
import {
  conditionOf,
  degraded,
  healthy,
  isUnobserved,
  ofReplicas,
  progressing,
  suspended,
  unobserved,
  wordsOf,
} from './verdict.ts'

/** Source: gitops-engine pkg/health/health_deployment.go and kstatus's deploymentConditions. */
export function deploymentHealth(object: KubernetesObject): Health {
  if (propertyAt(object, 'spec', 'paused') === true) return suspended('the rollout is paused')
  const unseen = notSeen(object)
  if (unseen) return unseen
  const progress = conditionOf(object, 'Progressing')
  if (progress?.reason === 'ProgressDeadlineExceeded') return degraded(wordsOf(progress))
  const failure = conditionOf(object, 'ReplicaFailure')
  if (failure?.status === 'True') return degraded(wordsOf(failure))
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1
  const updated = status(object, 'updatedReplicas')
  if (updated < wanted) return progressing(ofReplicas(updated, wanted, 'updated'))
  const old = leaving(status(object, 'replicas') - updated)
  if (old) return old
  const available = status(object, 'availableReplicas')
  if (available < wanted) return progressing(ofReplicas(available, wanted, 'available'))
  return healthy
}

/** Source: gitops-engine pkg/health/health_statefulset.go. */
export function statefulSetHealth(object: KubernetesObject): Health {
  const unseen = notSeen(object)
  if (unseen) return unseen
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1
  const ready = status(object, 'readyReplicas')
  if (ready < wanted) return progressing(ofReplicas(ready, wanted, 'ready'))
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return healthy
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0
  const updated = status(object, 'updatedReplicas')
  if (partition > 0) {
    const due = Math.max(0, wanted - partition)
    return updated < due ? progressing(ofReplicas(updated, due, 'updated')) : healthy
  }
  const isRolledOut =
    textAt(object, 'status', 'updateRevision') === textAt(object, 'status', 'currentRevision')
  if (!isRolledOut) return progressing(ofReplicas(updated, wanted, 'updated'))
  return leaving(status(object, 'replicas') - wanted) ?? healthy
}

/** Source: gitops-engine pkg/health/health_daemonset.go. */
export function daemonSetHealth(object: KubernetesObject): Health {
  const unseen = notSeen(object)
  if (unseen) return unseen
  const wanted = status(object, 'desiredNumberScheduled')
  if (textAt(object, 'spec', 'updateStrategy', 'type') !== 'OnDelete') {
    const updated = status(object, 'updatedNumberScheduled')
    if (updated < wanted) return progressing(ofReplicas(updated, wanted, 'updated'))
  }
  const available = status(object, 'numberAvailable')
  return available < wanted ? progressing(ofReplicas(available, wanted, 'available')) : healthy
}

/** Source: gitops-engine pkg/health/health_replicaset.go. */
export function replicaSetHealth(object: KubernetesObject): Health {
  const unseen = notSeen(object)
  if (unseen) return unseen
  const failure = conditionOf(object, 'ReplicaFailure')
  if (failure?.status === 'True') return degraded(wordsOf(failure))
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1
  const available = status(object, 'availableReplicas')
  if (available < wanted) return progressing(ofReplicas(available, wanted, 'available'))
  return leaving(status(object, 'replicas') - wanted) ?? healthy
}

/** What still runs beside what is wanted. */
function leaving(count: number): Health | null {
  if (count <= 0) return null
  return progressing(count === 1 ? '1 old replica is ending' : `${count} old replicas are ending`)
}

/** These kinds always report what they saw; until the first report nothing is known of them. */
function notSeen(object: KubernetesObject): Health | null {
  return numberAt(object, 'status', 'observedGeneration') === null || isUnobserved(object) ? unobserved : null
}

function status(object: KubernetesObject, field: string): number {
  return numberAt(object, 'status', field) ?? 0
}
