import { type Correction, corrections } from './corrections.ts'
import { toJsonSchema } from './to-json-schema.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: unknown
}

export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** Absent when the operation takes no body. */
  readonly body?: { readonly required: boolean; readonly schema: unknown }
  /** JSON schema by status; null means an answer without a body. */
  readonly responses: Readonly<Record<string, unknown>>
}

/** What the extraction file holds. Schemas are JSON Schema 2020 with `$ref` into `#/components/`. */
export interface CompactDescription {
  readonly source: { readonly package: string; readonly version: string }
  readonly corrections: readonly Omit<Correction, 'schema'>[]
  readonly operations: Readonly<Record<string, Operation>>
  readonly webhooks: Readonly<Record<string, unknown>>
  readonly components: Readonly<Record<string, unknown>>
}

interface Wanted {
  readonly source: CompactDescription['source']
  readonly operations: readonly string[]
  readonly webhooks: readonly string[]
}

// An OpenAPI document is walked, not modelled.
type Json = any

/** Keeps the wanted operations and what they refer to. Throws when one is not in the description. */
export function compactDescription(document: Json, wanted: Wanted): CompactDescription {
  const operations = Object.fromEntries(wanted.operations.map(id => [id, operation(document, id)]))
  const webhooks = Object.fromEntries(
    wanted.webhooks.map(name => {
      const found = document['x-webhooks'][name]
      if (!found) throw new Error(`no webhook ${name} in the description: is its key still the same?`)
      return [name, toJsonSchema(found.post.requestBody.content['application/json'].schema)]
    }),
  )
  return {
    source: wanted.source,
    corrections: corrections.map(({ operation, status, why }) => ({ operation, status, why })),
    operations,
    webhooks,
    components: referenced(document.components.schemas, { operations, webhooks }),
  }
}

function operation(document: Json, id: string): Operation {
  for (const [path, methods] of Object.entries<Json>(document.paths)) {
    for (const [method, found] of Object.entries<Json>(methods)) {
      if (found.operationId !== id) continue
      const body = resolve(document, found.requestBody)
      const schema = body?.content?.['application/json']?.schema
      return {
        method: method.toUpperCase(),
        path,
        parameters: (found.parameters ?? []).map((parameter: Json) =>
          parameterOf(resolve(document, parameter)),
        ),
        ...(schema ? { body: { required: body.required === true, schema: toJsonSchema(schema) } } : {}),
        responses: Object.fromEntries(
          Object.entries<Json>(found.responses).map(([status, response]) => [
            status,
            corrected(id, status) ?? responseSchema(document, response),
          ]),
        ),
      }
    }
  }
  throw new Error(`no operation ${id} in the description: is its operationId still the same?`)
}

const parameterOf = (found: Json): Parameter => ({
  name: found.name,
  in: found.in,
  required: found.required === true,
  schema: toJsonSchema(found.schema),
})

const corrected = (operation: string, status: string): unknown =>
  corrections.find(one => one.operation === operation && one.status === status)?.schema

function responseSchema(document: Json, response: Json): unknown {
  const schema = resolve(document, response).content?.['application/json']?.schema
  return schema ? toJsonSchema(schema) : null
}

function resolve(document: Json, node: Json): Json {
  if (typeof node?.$ref !== 'string') return node
  return resolve(
    document,
    node.$ref
      .slice(2)
      .split('/')
      .reduce((at: Json, key: string) => at[key], document),
  )
}

/** The components reachable from `roots`, themselves converted. */
function referenced(schemas: Json, roots: unknown): Record<string, unknown> {
  const kept = new Map<string, unknown>()
  const visit = (node: Json): void => {
    if (node === null || typeof node !== 'object') return
    if (typeof node.$ref === 'string') {
      const name = node.$ref.slice('#/components/'.length)
      if (!kept.has(name)) {
        kept.set(name, toJsonSchema(schemas[name]))
        visit(kept.get(name))
      }
    }
    for (const value of Object.values(node)) visit(value)
  }
  visit(roots)
  return Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1)))
}
