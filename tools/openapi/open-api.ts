import type { Schema } from './to-json-schema.ts'

/** The parts of an OpenAPI 3.0 document that the extraction reads. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly 'x-webhooks': Readonly<Record<string, { readonly post: Described }>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

export interface Reference {
  readonly $ref: string
}

export interface Body {
  readonly required?: boolean
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

export interface RawParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
}

export interface Described {
  readonly operationId: string
  readonly parameters?: readonly (RawParameter | Reference)[]
  readonly requestBody?: Body | Reference
  readonly responses: Readonly<Record<string, Body | Reference>>
}
