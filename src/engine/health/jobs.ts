import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { propertyAt } from '../json.ts'
import { conditionOf, degraded, healthy, progressing, suspended, wordsOf } from './verdict.ts'

/**
 * A Job is healthy once it is complete. It has failed as soon as that is decided (`FailureTarget`), while its last pods still end.
 * Source: health_job.go in Argo CD's gitops-engine, and the Job API of batch/v1.
 */
export function jobHealth(object: KubernetesObject): Health {
  for (const type of ['Failed', 'FailureTarget'] as const) {
    const failed = conditionOf(object, type)
    if (failed?.status === 'True') return degraded(wordsOf(failed))
  }
  if (conditionOf(object, 'Complete')?.status === 'True') return healthy
  if (conditionOf(object, 'SuccessCriteriaMet')?.status === 'True') {
    return progressing('the job has succeeded; its last pods are ending')
  }
  const isSuspended =
    conditionOf(object, 'Suspended')?.status === 'True' || propertyAt(object, 'spec', 'suspend') === true
  return isSuspended ? suspended('the job is suspended') : progressing('the job has not completed yet')
}

/** How its last run went says nothing of the commit that is synced: Argo CD calls it degraded until the next run. */
export function cronJobHealth(object: KubernetesObject): Health {
  return propertyAt(object, 'spec', 'suspend') === true ? suspended('the schedule is suspended') : healthy
}
