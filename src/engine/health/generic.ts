import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { listAt, numberAt, propertyAt } from '../json.ts'
import {
  type Condition,
  conditionOf,
  degraded,
  healthy,
  isUnobserved,
  progressing,
  suspended,
  unobserved,
  wordsOf,
} from './verdict.ts'

/** Conditions that say that something is wrong when they are true. */
const badWhenTrue = ['Stalled', 'Failed', 'Degraded'] as const
/** Conditions that say that all is well when they are true, in the order in which they are asked. */
const goodWhenTrue = ['Ready', 'Available', 'Healthy', 'Established', 'Programmed', 'Synced'] as const

/**
 * Kinds whose controllers always say Ready: without it nobody has looked at the object yet. For other kinds that is not known, and
 * what says nothing is healthy, as in kstatus.
 */
const alwaysSaysReady: Readonly<Record<string, readonly string[]>> = {
  'cert-manager.io': ['Certificate', 'Issuer', 'ClusterIssuer'],
  'kustomize.toolkit.fluxcd.io': ['Kustomization'],
  'helm.toolkit.fluxcd.io': ['HelmRelease'],
  'source.toolkit.fluxcd.io': ['GitRepository', 'OCIRepository', 'Bucket', 'HelmChart'],
  'serving.knative.dev': ['Service', 'Route', 'Configuration', 'Revision'],
  'external-secrets.io': ['ExternalSecret'],
}

/**
 * kstatus's rules for any kind: observedGeneration, then the conditions that are standard. A condition that names the generation that
 * it is about counts for that one only. Source: sigs.k8s.io/cli-utils/pkg/kstatus, and Condition of apimachinery's meta/v1.
 */
export function genericHealth(object: KubernetesObject): Health {
  const group = groupOf(object.apiVersion)
  if (group.endsWith('.toolkit.fluxcd.io') && propertyAt(object, 'spec', 'suspend') === true) {
    return suspended('its reconciliation is suspended')
  }
  if (isUnobserved(object)) return unobserved
  for (const type of badWhenTrue) {
    const condition = conditionOf(object, type)
    if (condition?.status === 'True' && !isOld(condition, object)) return degraded(wordsOf(condition))
  }
  const reconciling = conditionOf(object, 'Reconciling')
  if (reconciling?.status === 'True') return progressing(wordsOf(reconciling))
  for (const type of goodWhenTrue) {
    const condition = conditionOf(object, type)
    if (!condition) continue
    if (isOld(condition, object)) return unobserved
    return condition.status === 'True' ? healthy : progressing(wordsOf(condition))
  }
  const awaited = listAt(alwaysSaysReady, group).includes(object.kind)
  return awaited ? progressing('waiting for it to say Ready') : healthy
}

function isOld({ observedGeneration }: Condition, object: KubernetesObject): boolean {
  return observedGeneration !== null && observedGeneration < (numberAt(object, 'metadata', 'generation') ?? 0)
}
