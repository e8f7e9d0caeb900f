import { groupOf } from '../model/identity.ts'
import type { FieldSet, KubernetesObject } from '../model/object.ts'
import { ourEntry } from './field-set.ts'
import { isJsonObject, sameJson } from './json.ts'
import { hasKey } from './merge-keys.ts'
import { sameQuantity } from './quantity.ts'
import { parseStepValue } from './steps.ts'

/**
 * Whether a server-side apply of `desired` is a no-op by definition: every rendered field is owned by our manager and equal to
 * live, and our manager owns nothing more. False when in doubt; a dry run decides then.
 */
export function provesUnchanged(desired: KubernetesObject, live: KubernetesObject): boolean {
  if (live.metadata.deletionTimestamp || live.apiVersion !== desired.apiVersion) return false
  const entry = ourEntry(live)
  if (!entry?.fieldsV1 || entry.apiVersion !== desired.apiVersion) return false
  return sameObject(withoutIdentity(desired), live, entry.fieldsV1, {
    builtIn: builtInGroups.has(groupOf(desired.apiVersion)),
    quantities: false,
  })
}

/** managedFields never hold the fields that identify an object. */
function withoutIdentity(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object
  const { name: _name, namespace: _namespace, ...described } = metadata
  return Object.keys(described).length === 0 ? rest : { ...rest, metadata: described }
}

/** Groups whose `limits` and `requests` are quantities for certain. A custom resource stores whatever was written. */
const builtInGroups: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'autoscaling', 'policy'])

interface Context {
  readonly builtIn: boolean
  /** Inside a map whose values are quantities. */
  readonly quantities: boolean
}

function same(desired: unknown, live: unknown, owned: FieldSet, context: Context): boolean {
  if (Object.keys(owned).length === 0) return sameLeaf(desired, live, context)
  if (isJsonObject(desired)) return sameObject(desired, live, owned, context)
  if (Array.isArray(desired) && Array.isArray(live)) return sameList(desired, live, owned, context)
  return false
}

function sameLeaf(desired: unknown, live: unknown, context: Context): boolean {
  return sameJson(desired, live) || (context.quantities && sameQuantity(desired, live))
}

function sameObject(
  desired: Readonly<Record<string, unknown>>,
  live: unknown,
  owned: FieldSet,
  context: Context,
): boolean {
  if (!isJsonObject(live)) return false
  const names = Object.keys(desired)
  const members = Object.keys(owned).filter(name => name.startsWith('f:'))
  return (
    names.length === members.length &&
    names.every(name => {
      const member = owned[`f:${name}`]
      if (member === undefined) return false
      if (!Object.hasOwn(live, name)) return isLeftOut(desired[name], member)
      return same(desired[name], live[name], member, contextOf(name, context))
    })
  )
}

/**
 * A server does not store `hostNetwork: false`, an empty text or `data: {}`. That the field is ours and not there shows that just such a value
 * was applied last.
 */
function isLeftOut(desired: unknown, owned: FieldSet): boolean {
  if (Object.keys(owned).length > 0) return false
  if (typeof desired === 'object' && desired !== null) return Object.keys(desired).length === 0
  return desired === false || desired === 0 || desired === ''
}

/** Maps of built-in kinds that hold quantities; the server stores `0.1` as `100m`. */
function contextOf(name: string, context: Context): Context {
  if (context.quantities || !context.builtIn) return context
  return { ...context, quantities: name === 'limits' || name === 'requests' }
}

function sameList(
  desired: readonly unknown[],
  live: readonly unknown[],
  owned: FieldSet,
  context: Context,
): boolean {
  const members = Object.entries(owned).filter(([name]) => name !== '.')
  if (members.length !== desired.length) return false
  const positions: number[] = []
  for (const item of desired) {
    const found = members.filter(([name]) => isItemOf(name, item))
    const [member] = found
    if (!member || found.length > 1) return false
    const at = live.findIndex(candidate => isItemOf(member[0], candidate))
    if (at < 0 || !sameItem(item, live[at], member[1], context)) return false
    positions.push(at)
  }
  // An apply puts the items in the order that it was given.
  return positions.every((at, index) => index === 0 || at > (positions[index - 1] ?? -1))
}

function sameItem(desired: unknown, live: unknown, owned: FieldSet, context: Context): boolean {
  if (!isJsonObject(desired)) return sameJson(desired, live)
  return sameObject(desired, live, owned, context)
}

function isItemOf(step: string, item: unknown): boolean {
  const key = parseStepValue(step.slice(2))
  if (step.startsWith('v:')) return !isJsonObject(item) && sameJson(key, item)
  return step.startsWith('k:') && isJsonObject(key) && hasKey(item, key)
}
