import {
  type Components,
  nameOfReference,
  referenceOf,
  type Schema,
} from '../../src/repository/schema/schema.ts'

/** What decides whether a value is good. Words, and what only tools for merging need, are left out. */
const kept: readonly (keyof Schema)[] = [
  'type',
  'format',
  'required',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
]

/** The components that `roots` are made of, without words and without status, which nobody writes. */
export function compactComponents(components: Components, roots: readonly string[]): Components {
  const found = new Map<string, Schema>()
  const visit = (name: string): void => {
    const schema = components[name]
    if (!schema || found.has(name)) return
    const compact = compactSchema(schema, roots.includes(name))
    found.set(name, compact)
    for (const inner of referencesIn(compact)) visit(inner)
  }
  for (const root of roots) visit(root)
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function compactSchema(schema: Schema, isKind: boolean): Schema {
  const reference = referenceOf(schema)
  if (reference !== null) return { $ref: reference }
  const out: Record<string, unknown> = {}
  for (const key of kept) if (schema[key] !== undefined) out[key] = schema[key]
  // Keys of lists may be left out where they have a default, as the protocol of a port.
  if (['string', 'number', 'boolean'].includes(typeof schema.default)) out['default'] = schema.default
  const { properties, items, additionalProperties } = schema
  if (properties) {
    out['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [
        name,
        isKind && name === 'status' ? {} : compactSchema(child, false),
      ]),
    )
  }
  if (items) out['items'] = compactSchema(items, false)
  if (typeof additionalProperties === 'object') {
    out['additionalProperties'] = compactSchema(additionalProperties, false)
  } else if (additionalProperties !== undefined) out['additionalProperties'] = additionalProperties
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    if (schema[key]) out[key] = schema[key].map(child => compactSchema(child, false))
  }
  return out
}

function referencesIn(node: unknown): readonly string[] {
  if (node === null || typeof node !== 'object') return []
  const own = '$ref' in node && typeof node.$ref === 'string' ? [nameOfReference(node.$ref)] : []
  return [...own, ...Object.values(node).flatMap(referencesIn)]
}
