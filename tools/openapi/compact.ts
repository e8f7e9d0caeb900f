import { componentCorrections, type Correction, corrections } from './corrections.ts'
import type { Body, Described, OpenApi, Reference, RawParameter } from './open-api.ts'
import { type Schema, toJsonSchema } from './to-json-schema.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}

export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** Absent when the operation takes no body. */
  readonly body?: { readonly required: boolean; readonly schema: Schema }
  /** JSON schema by status; null means an answer without a body. */
  readonly responses: Readonly<Record<string, Schema | null>>
}

/** What the extraction file holds. Schemas are JSON Schema 2020 with `$ref` into `#/components/`. */
export interface CompactDescription {
  readonly source: { readonly package: string; readonly version: string }
  readonly corrections: readonly Omit<Correction, 'schema'>[]
  readonly operations: Readonly<Record<string, Operation>>
  readonly webhooks: Readonly<Record<string, Schema>>
  readonly components: Readonly<Record<string, Schema>>
}

interface Wanted {
  readonly source: CompactDescription['source']
  readonly operations: readonly string[]
  readonly webhooks: readonly string[]
}

/** Keeps the wanted operations and what they refer to. Throws when one is not in the description. */
export function compactDescription(document: OpenApi, wanted: Wanted): CompactDescription {
  const operations = Object.fromEntries(wanted.operations.map(id => [id, operation(document, id)]))
  const webhooks = Object.fromEntries(wanted.webhooks.map(name => [name, webhook(document, name)]))
  return {
    source: wanted.source,
    corrections: [
      ...corrections.map(({ operation: id, status, why }) => ({ operation: id, status, why })),
      ...componentCorrections.map(({ component, why }) => ({ operation: component, status: 'webhook', why })),
    ],
    operations,
    webhooks,
    components: withCorrections(referenced(document.components.schemas, { operations, webhooks })),
  }
}

function withCorrections(components: Record<string, Schema>): Record<string, Schema> {
  const corrected = structuredClone(components)
  for (const { component, at, schema } of componentCorrections) {
    const key = at.at(-1) ?? ''
    const holder = at
      .slice(0, -1)
      .reduce((node: Schema, name) => node[name] as Schema, corrected[component] ?? {})
    Object.assign(holder, { [key]: schema })
  }
  return corrected
}

function webhook(document: OpenApi, name: string): Schema {
  const body = resolve(document, document['x-webhooks'][name]?.post.requestBody)
  const schema = jsonOf(body)
  if (!schema) throw new Error(`no webhook ${name} in the description: is its key still the same?`)
  return schema
}

function operation(document: OpenApi, id: string): Operation {
  for (const [path, methods] of Object.entries(document.paths)) {
    const entry = Object.entries(methods).find(([, described]) => described.operationId === id)
    if (entry) return { path, ...compact(document, id, entry) }
  }
  throw new Error(`no operation ${id} in the description: is its operationId still the same?`)
}

function compact(
  document: OpenApi,
  id: string,
  [method, found]: [string, Described],
): Omit<Operation, 'path'> {
  const body = resolve(document, found.requestBody)
  const schema = jsonOf(body)
  const responses = Object.entries(found.responses).map(([status, response]) => [
    status,
    corrected(id, status) ?? jsonOf(resolve(document, response)) ?? null,
  ])
  return {
    method: method.toUpperCase(),
    parameters: (found.parameters ?? []).map(parameter => parameterOf(document, parameter)),
    ...(schema ? { body: { required: body?.required === true, schema } } : {}),
    responses: Object.fromEntries(responses) as Operation['responses'],
  }
}

function parameterOf(document: OpenApi, parameter: RawParameter | Reference): Parameter {
  const { name, in: place, required, schema } = resolve(document, parameter)
  return { name, in: place, required: required === true, schema: toJsonSchema(schema) }
}

const corrected = (id: string, status: string): Schema | undefined =>
  corrections.find(one => one.operation === id && one.status === status)?.schema

function jsonOf(body: Body | undefined): Schema | undefined {
  const schema = body?.content?.['application/json']?.schema
  return schema && toJsonSchema(schema)
}

/** Follows a reference into the document's own components. */
function resolve<T extends object | undefined>(document: OpenApi, node: T | Reference): T {
  if (node === undefined || !('$ref' in node)) return node
  const keys = node.$ref.slice(2).split('/')
  const target = keys.reduce((at: unknown, key) => (at as Readonly<Record<string, unknown>>)[key], document)
  return resolve(document, target as T | Reference)
}

/** The components reachable from `roots`, themselves converted. */
function referenced(schemas: OpenApi['components']['schemas'], roots: unknown): Record<string, Schema> {
  const found = new Map<string, Schema>()
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return
    if ('$ref' in node && typeof node.$ref === 'string') {
      const name = node.$ref.slice('#/components/'.length)
      const schema = schemas[name]
      if (schema && !found.has(name)) {
        found.set(name, toJsonSchema(schema))
        visit(found.get(name))
      }
    }
    for (const value of Object.values(node)) visit(value)
  }
  visit(roots)
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
