import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { conditionOf, degraded, healthy, progressing, wordsOf } from './verdict.ts'

/** Established, and its names accepted. */
export function definitionHealth(object: KubernetesObject): Health {
  const names = conditionOf(object, 'NamesAccepted')
  if (names?.status === 'False') return degraded(wordsOf(names))
  const broken = conditionOf(object, 'NonStructuralSchema')
  if (broken?.status === 'True') return degraded(wordsOf(broken))
  const established = conditionOf(object, 'Established')
  if (established?.status === 'True') return healthy
  // Installing is said on the way.
  return established?.status === 'False' && established.reason !== 'Installing'
    ? degraded(wordsOf(established))
    : progressing('waiting to be established')
}

export function apiServiceHealth(object: KubernetesObject): Health {
  const available = conditionOf(object, 'Available')
  if (available?.status === 'True') return healthy
  return progressing(available ? wordsOf(available) : 'waiting to become available')
}

/** A Namespace that is ending is caught before by its deletionTimestamp. */
export function namespaceHealth(_object: KubernetesObject): Health {
  return healthy
}
