import type { KubernetesObject } from '../model/object.ts'
import { isDefinition } from './defined-kinds.ts'
import { isJsonObject, listAt, property, propertyAt, textAt } from './json.ts'

/** Structural schemas of the kinds that CustomResourceDefinitions define, by `apiVersion/Kind`. */
export function schemasOf(definitions: readonly KubernetesObject[]): ReadonlyMap<string, unknown> {
  const schemas = new Map<string, unknown>()
  for (const definition of definitions.filter(isDefinition)) {
    const group = textAt(definition, 'spec', 'group')
    const kind = textAt(definition, 'spec', 'names', 'kind')
    for (const version of listAt(definition, 'spec', 'versions')) {
      const schema = propertyAt(version, 'schema', 'openAPIV3Schema')
      schemas.set(`${group}/${textAt(version, 'name')}/${kind}`, schema)
    }
  }
  return schemas
}

/**
 * The object with what a structural schema fills in. For a schema that the server does not have yet. Source:
 * k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting.
 */
export function withSchemaDefaults(object: KubernetesObject, schema: unknown): KubernetesObject {
  const { apiVersion, kind, metadata, ...content } = object
  const { status: _status, ...properties } = (property(schema, 'properties') ?? {}) as Readonly<
    Record<string, unknown>
  >
  return { apiVersion, kind, metadata, ...(filled(content, { ...asMap(schema), properties }) as object) }
}

function filled(value: unknown, schema: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => filled(item, property(schema, 'items')))
  if (!isJsonObject(value)) return value
  const properties = asMap(property(schema, 'properties'))
  const others = property(schema, 'additionalProperties')
  const known = new Map<string, unknown>(Object.entries(value))
  for (const [name, field] of Object.entries(properties)) {
    const isEmpty = known.get(name) === null && property(field, 'nullable') !== true
    const missing = property(field, 'default')
    if ((isEmpty || !known.has(name)) && missing !== undefined) known.set(name, missing)
  }
  return Object.fromEntries(
    [...known].map(([name, item]) => [name, filled(item, properties[name] ?? others)]),
  )
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {}
}
