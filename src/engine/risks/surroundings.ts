import { type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { isAutoscaler } from './autoscaling.ts'
import { isDisruptionBudget } from './disruption.ts'
import { isQuota } from './quota.ts'

/** What a risk may depend on beyond the application's own objects, as the cluster holds it. What is missing was not read, or may not be. */
export interface ClusterFacts {
  /** e.g. `v1.36.3`; null when it is not known. */
  readonly kubernetesVersion: string | null
  /** How many objects the kinds have whose definitions would be deleted, by the definition's id. */
  readonly customObjects: ReadonlyMap<ObjectId, number>
  /** HorizontalPodAutoscalers, PodDisruptionBudgets and ResourceQuotas of the namespaces concerned. */
  readonly neighbours: readonly KubernetesObject[]
}

export const noFacts: ClusterFacts = { kubernetesVersion: null, customObjects: new Map(), neighbours: [] }

/** The same as it will be once the plan is carried out. */
export interface Surroundings {
  readonly kubernetesVersion: string | null
  readonly customObjects: ReadonlyMap<ObjectId, number>
  readonly autoscalers: readonly KubernetesObject[]
  /** Those that the plan changes speak for themselves. */
  readonly disruptionBudgets: readonly KubernetesObject[]
  readonly quotas: readonly KubernetesObject[]
  /** The application's objects that run pods, among others. */
  readonly workloads: readonly KubernetesObject[]
}

/** The plan's own objects. */
export interface Own {
  /** As they will be. */
  readonly objects: readonly KubernetesObject[]
  readonly changing: ReadonlySet<ObjectId>
  readonly leaving: ReadonlySet<ObjectId>
}

export function surroundingsOf(facts: ClusterFacts, { objects, changing, leaving }: Own): Surroundings {
  const live = new Map(facts.neighbours.map(it => [objectIdOf(it), it]))
  const known = new Map([...live].filter(([id]) => !leaving.has(id)))
  for (const object of objects) {
    const id = objectIdOf(object)
    // How much of a quota is used stands in the live one alone.
    const status = live.get(id)?.status
    known.set(id, status === undefined ? object : { ...object, status })
  }
  const all = [...known.values()]
  return {
    kubernetesVersion: facts.kubernetesVersion,
    customObjects: facts.customObjects,
    autoscalers: all.filter(isAutoscaler),
    disruptionBudgets: all.filter(it => isDisruptionBudget(it) && !changing.has(objectIdOf(it))),
    quotas: all.filter(isQuota),
    workloads: objects,
  }
}
