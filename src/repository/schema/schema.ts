/**
 * A schema as Kubernetes publishes it: OpenAPI v3 of the API server, or `openAPIV3Schema` of a CustomResourceDefinition. A small,
 * structural part of JSON Schema with extensions of its own.
 */
export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[]
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** Schemas by the name that `$ref` gives them after `#/components/schemas/`. */
export type Components = Readonly<Record<string, Schema>>

/** The kinds of one apiVersion. */
export interface GroupVersionSchemas {
  /** Names of components by kind. */
  readonly kinds: ReadonlyMap<string, string>
  readonly components: Components
}

/** What knows which kinds there are, and what their objects look like. */
export interface SchemaSource {
  /** The Kubernetes version, such as `1.36.3`. */
  readonly kubernetesVersion: string
  /** Every apiVersion there is: `v1`, `apps/v1`. */
  readonly apiVersions: ReadonlySet<string>
  /** Null when there is no such apiVersion. Asked once for each; keeps no answer. */
  load(apiVersion: string, signal: AbortSignal): Promise<GroupVersionSchemas | null>
}

const referencePrefix = '#/components/schemas/'

export function nameOfReference(reference: string): string {
  return reference.startsWith(referencePrefix) ? reference.slice(referencePrefix.length) : reference
}

export const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
export const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity'

/** The component that a schema stands for, when it is nothing but a reference. API servers wrap them to add words and defaults. */
export function referenceOf(schema: Schema): string | null {
  const reference = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined)
  return reference === undefined ? null : nameOfReference(reference)
}

/** The kinds that are objects on their own: no lists, no options, nothing without metadata. */
export function objectKinds(components: Components, apiVersion: string): ReadonlyMap<string, string> {
  const kinds = new Map<string, string>()
  for (const [name, schema] of Object.entries(components)) {
    const metadata = schema.properties?.['metadata']
    if (!metadata || referenceOf(metadata) !== objectMeta) continue
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      if ((group === '' ? version : `${group}/${version}`) === apiVersion) kinds.set(kind, name)
    }
  }
  return kinds
}

/** The schema behind references. An empty one, which takes anything, where there is none of that name. */
export function resolved(schema: Schema, components: Components): Schema {
  let found = schema
  for (let steps = 0; steps < 10; steps++) {
    const reference = referenceOf(found)
    if (reference === null) return found
    found = components[reference] ?? {}
  }
  return found
}
