import type { Application } from '../model/application.ts'
import { applicationLabel, hookLabel, namespacePattern } from '../model/fields.ts'
import { describeIdentity, groupOf, identityOf, type ObjectId, objectIdOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import { capitalised } from '../model/phrase.ts'
import type { Problem, SourceLocation } from '../model/problem.ts'
import type { RenderedObject } from '../model/rendered.ts'
import { insteadOf, retiredApi } from './api-lifecycle.ts'
import { definedKinds, isDefinition } from './defined-kinds.ts'
import { flattenLists } from './flatten-lists.ts'
import { canonicalBinaryData, foldSecret } from './fold-secret.ts'
import { hookPhases, isHook } from './hooks.ts'
import { isJsonObject, textAt, withProperty } from './json.ts'
import {
  isAggregated,
  serverMetadata,
  withoutBundlePlaceholders,
  withoutCopies,
  withoutNulls,
} from './normalise.ts'
import type { DesiredObject } from './plan-input.ts'
import { expectsKind } from './sync-options.ts'

export type Scope = 'namespaced' | 'cluster'

export interface SettleContext {
  readonly application: Application
  /** By discovery of the destination; null for a kind that it does not serve. */
  scopeOf(apiVersion: string, kind: string): Scope | null
}

export interface Settled {
  readonly objects: DesiredObject[]
  /** Objects that run at a point of a sync instead of being kept; their id ends with `generateName` when they have no name. */
  readonly hooks: DesiredObject[]
  readonly unsettled: { readonly id: ObjectId; readonly problem: Problem }[]
}

/**
 * Turns a render into the set to apply: lists flattened, namespaces defaulted or stripped, Secrets folded, our label set, what
 * belongs to the server dropped. Whatever cannot be settled is reported with its place, and is in neither list.
 */
export function settle(rendered: readonly RenderedObject[], context: SettleContext): Settled {
  const flat = flattenLists(rendered)
  const defined = definedKinds(flat.map(it => it.object))
  const settled: Settled = { objects: [], hooks: [], unsettled: [] }
  for (const item of flat) {
    const problem = shapeProblem(item)
    if (problem) {
      settled.unsettled.push({ id: idOf(item.object), problem })
      continue
    }
    const { apiVersion, kind } = item.object
    const known = context.scopeOf(apiVersion, kind) ?? defined.get(`${apiVersion}/${kind}`) ?? null
    const scope = known ?? assumedScope(item.object, context.application)
    if (scope === null) {
      settled.unsettled.push({ id: idOf(item.object), problem: unknownKind(item) })
      continue
    }
    const desired = settleOne(item, scope, context.application)
    if ('problem' in desired) settled.unsettled.push(desired)
    else (isHook(desired.object) ? settled.hooks : settled.objects).push(desired)
  }
  return withoutDuplicates(settled)
}

/** Of a kind that is expected to be served by and by, only what is written can tell; null when it is not expected. */
function assumedScope(object: KubernetesObject, application: Application): Scope | null {
  if (!expectsKind(object, application)) return null
  return object.metadata.namespace ? 'namespaced' : 'cluster'
}

function settleOne(
  item: RenderedObject,
  scope: Scope,
  application: Application,
): DesiredObject | { id: ObjectId; problem: Problem } {
  const folded = foldSecret(canonicalBinaryData(withoutServerFields(item.object)))
  const object = withNamespace(withLabel(folded.object, application.name), scope, application)
  const id = idOf(object)
  if (folded.problem === null) return { id, object, source: item.source }
  return {
    id,
    problem: {
      code: 'invalid-secret',
      message: `${describeIdentity(identityOf(object))} cannot be applied: ${folded.problem}`,
      location: item.source,
      hint: null,
    },
  }
}

function withoutServerFields(object: KubernetesObject): KubernetesObject {
  const { status: _status, metadata, ...rest } = object
  const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => !serverMetadata.has(name)))
  const bare = { ...rest, metadata: withoutCopies(kept) } as unknown as KubernetesObject
  const own = withoutBundlePlaceholders(isAggregated(bare) ? withProperty(bare, 'rules', undefined) : bare)
  // In a schema null is a value, as in `default: null`.
  return isDefinition(own) ? own : (withoutNulls(own) as KubernetesObject)
}

/** What watches managed objects must not see hooks, which are not kept as they are written. */
function withLabel(object: KubernetesObject, application: string): KubernetesObject {
  const { [applicationLabel]: _, ...others } = object.metadata.labels ?? {}
  const labels = { ...others, [isHook(object) ? hookLabel : applicationLabel]: application }
  return { ...object, metadata: { ...object.metadata, labels } }
}

function withNamespace(object: KubernetesObject, scope: Scope, application: Application): KubernetesObject {
  const { namespace, ...metadata } = object.metadata
  if (scope === 'cluster') return { ...object, metadata }
  return { ...object, metadata: { ...metadata, namespace: namespace || application.destination.namespace } }
}

function withoutDuplicates(settled: Settled): Settled {
  const objects: DesiredObject[] = []
  const unsettled = [...settled.unsettled]
  for (const [id, same] of Map.groupBy(settled.objects, it => it.id)) {
    const [first, second] = same
    if (first && !second) objects.push(first)
    else if (first && second) unsettled.push({ id, problem: duplicate(same, second) })
  }
  return { objects, hooks: hooksApart(settled, unsettled), unsettled }
}

/** A hook of the same name as what is kept, or as another one of its phase, would delete that. */
function hooksApart(settled: Settled, unsettled: Settled['unsettled']): DesiredObject[] {
  const kept = Map.groupBy(settled.objects, it => it.id)
  const running = settled.hooks.filter(it => it.object.metadata.name && hookPhases(it.object).length > 0)
  const clashing = new Set<DesiredObject>()
  for (const [id, hooks] of Map.groupBy(running, it => it.id)) {
    const phases = hooks.flatMap(it => hookPhases(it.object))
    const same = [...(kept.get(id) ?? []), ...hooks]
    const [, second] = same
    if (!second || (!kept.has(id) && new Set(phases).size === phases.length)) continue
    unsettled.push({ id, problem: duplicate(same, second) })
    for (const hook of hooks) clashing.add(hook)
  }
  return settled.hooks.filter(it => !clashing.has(it))
}

function duplicate(same: readonly DesiredObject[], second: DesiredObject): Problem {
  const name = describeIdentity(identityOf(second.object))
  const places = same.map(it => place(it.source)).join(' and ')
  return {
    code: 'duplicate-object',
    message: `${name} is written ${same.length === 2 ? 'twice' : `${same.length} times`}: ${places}`,
    location: second.source,
    hint: 'Keep one of them',
  }
}

function place(source: SourceLocation | null): string {
  if (!source) return 'an untraced place'
  return source.line === null ? source.file : `${source.file}:${source.line}`
}

function idOf(object: KubernetesObject): ObjectId {
  const metadata = isJsonObject(object.metadata) ? object.metadata : { name: '' }
  const name = textOr(metadata.name, textOr(metadata.generateName, '(no name)'))
  return objectIdOf({
    apiVersion: typeof object.apiVersion === 'string' ? object.apiVersion : '',
    kind: textOr(object.kind, '(no kind)'),
    metadata: { name, namespace: textOr(metadata.namespace, '') },
  })
}

/** A part of an id. What is no name at all must not break the id of its own error. */
function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value.replaceAll('/', '_') : otherwise
}

/** What keeps a document from being a Kubernetes object at all. */
function shapeProblem({ object, source }: RenderedObject): Problem | null {
  const problem = (code: string, message: string, hint: string | null): Problem => ({
    code,
    message,
    location: source,
    hint,
  })
  if (!textAt(object, 'apiVersion') || !textAt(object, 'kind')) {
    return problem(
      'not-an-object',
      'this document has no apiVersion or no kind',
      'Give it both, or move it away',
    )
  }
  const { kind, metadata } = object
  if (!isJsonObject(metadata)) return problem('missing-name', `this ${kind} has no metadata`, null)
  if (metadata.labels !== undefined && metadata.labels !== null && !isJsonObject(metadata.labels)) {
    return problem('invalid-labels', `the labels of this ${kind} are not a map`, null)
  }
  const { namespace } = metadata
  if (namespace !== undefined && namespace !== null && !(namespace === '' || isNamespace(namespace))) {
    const hint = 'lower case letters, digits and "-", at most 63'
    return problem('invalid-namespace', `the namespace of this ${kind} is no name of a namespace`, hint)
  }
  const name = textAt(metadata, 'name')
  if (name?.includes('/')) return problem('invalid-name', `the name of this ${kind} holds a slash`, null)
  if (name && /^\.{1,2}$|%/.test(name)) {
    return problem('invalid-name', `the name of this ${kind} could not be part of a path`, null)
  }
  if (name) return null
  if (metadata.name !== undefined && metadata.name !== null && typeof metadata.name !== 'string') {
    return problem('missing-name', `the name of this ${kind} is not a text`, 'Put it in quotes')
  }
  if (!metadata.generateName) return problem('missing-name', `this ${kind} has no name`, null)
  if (isHook(object)) return null
  return problem(
    'generate-name',
    `this ${kind} has generateName, so every sync would create another one`,
    hookHint,
  )
}

/** What is none would be another place of the API, and of an id. */
function isNamespace(value: unknown): boolean {
  return typeof value === 'string' && namespacePattern.test(value)
}

const hookHint = 'Give it a name, or make it a hook'

function unknownKind({ object, source }: RenderedObject): Problem {
  const { apiVersion, kind } = object
  const group = groupOf(apiVersion)
  const retired = retiredApi({ apiVersion, kind })
  if (retired) {
    return {
      code: 'removed-api',
      message: `the cluster does not serve ${kind} in ${apiVersion} any more: Kubernetes 1.${retired.removed} removed it`,
      location: source,
      hint: capitalised(insteadOf(retired)),
    }
  }
  return {
    code: 'unknown-kind',
    message: `the cluster knows no kind ${kind} in ${apiVersion}`,
    location: source,
    hint:
      group.includes('.') && !group.endsWith('.k8s.io')
        ? 'Correct it, or add its CustomResourceDefinition to the application'
        : 'Correct the apiVersion or the kind',
  }
}
