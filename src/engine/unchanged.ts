import { groupOf } from '../model/identity.ts'
import type { FieldSet, KubernetesObject } from '../model/object.ts'
import { ourEntry } from './field-set.ts'
import { isJsonObject, property, sameJson } from './json.ts'
import { hasKey } from './merge-keys.ts'
import { isNothing, withoutEmpty } from './normalise.ts'
import { holdsQuantities, sameQuantity } from './quantity.ts'
import { parseStepValue } from './steps.ts'

/**
 * Whether a server-side apply of `desired` changes no value, by definition: every rendered field has its value already, and our
 * manager owns nothing that is not rendered. False when in doubt; a dry run decides then. What is not ours although it is rendered
 * and the same (somebody wrote it again, Git writes what was the server's default) is not taken: an apply would show no difference.
 *
 * `lastApplied` is what our last apply of all held, if that is known for certain. Who changes a value takes it from us, so that a
 * value which is still ours is the server's form of what we applied last: `1024Mi` as `1Gi`, an atomic list with its defaults.
 */
export function provesUnchanged(
  desired: KubernetesObject,
  live: KubernetesObject,
  lastApplied: KubernetesObject | null = null,
): boolean {
  return proves(desired, live, { lastApplied, allOurs: false })
}

/** {@link provesUnchanged}, and our manager owns all that is rendered: so that whoever changes any of it takes it from us. */
export function provesOurs(
  desired: KubernetesObject,
  live: KubernetesObject,
  lastApplied: KubernetesObject | null = null,
): boolean {
  return proves(desired, live, { lastApplied, allOurs: true })
}

function proves(
  desired: KubernetesObject,
  live: KubernetesObject,
  { lastApplied, allOurs }: { readonly lastApplied: KubernetesObject | null; readonly allOurs: boolean },
): boolean {
  if (live.metadata.deletionTimestamp || live.apiVersion !== desired.apiVersion) return false
  const entry = ourEntry(live)
  if (!entry?.fieldsV1 || entry.apiVersion !== desired.apiVersion) return false
  return sameObject(withoutIdentity(desired), live, entry.fieldsV1, {
    allOurs,
    builtIn: builtInGroups.has(groupOf(desired.apiVersion)),
    quantities: false,
    lastApplied: lastApplied?.apiVersion === desired.apiVersion ? lastApplied : undefined,
  })
}

/** managedFields never hold the fields that identify an object. */
function withoutIdentity(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object
  const { name: _name, namespace: _namespace, ...described } = metadata
  return Object.keys(described).length === 0 ? rest : { ...rest, metadata: described }
}

/** Groups in which what is named like a quantity is one for certain. A custom resource stores whatever was written. */
const builtInGroups: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'autoscaling', 'policy'])

interface Context {
  /** Whether what is rendered must be ours. */
  readonly allOurs: boolean
  readonly builtIn: boolean
  /** Inside a map whose values are quantities. */
  readonly quantities: boolean
  /** The same place in what was applied last; undefined when there is none, or nothing is known. */
  readonly lastApplied: unknown
}

function same(desired: unknown, live: unknown, owned: FieldSet, context: Context): boolean {
  if (Object.keys(owned).length === 0) return sameLeaf(desired, live, context)
  if (isJsonObject(desired)) return sameObject(desired, live, owned, context)
  if (Array.isArray(desired) && Array.isArray(live)) return sameList(desired, live, owned, context)
  return false
}

function sameLeaf(desired: unknown, live: unknown, context: Context): boolean {
  if (sameJson(desired, live) || sameJson(desired, context.lastApplied)) return true
  return context.quantities && sameQuantity(desired, live)
}

function sameObject(
  desired: Readonly<Record<string, unknown>>,
  live: unknown,
  owned: FieldSet,
  context: Context,
): boolean {
  if (!isJsonObject(live)) return false
  const members = Object.keys(owned).filter(name => name.startsWith('f:'))
  return (
    members.every(member => Object.hasOwn(desired, member.slice('f:'.length))) &&
    Object.keys(desired).every(name => {
      const member = owned[`f:${name}`]
      if (member === undefined)
        return !context.allOurs && isThereAlready(name, desired[name], property(live, name))
      if (!Object.hasOwn(live, name)) return isLeftOut(desired[name], member)
      return same(desired[name], live[name], member, contextOf(name, context))
    })
  )
}

/** Of a field that is not ours nobody knows how it merges: just the same merges to the same, whatever it is. */
function isThereAlready(name: string, desired: unknown, live: unknown): boolean {
  const clean = withoutEmpty(desired)
  return live === undefined ? isNothing(name, clean) : sameJson(clean, withoutEmpty(live))
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

/** One field further in. The server stores the quantity `0.1` as `100m`. */
function contextOf(name: string, context: Context): Context {
  const lastApplied = property(context.lastApplied, name)
  const quantities = context.quantities || (context.builtIn && holdsQuantities(name))
  return { ...context, quantities, lastApplied }
}

function sameList(
  desired: readonly unknown[],
  live: readonly unknown[],
  owned: FieldSet,
  context: Context,
): boolean {
  const members = Object.entries(owned).filter(([name]) => name !== '.')
  if (!members.every(([name]) => desired.some(item => isItemOf(name, item)))) return false
  const positions: number[] = []
  for (const item of desired) {
    const found = members.filter(([name]) => isItemOf(name, item))
    const [member] = found
    if (found.length > 1 || (!member && context.allOurs)) return false
    const at = live.findIndex(it => (member ? isItemOf(member[0], it) : sameJson(item, it)))
    if (at < 0 || positions.includes(at)) return false
    if (member) {
      const inItem = { ...context, lastApplied: itemOf(context.lastApplied, member[0]) }
      if (!sameItem(item, live[at], member[1], inItem)) return false
    }
    positions.push(at)
  }
  // An apply puts the items in the order that it was given.
  return positions.every((at, index) => index === 0 || at > (positions[index - 1] ?? -1))
}

function sameItem(desired: unknown, live: unknown, owned: FieldSet, context: Context): boolean {
  if (!isJsonObject(desired)) return sameJson(desired, live)
  return same(desired, live, owned, context)
}

function itemOf(list: unknown, step: string): unknown {
  return Array.isArray(list) ? list.find(item => isItemOf(step, item)) : undefined
}

function isItemOf(step: string, item: unknown): boolean {
  const key = parseStepValue(step.slice(2))
  if (step.startsWith('v:')) return !isJsonObject(item) && sameJson(key, item)
  return step.startsWith('k:') && isJsonObject(key) && hasKey(item, key)
}
