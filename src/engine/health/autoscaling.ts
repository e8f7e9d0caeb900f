import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import {
  type Condition,
  conditionIn,
  degraded,
  healthy,
  isUnobserved,
  progressing,
  unobserved,
  wordsOf,
} from './verdict.ts'
import { listAt } from '../json.ts'

/** Reasons of `ScalingActive` for which no manifest is at fault but that of the autoscaler. */
const ownFault: ReadonlySet<string> = new Set([
  'InvalidSelector',
  'InvalidMetricSourceType',
  'AmbiguousSelector',
])

/**
 * Degraded when it cannot scale for a reason of its own: what it scales is not there, or its selector or metrics are wrong. Without
 * metrics it is neither: they come from the cluster (no metrics server, pods just started), the workload runs on with the
 * replicas that it has, and putting a commit back would bring none. That is unknown: shown, and not waited for. Argo CD calls it
 * degraded, which on a cluster without a metrics server would roll back every sync. Source: health_hpa.go in its gitops-engine.
 */
export function autoscalerHealth(object: KubernetesObject): Health {
  if (isUnobserved(object)) return unobserved
  const conditions = conditionsOf(object)
  const able = conditionIn(conditions, 'AbleToScale')
  if (!able) return progressing('waiting for its controller to look at what it scales')
  if (able.status === 'False') return degraded(wordsOf(able))
  const active = conditionIn(conditions, 'ScalingActive')
  if (active?.status !== 'False' || active.reason === 'ScalingDisabled') return healthy
  if (ownFault.has(active.reason)) return degraded(wordsOf(active))
  return { status: 'unknown', message: `it has no metrics to scale by: ${wordsOf(active)}` }
}

/** autoscaling/v1 has them as JSON in an annotation. */
function conditionsOf(object: KubernetesObject): readonly unknown[] {
  const text = object.metadata.annotations?.['autoscaling.alpha.kubernetes.io/conditions']
  if (text === undefined) return listAt(object, 'status', 'conditions')
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : []
  } catch {
    // Anybody may write an annotation: what is none of the controller's says nothing.
    return []
  }
}

/** It may forbid every disruption for good reason; only one that its controller cannot work out is a fault. */
export function disruptionBudgetHealth(object: KubernetesObject): Health {
  if (isUnobserved(object)) return unobserved
  const allowed: Condition | null = conditionIn(listAt(object, 'status', 'conditions'), 'DisruptionAllowed')
  return allowed?.status === 'False' && allowed.reason === 'SyncFailed' ? degraded(wordsOf(allowed)) : healthy
}
