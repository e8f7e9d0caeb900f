import { groupOf } from '../../model/identity.ts'
import type { Catalog } from './catalog.ts'
import { checkObject } from './check-value.ts'
import type { Finding } from './finding.ts'
import { isMap, type Path } from './words.ts'

/** What came out of looking at one object of a document. */
export type ObjectCheck =
  | {
      readonly kind: 'checked'
      /** `Deployment web`; for messages. */
      readonly subject: string
      /** Where the object stands in its document: empty, or an item of a list. */
      readonly at: Path
      readonly findings: readonly (Omit<Finding, 'code'> & { readonly code: string })[]
    }
  /** A custom kind that only a cluster knows. */
  | { readonly kind: 'untold'; readonly apiVersion: string; readonly objectKind: string }

export interface CheckOptions {
  readonly catalog: Catalog
  /** A part of an object, such as a patch. */
  readonly partial: boolean
}

/** Checks every Kubernetes object of a document. What is none, such as a chart's values, is passed over. */
export function checkDocumentValue(value: unknown, options: CheckOptions): readonly ObjectCheck[] {
  return objectsIn(value, []).flatMap(({ object, at }) => checkOne(object, at, options))
}

interface Placed {
  readonly object: Readonly<Record<string, unknown>>
  readonly at: Path
}

function objectsIn(value: unknown, at: Path): readonly Placed[] {
  if (!isMap(value)) return []
  const { kind, items } = value
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, [...at, 'items', index]))
  }
  return [{ object: value, at }]
}

function checkOne(object: Placed['object'], at: Path, options: CheckOptions): readonly ObjectCheck[] {
  const { apiVersion, kind, metadata } = object
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || isReadElsewhere(apiVersion, kind))
    return []
  const subject = subjectOf(kind, metadata)
  const found = options.catalog.find(apiVersion, kind)
  // Configuration files of programs have an apiVersion and a kind too, but no name.
  if (found.kind !== 'known' && nameIn(metadata) === null) return []
  if (found.kind === 'untold') return [{ kind: 'untold', apiVersion, objectKind: kind }]
  if (found.kind === 'wrong') {
    const { code, message, hint } = found
    const path = code === 'unknown-kind' && message.startsWith('there is no kind') ? ['kind'] : ['apiVersion']
    return [{ kind: 'checked', subject, at, findings: [{ code, path, message, hint }] }]
  }
  const { root, components } = found
  const context = { components, partial: options.partial, secret: kind === 'Secret' }
  const findings = [...nameFindings(metadata, options), ...checkObject(object, root, context)]
  return [{ kind: 'checked', subject, at, findings }]
}

/** Applications have a check of their own, and kustomize's own documents never reach a cluster. */
function isReadElsewhere(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion)
  if (apiVersion === 'builtin' || group === 'kustomize.config.k8s.io') return true
  return kind === 'Application' && applicationGroups.includes(group)
}

const applicationGroups: readonly string[] = ['plumbline.dev', 'argoproj.io']

/** Schemas do not say it, for a server may make a name up; from Git that is for hooks only, which renders look after. */
function nameFindings(metadata: unknown, { partial }: CheckOptions): readonly Finding[] {
  if (partial || (metadata !== undefined && metadata !== null && !isMap(metadata))) return []
  if (isMap(metadata) && (metadata['name'] !== undefined || metadata['generateName'] !== undefined)) return []
  const message = 'metadata.name is missing'
  return [{ code: 'missing-field', path: ['metadata', 'name'], message, hint: null }]
}

function subjectOf(kind: string, metadata: unknown): string {
  const name = nameIn(metadata)
  return name === null ? kind : `${kind} ${name}`
}

function nameIn(metadata: unknown): string | null {
  if (!isMap(metadata)) return null
  const name = metadata['name'] ?? metadata['generateName']
  return typeof name === 'string' && name !== '' ? name : null
}
