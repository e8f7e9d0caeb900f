import type { KubernetesObject } from '../model/object.ts'
import { groupOf } from '../model/identity.ts'
import { conditionOf } from './health/verdict.ts'
import { listAt } from './json.ts'

/** Conditions of a Namespace that goes: what is in its way, the causes before what they cause. */
const ofNamespaces = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceFinalizersRemaining',
  'NamespaceContentRemaining',
]

/** Why an object that is being deleted is still there, in the cluster's own words where it has some. */
export function whyNotGone(live: KubernetesObject): string {
  const { finalizers = [] } = live.metadata
  const reasons = [
    ...(finalizers.length > 0 ? [`it waits for its ${nounOf(finalizers)} ${finalizers.join(', ')}`] : []),
    ...wordsOf(live),
  ]
  return reasons.join('; ') || 'it has not ended yet'
}

function wordsOf(live: KubernetesObject): readonly string[] {
  const group = groupOf(live.apiVersion)
  const types =
    group === '' && live.kind === 'Namespace'
      ? ofNamespaces
      : group === 'apiextensions.k8s.io'
        ? ['Terminating']
        : []
  return types.flatMap(type => {
    const condition = conditionOf(live, type)
    return condition?.status === 'True' && condition.message ? [condition.message] : []
  })
}

function nounOf(finalizers: readonly string[]): string {
  return finalizers.length === 1 ? 'finalizer' : 'finalizers'
}

/**
 * Whether a deleted object may stay for a while: it has finalizers, or gets them with its deletion. Anything else is gone as soon as
 * the API server has answered, or once its grace period is over.
 */
export function goesSlowly(live: KubernetesObject): boolean {
  if ((live.metadata.finalizers ?? []).length > 0) return true
  const group = groupOf(live.apiVersion)
  if (group === 'apiextensions.k8s.io') return true
  return group === '' && live.kind === 'Namespace' && listAt(live, 'spec', 'finalizers').length > 0
}
