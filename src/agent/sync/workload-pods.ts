import type { KubernetesObject } from '../../model/object.ts'
import { isJsonObject, listAt, numberAt, property, propertyAt, textAt } from '../../engine/json.ts'

interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>
  readonly matchExpressions: readonly Requirement[]
}

interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

const workloads: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
])

/** The selector of a built-in workload's pods; null for anything else, and while the server has not filled it in. */
export function podSelectorOf(object: KubernetesObject): LabelSelector | null {
  if (!workloads.has(object.kind)) return null
  const selector = propertyAt(object, 'spec', 'selector')
  if (!isJsonObject(selector)) return null
  const labels = property(selector, 'matchLabels')
  return {
    matchLabels: isJsonObject(labels) ? (labels as Record<string, string>) : {},
    matchExpressions: listAt(selector, 'matchExpressions').map(it => ({
      key: textAt(it, 'key') ?? '',
      operator: textAt(it, 'operator') ?? '',
      values: listAt(it, 'values').filter(value => typeof value === 'string'),
    })),
  }
}

/** The selector as the API takes it in `labelSelector`. */
export function formatSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  const equals = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const expressions = matchExpressions.map(({ key, operator, values }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`
      case 'NotIn':
        return `${key} notin (${values.join(',')})`
      case 'DoesNotExist':
        return `!${key}`
      default:
        return key
    }
  })
  return [...equals, ...expressions].join(',')
}

/**
 * The pods that tell whether a workload's *new* template works, by ownership: a Deployment's from its current ReplicaSet, a
 * StatefulSet's and DaemonSet's of the newest revision. Old pods may have been failing before, often they are why the change
 * is made.
 */
export function newPodsOf(
  workload: KubernetesObject,
  pods: Controlled,
  replicaSets: Controlled,
): readonly KubernetesObject[] {
  // Until its controller has seen the new template, all that is known is about the old one.
  const seen = numberAt(workload, 'status', 'observedGeneration') ?? 0
  if (workload.kind !== 'Job' && seen < (workload.metadata.generation ?? 0)) return []
  const living = (owner: KubernetesObject) => pods.of(owner).filter(pod => !pod.metadata.deletionTimestamp)
  if (workload.kind === 'Deployment') {
    const current = replicaSets
      .of(workload)
      .find(it => revisionOf(it) !== null && revisionOf(it) === revisionOf(workload))
    return current ? living(current) : []
  }
  const owned = living(workload)
  if (workload.kind === 'StatefulSet') {
    const newest = textAt(workload, 'status', 'updateRevision')
    return owned.filter(pod => pod.metadata.labels?.['controller-revision-hash'] === newest)
  }
  if (workload.kind === 'DaemonSet') {
    const newest = workload.metadata.annotations?.['deprecated.daemonset.template.generation']
    return owned.filter(pod => pod.metadata.labels?.['pod-template-generation'] === newest)
  }
  return owned
}

/** Objects by the one that controls them. */
export interface Controlled {
  of(owner: KubernetesObject): readonly KubernetesObject[]
}

export function controlled(objects: Iterable<KubernetesObject>): Controlled {
  const byOwner = new Map<string, KubernetesObject[]>()
  for (const object of objects) {
    const uid = object.metadata.ownerReferences?.find(it => it.controller === true)?.uid
    if (uid === undefined) continue
    const siblings = byOwner.get(uid)
    if (siblings) siblings.push(object)
    else byOwner.set(uid, [object])
  }
  return { of: ({ metadata: { uid } }) => (uid === undefined ? [] : (byOwner.get(uid) ?? [])) }
}

/** What the Deployment controller numbers its ReplicaSets with, and notes on the Deployment once it has seen the template. */
function revisionOf(object: KubernetesObject): string | null {
  return object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? null
}
