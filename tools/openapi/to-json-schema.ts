// An OpenAPI document is walked, not modelled.
type Json = any

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
export function toJsonSchema(schema: Json): Json {
  if (typeof schema === 'boolean' || schema === undefined) return schema
  if (typeof schema.$ref === 'string') {
    return { $ref: schema.$ref.replace('#/components/schemas/', '#/components/') }
  }
  const out: Json = {}
  for (const [key, value] of Object.entries<Json>(schema)) {
    if (kept.has(key)) out[key] = value
    else if (lists.has(key)) {
      const target = key === 'oneOf' ? 'anyOf' : key
      out[target] = [...(out[target] ?? []), ...value.map(toJsonSchema)]
    } else if (schemas.has(key)) out[key] = toJsonSchema(value)
    else if (key === 'properties') {
      out.properties = Object.fromEntries(
        Object.entries(value).map(([name, child]) => [name, toJsonSchema(child)]),
      )
    }
  }
  return schema.nullable === true ? nullable(out) : out
}

function nullable(schema: Json): Json {
  if (typeof schema.type === 'string') {
    return {
      ...schema,
      type: [schema.type, 'null'],
      ...(schema.enum && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {}),
    }
  }
  if (schema.anyOf) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] }
  return Object.keys(schema).length === 0 ? {} : { anyOf: [schema, { type: 'null' }] }
}
