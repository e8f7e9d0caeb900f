import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { numberAt, propertyAt, textAt } from '../json.ts'
import { conditionOf, degraded, healthy, progressing, suspended, unobserved, wordsOf } from './verdict.ts'

/** Argo Rollouts' own summary, once it is about the newest spec. Source: the Rollout API (`status.phase`, since 1.0). */
export function rolloutHealth(object: KubernetesObject): Health {
  const invalid = conditionOf(object, 'InvalidSpec')
  if (invalid?.status === 'True') return degraded(wordsOf(invalid))
  // Written as text, and in old versions as a hash.
  const observed = Number(textAt(object, 'status', 'observedGeneration') ?? Number.NaN)
  if (observed < (numberAt(object, 'metadata', 'generation') ?? 0)) return unobserved
  const message = textAt(object, 'status', 'message') ?? ''
  switch (textAt(object, 'status', 'phase')) {
    case 'Healthy':
      return healthy
    case 'Degraded':
      return degraded(message || 'the rollout has failed')
    case 'Paused':
      return suspended(message || 'the rollout is paused')
    case null:
    default:
      return progressing(message || 'the rollout is on its way')
  }
}

/** Source: health_argo.go in Argo CD's gitops-engine. */
export function workflowHealth(object: KubernetesObject): Health {
  const message = textAt(object, 'status', 'message') ?? ''
  switch (textAt(object, 'status', 'phase')) {
    case 'Succeeded':
      return healthy
    case 'Failed':
    case 'Error':
      return degraded(message || 'the workflow has failed')
    case null:
    default:
      return propertyAt(object, 'spec', 'suspend') === true
        ? suspended('the workflow is suspended')
        : progressing(message || 'the workflow has not ended yet')
  }
}
