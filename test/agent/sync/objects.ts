import type { KubernetesObject } from '../../../src/model/object.ts'
import { configMap, deployment } from '../../builders/objects.ts'

/** As written in Git: without a namespace. */
export function written(object: KubernetesObject): KubernetesObject {
  const { namespace: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

export const settings = (mode: string) => written(configMap({ data: { mode } }))
export const frontend = (options: Parameters<typeof deployment>[0] = {}) => written(deployment(options))

/** A workload whose pods crash, never get their image, or never become ready. */
export function simulating(
  behaviour: 'crash' | 'image-pull' | 'never-ready',
  object: KubernetesObject,
): KubernetesObject {
  const spec = object['spec'] as { template: { metadata: object } }
  const metadata = { ...spec.template.metadata, annotations: { 'plumbline.dev/simulate': behaviour } }
  return { ...object, spec: { ...spec, template: { ...spec.template, metadata } } }
}
