import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { listAt, textAt } from '../json.ts'
import { conditionOf, degraded, healthy, isUnobserved, progressing, unobserved, wordsOf } from './verdict.ts'

/** Only a load balancer has anything to wait for: its address. */
export function serviceHealth(object: KubernetesObject): Health {
  if (textAt(object, 'spec', 'type') !== 'LoadBalancer') return healthy
  return listAt(object, 'status', 'loadBalancer', 'ingress').length > 0
    ? healthy
    : progressing('waiting for an address of its load balancer')
}

/**
 * Healthy as soon as it exists. Argo CD waits for an address here, and hangs where no controller writes one
 * (argo-cd#1704); an Ingress that names a class is served or not without ever saying so.
 */
export function ingressHealth(_object: KubernetesObject): Health {
  return healthy
}

export function claimHealth(object: KubernetesObject): Health {
  switch (textAt(object, 'status', 'phase')) {
    case 'Bound':
      return healthy
    case 'Lost':
      return degraded('its PersistentVolume is lost')
    case null:
    default:
      return progressing('waiting for a PersistentVolume')
  }
}

/** Reasons of failing conditions that pass by themselves while metrics come up. */
const passing: ReadonlySet<string> = new Set([
  'FailedGetResourceMetric',
  'FailedGetPodsMetric',
  'FailedGetScale',
])

/** Source: gitops-engine pkg/health/health_hpa.go, which calls every failing condition degraded. */
export function autoscalerHealth(object: KubernetesObject): Health {
  if (isUnobserved(object)) return unobserved
  for (const type of ['AbleToScale', 'ScalingActive'] as const) {
    const condition = conditionOf(object, type)
    if (condition?.status !== 'False' || condition.reason === 'ScalingDisabled') continue
    return passing.has(condition.reason) ? progressing(wordsOf(condition)) : degraded(wordsOf(condition))
  }
  return conditionOf(object, 'AbleToScale')
    ? healthy
    : progressing('waiting for its first look at the metrics')
}
