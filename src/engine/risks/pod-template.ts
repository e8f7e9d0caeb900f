import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { isJsonObject, type JsonObject, listAt, numberAt, propertyAt } from '../json.ts'

/** The pods that an object runs, as it describes them. */
export interface PodTemplate {
  readonly labels: JsonObject
  readonly spec: unknown
}

/** Null for what runs no pods. Any kind with a template of that form counts: rollouts of other projects too. */
export function podTemplateOf(object: KubernetesObject | null): PodTemplate | null {
  if (!object) return null
  if (object.kind === 'Pod' && groupOf(object.apiVersion) === '') {
    return { labels: labelsOf(object), spec: object.spec }
  }
  const template =
    propertyAt(object, 'spec', 'template') ?? propertyAt(object, 'spec', 'jobTemplate', 'spec', 'template')
  const spec = propertyAt(template, 'spec')
  return listAt(spec, 'containers').length > 0 ? { labels: labelsOf(template), spec } : null
}

function labelsOf(value: unknown): JsonObject {
  const labels = propertyAt(value, 'metadata', 'labels')
  return isJsonObject(labels) ? labels : {}
}

/** Containers of all kinds, those that run before the others first. */
export function containersOf(spec: unknown): readonly unknown[] {
  return [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]
}

/**
 * How many pods an object asks for at the same time. `live` tells what the object itself does not: the number of nodes that a DaemonSet
 * goes to.
 */
export function podsWanted(object: KubernetesObject, live: KubernetesObject | null): number {
  switch (object.kind) {
    case 'DaemonSet':
      return numberAt(live, 'status', 'desiredNumberScheduled') ?? 0
    case 'CronJob':
      return 0
    case 'Job':
      return numberAt(object, 'spec', 'parallelism') ?? 1
    case 'Pod':
      return 1
    default:
      return numberAt(object, 'spec', 'replicas') ?? numberAt(live, 'spec', 'replicas') ?? 1
  }
}
