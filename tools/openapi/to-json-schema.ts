/** A schema, of OpenAPI or of JSON Schema: walked key by key. */
export type Schema = Readonly<Record<string, unknown>>

const lists = new Set(['allOf', 'anyOf', 'oneOf'])
const schemas = new Set(['items', 'additionalProperties', 'not'])
const kept = new Set([
  'type',
  'enum',
  'required',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
])

/**
 * An OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a type, prose and examples go, references point to
 * `#/components/NAME`.
 *
 * `oneOf` becomes `anyOf`: GitHub's alternatives are too loose to exclude each other, so that its own answers match
 * several of them.
 */
export function toJsonSchema(schema: Schema): Schema {
  const { $ref } = schema
  if (typeof $ref === 'string') return { $ref: $ref.replace('#/components/schemas/', '#/components/') }
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (kept.has(key)) out[key] = value
    else if (lists.has(key)) {
      const target = key === 'oneOf' ? 'anyOf' : key
      const before = (out[target] ?? []) as readonly Schema[]
      out[target] = [...before, ...(value as readonly Schema[]).map(toJsonSchema)]
    } else if (schemas.has(key)) out[key] = typeof value === 'boolean' ? value : toJsonSchema(value as Schema)
    else if (key === 'properties') {
      const properties = Object.entries(value as Readonly<Record<string, Schema>>)
      out[key] = Object.fromEntries(properties.map(([name, child]) => [name, toJsonSchema(child)]))
    }
  }
  return schema['nullable'] === true ? nullable(out) : out
}

function nullable(schema: Schema): Schema {
  const { type, enum: values, anyOf } = schema
  if (typeof type === 'string') {
    const withNull =
      Array.isArray(values) && !values.includes(null) ? { enum: [...(values as unknown[]), null] } : {}
    return { ...schema, type: [type, 'null'], ...withNull }
  }
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...(anyOf as Schema[]), { type: 'null' }] }
  return Object.keys(schema).length === 0 ? {} : { anyOf: [schema, { type: 'null' }] }
}
