import { groupOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import { listAt, property, textAt } from './json.ts'

/** Scopes of the kinds that CustomResourceDefinitions of a set define, by `apiVersion/Kind`. */
export function definedKinds(
  objects: readonly KubernetesObject[],
): ReadonlyMap<string, 'namespaced' | 'cluster'> {
  const kinds = new Map<string, 'namespaced' | 'cluster'>()
  for (const object of objects.filter(isDefinition)) {
    const group = textAt(object, 'spec', 'group')
    const kind = textAt(object, 'spec', 'names', 'kind')
    if (!group || !kind) continue
    const scope = textAt(object, 'spec', 'scope') === 'Cluster' ? 'cluster' : 'namespaced'
    for (const version of listAt(object, 'spec', 'versions')) {
      const name = textAt(version, 'name')
      if (name && property(version, 'served') !== false) kinds.set(`${group}/${name}/${kind}`, scope)
    }
  }
  return kinds
}

export function isDefinition(object: KubernetesObject): boolean {
  return (
    object.kind === 'CustomResourceDefinition' &&
    typeof object.apiVersion === 'string' &&
    groupOf(object.apiVersion) === 'apiextensions.k8s.io'
  )
}
