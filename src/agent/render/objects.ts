import type { Problem, SourceLocation } from '../../model/problem.ts'
import { formatProblem } from '../../model/problem.ts'
import { describeIdentity, identityOf, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import type { YamlDocument } from '../../repository/yaml-document.ts'

export interface Objects {
  readonly objects: readonly RenderedObject[]
  readonly problems: readonly Problem[]
}

/** Where a part of a document stands in Git; null when that is not known. */
export type Locate = (document: YamlDocument, path: readonly (string | number)[]) => SourceLocation | null

/** Objects out of documents: empty ones dropped, lists flattened, what is no Kubernetes object said. */
export function objectsFrom(documents: readonly YamlDocument[], locate: Locate): Objects {
  const objects: RenderedObject[] = []
  const problems: Problem[] = []
  for (const document of documents) {
    for (const { value, path } of flatten(document.value, [])) {
      const found = flawsOf(value)
      const at = (inner: readonly (string | number)[]) => locate(document, [...path, ...inner])
      if (found.length === 0) objects.push({ object: value as KubernetesObject, source: at([]) })
      problems.push(...found.map(it => ({ ...it.problem, location: at(it.path) })))
    }
  }
  return { objects, problems }
}

interface Item {
  readonly value: unknown
  readonly path: readonly (string | number)[]
}

function flatten(value: unknown, path: readonly (string | number)[]): readonly Item[] {
  if (value === null) return []
  const list = value as { kind?: unknown; items?: unknown }
  if (
    isMap(value) &&
    typeof list.kind === 'string' &&
    list.kind.endsWith('List') &&
    Array.isArray(list.items)
  ) {
    return list.items.flatMap((item: unknown, index) => flatten(item, [...path, 'items', index]))
  }
  return [{ value, path }]
}

interface Flaw {
  readonly path: readonly string[]
  readonly problem: Omit<Problem, 'location'>
}

const hookAnnotations = ['argocd.argoproj.io/hook', 'helm.sh/hook', 'plumbline.dev/hook']

function flawsOf(value: unknown): readonly Flaw[] {
  if (!isMap(value))
    return [flaw([], 'this is no Kubernetes object, which is a map with apiVersion, kind and metadata')]
  const missing = ['apiVersion', 'kind'].filter(key => typeof value[key] !== 'string' || value[key] === '')
  if (missing.length > 0) {
    return [flaw([], `this is no Kubernetes object: ${missing.join(' and ')} is missing`, exclusionHint)]
  }
  const { metadata } = value
  if (!isMap(metadata)) return [flaw(['metadata'], `this ${String(value['kind'])} has no metadata`)]
  return [
    ...nameFlaws(metadata),
    ...textMapFlaws(metadata, 'labels'),
    ...textMapFlaws(metadata, 'annotations'),
  ]
}

const exclusionHint = 'if the file is something else, leave it out with spec.source.directory.exclude'

function nameFlaws(metadata: Record<string, unknown>): readonly Flaw[] {
  if (typeof metadata['name'] === 'string' && metadata['name'] !== '') return []
  if (metadata['name'] !== undefined && metadata['name'] !== null && metadata['name'] !== '') {
    return [flaw(['metadata', 'name'], 'metadata.name must be a text', 'put it in quotes')]
  }
  const { generateName, annotations } = metadata
  const isHook = isMap(annotations) && hookAnnotations.some(key => key in annotations)
  if (typeof generateName === 'string' && isHook) return []
  return typeof generateName === 'string'
    ? [
        flaw(
          ['metadata', 'generateName'],
          'generateName is for hooks only',
          'give the object a metadata.name',
        ),
      ]
    : [flaw(['metadata'], 'metadata.name is missing')]
}

/** The API server would refuse numbers and booleans there, in words that do not say where. */
function textMapFlaws(metadata: Record<string, unknown>, field: 'labels' | 'annotations'): readonly Flaw[] {
  const map = metadata[field]
  if (map === undefined || map === null) return []
  if (!isMap(map)) return [flaw(['metadata', field], `metadata.${field} must be a map of texts`)]
  return Object.entries(map)
    .filter(([, value]) => typeof value !== 'string' && value !== null)
    .map(([key]) =>
      flaw(
        ['metadata', field, key],
        `the value of metadata.${field}["${key}"] must be a text`,
        'put it in quotes',
      ),
    )
}

function flaw(path: readonly string[], message: string, hint: string | null = null): Flaw {
  return { path, problem: { code: 'not-an-object', message, hint } }
}

/** Two documents of one identity: which of them would win is nobody's intention. */
export function duplicateProblems(objects: readonly RenderedObject[]): readonly Problem[] {
  const first = new Map<string, RenderedObject>()
  const problems: Problem[] = []
  for (const rendered of objects) {
    if (!rendered.object.metadata.name) continue
    const id = objectIdOf(rendered.object)
    const earlier = first.get(id)
    if (earlier) problems.push(duplicate(rendered, earlier))
    else first.set(id, rendered)
  }
  return problems
}

function duplicate(rendered: RenderedObject, earlier: RenderedObject): Problem {
  const place = earlier.source
    ? formatProblem({ code: '', message: '', location: earlier.source, hint: null }).replace(/: $/, '')
    : 'another place'
  return {
    code: 'duplicate-object',
    message: `${describeIdentity(identityOf(rendered.object))} is also defined at ${place}`,
    location: rendered.source,
    hint: 'keep one of the two',
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
