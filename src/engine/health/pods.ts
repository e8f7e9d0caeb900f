import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { listAt, propertyAt, textAt } from '../json.ts'
import { podTrouble } from '../pod-trouble.ts'
import { conditionOf, degraded, healthy, progressing, suspended, wordsOf } from './verdict.ts'

/** Source: gitops-engine pkg/health/health_pod.go. */
export function podHealth(object: KubernetesObject): Health {
  const trouble = podTrouble(object)
  if (trouble) return degraded(`${trouble.reason}: ${trouble.message}`)
  switch (textAt(object, 'status', 'phase')) {
    case 'Succeeded':
      return healthy
    case 'Failed':
      return degraded(
        textAt(object, 'status', 'message') || textAt(object, 'status', 'reason') || 'the pod failed',
      )
    case 'Running':
      return runningHealth(object)
    case 'Unknown':
      return { status: 'unknown', message: textAt(object, 'status', 'message') ?? 'its node does not answer' }
    case null:
    default:
      return progressing(textAt(object, 'status', 'message') || 'the pod is starting')
  }
}

function runningHealth(object: KubernetesObject): Health {
  const ready = conditionOf(object, 'Ready')
  if (ready?.status === 'True') return healthy
  // A pod that ends by itself runs its course; it is never Ready for long.
  if (textAt(object, 'spec', 'restartPolicy') !== 'Always' && !hasReadinessProbe(object)) {
    return progressing('the pod is running to its end')
  }
  return progressing(ready ? wordsOf(ready) : 'the pod is not ready yet')
}

function hasReadinessProbe(object: KubernetesObject): boolean {
  return listAt(object, 'spec', 'containers').some(it => propertyAt(it, 'readinessProbe') !== undefined)
}

/** A Job is healthy once it is complete. Source: gitops-engine pkg/health/health_job.go. */
export function jobHealth(object: KubernetesObject): Health {
  const failed = conditionOf(object, 'Failed')
  if (failed?.status === 'True') return degraded(wordsOf(failed))
  if (conditionOf(object, 'Complete')?.status === 'True') return healthy
  const isSuspended =
    conditionOf(object, 'Suspended')?.status === 'True' || propertyAt(object, 'spec', 'suspend') === true
  return isSuspended ? suspended('the job is suspended') : progressing('the job has not completed yet')
}
