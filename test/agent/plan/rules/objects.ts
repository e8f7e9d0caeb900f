import type { KubernetesObject } from '../../../../src/model/object.ts'
import { deployment as aDeployment } from '../../../builders/objects.ts'
import type { ControlPlane } from '../../../control-plane.ts'

/** Without a namespace: the application's own. */
export const deployment = (over: Parameters<typeof aDeployment>[0] = {}): KubernetesObject =>
  aDeployment({ namespace: '', ...over })

export function configMap(
  name: string,
  data: Readonly<Record<string, unknown>> = {},
  meta: object = {},
): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...meta }, data }
}

export function custom(apiVersion: string, kind: string, name: string, spec: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name }, spec }
}

/** A CustomResourceDefinition that no other test uses, with a schema of `spec`. */
export function definitionOf(
  plane: ControlPlane,
  { versions, properties = {} }: { readonly versions: readonly string[]; readonly properties?: object },
): { readonly definition: KubernetesObject; readonly group: string; readonly kind: string } {
  const plural = plane.freeName('gadgets')
  const group = 'plan.example.com'
  const kind = `Gadget${plural.replaceAll('-', '')}`
  const spec = { type: 'object', properties }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: versions.map((name, at) => ({
        name,
        served: true,
        storage: at === versions.length - 1,
        schema,
      })),
    },
  }
  return { definition, group, kind }
}
