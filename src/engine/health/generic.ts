import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { conditionOf, degraded, healthy, isUnobserved, progressing, unobserved, wordsOf } from './verdict.ts'

/** Conditions that say that something is wrong when they are true. */
const badWhenTrue = ['Stalled', 'Failed', 'Degraded'] as const
/** Conditions that say that all is well when they are true, in the order in which they are asked. */
const goodWhenTrue = ['Ready', 'Available', 'Healthy', 'Established'] as const

/** kstatus's rules for any kind: observedGeneration, then the conditions that are standard. Source: sigs.k8s.io/cli-utils/pkg/kstatus. */
export function genericHealth(object: KubernetesObject): Health {
  if (isUnobserved(object)) return unobserved
  for (const type of badWhenTrue) {
    const condition = conditionOf(object, type)
    if (condition?.status === 'True') return degraded(wordsOf(condition))
  }
  const reconciling = conditionOf(object, 'Reconciling')
  if (reconciling?.status === 'True') return progressing(wordsOf(reconciling))
  for (const type of goodWhenTrue) {
    const condition = conditionOf(object, type)
    if (condition) return condition.status === 'True' ? healthy : progressing(wordsOf(condition))
  }
  return healthy
}
