import type { KubernetesObject } from '../model/object.ts'

/** An object without its managedFields, which take more memory than all the rest of it. */
export function withoutOwners(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
