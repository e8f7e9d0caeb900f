import { applicationDocument } from '../model/application-document.ts'
import type { Problem } from '../model/problem.ts'
import { closest, didYouMean } from './closest.ts'
import { formatPath, type SchemaNode, schemaNodeOf } from './document-problems.ts'
import type { YamlDocument } from './yaml-document.ts'

/**
 * Fields of Argo CD's Application that may stay, for they change nothing of what is rendered or synced. List indices left out; of its
 * reference documentation for version 3.
 */
const withoutEffect: ReadonlySet<string> = new Set([
  'spec.info',
  'spec.source.name',
  'spec.sources.name',
  'spec.source.helm.version',
  'spec.sources.helm.version',
  'spec.syncPolicy.retry.refresh',
])

/** Fields of Argo CD that would change what is rendered, and why they are refused. */
const unsupported: Readonly<Record<string, string>> = {
  'spec.sourceHydrator': 'rendered branches are not written',
  'spec.source.plugin': 'config management plugins are not run',
  'spec.sources.plugin': 'config management plugins are not run',
  'spec.source.directory.jsonnet': 'Jsonnet is not rendered',
  'spec.sources.directory.jsonnet': 'Jsonnet is not rendered',
}

/** Argo CD gets new fields: in its documents only what looks like a slip is refused. */
const mostEditsOfASlip = 2

/** Fields of an Application that nobody would read, although whoever wrote them counts on them. */
export function unreadFields(document: YamlDocument, file: string): readonly Problem[] {
  const { apiVersion, spec } = document.value as { readonly apiVersion: string; readonly spec: unknown }
  const isOurs = apiVersion.startsWith('plumbline.dev/')
  const found: Problem[] = []
  visit(spec, specSchema(), ['spec'])
  return found

  function visit(value: unknown, schema: SchemaNode | undefined, path: readonly PropertyKey[]): void {
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) visit(item, schema?.items, [...path, at])
      return
    }
    const known = schema?.properties ?? schema?.anyOf?.find(it => it.properties)?.properties
    if (!known || typeof value !== 'object' || value === null) return
    for (const [key, inside] of Object.entries(value)) {
      const at = [...path, key]
      if (Object.hasOwn(known, key)) visit(inside, known[key], at)
      else judge(at, inside, Object.keys(known))
    }
  }

  function judge(at: readonly PropertyKey[], value: unknown, known: readonly string[]): void {
    const plain = at.filter(it => typeof it === 'string').join('.')
    const key = String(at.at(-1))
    if (withoutEffect.has(plain)) return
    const location = { file, ...document.positionOf(at) }
    const code = 'invalid-application'
    const why = Object.hasOwn(unsupported, plain) ? unsupported[plain] : undefined
    if (why && isEmpty(value)) return
    if (why) {
      const hint = 'render it before, and commit what comes out'
      found.push({ code, message: `${formatPath(at)} is not supported: ${why}`, location, hint })
    } else if (isOurs || closest(key, known, mostEditsOfASlip) !== null) {
      const message = `unknown key ${formatPath(at)}`
      found.push({ code, message, location, hint: didYouMean(key, known) })
    }
  }
}

/** Tools write out what is not set: `jsonnet: {}`. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

let schemaOfSpec: SchemaNode | undefined

/** Worked out once: it takes longer than most documents do. */
function specSchema(): SchemaNode | undefined {
  schemaOfSpec ??= schemaNodeOf(applicationDocument).properties?.['spec']
  return schemaOfSpec
}
