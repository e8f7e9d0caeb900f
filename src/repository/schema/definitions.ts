import { type Components, objectMeta, type Schema } from './schema.ts'
import { isMap } from './words.ts'

/** A kind that a CustomResourceDefinition of the same repository defines. */
export interface DefinedKind {
  readonly apiVersion: string
  readonly kind: string
  readonly schema: Schema
}

/** The kinds that a document defines: those of a CustomResourceDefinition, one for each version that it serves. */
export function kindsDefinedBy(document: unknown): readonly DefinedKind[] {
  if (!isMap(document) || document['kind'] !== 'CustomResourceDefinition') return []
  if (document['apiVersion'] !== 'apiextensions.k8s.io/v1' || !isMap(document['spec'])) return []
  const { group, names, versions } = document['spec']
  const kind = isMap(names) ? names['kind'] : null
  if (typeof group !== 'string' || typeof kind !== 'string' || !Array.isArray(versions)) return []
  return versions.filter(isMap).flatMap(version => {
    const schema = isMap(version['schema']) ? version['schema']['openAPIV3Schema'] : null
    if (typeof version['name'] !== 'string' || version['served'] === false || !isMap(schema)) return []
    return [{ apiVersion: `${group}/${version['name']}`, kind, schema: completed(schema) }]
  })
}

/** Every object has apiVersion, kind and metadata, whether its definition names them or not. */
function completed(schema: Schema): Schema {
  const own = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { $ref: objectMeta } }
  return { ...schema, properties: { ...schema.properties, ...own } }
}

/** `components` and a component for a defined kind, whose name is returned with them. */
export function withDefinition(
  components: Components,
  { apiVersion, kind, schema }: DefinedKind,
): { readonly root: string; readonly components: Components } {
  const root = `${apiVersion}/${kind}`
  return { root, components: { ...components, [root]: schema } }
}
