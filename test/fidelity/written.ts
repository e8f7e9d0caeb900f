import type { KubernetesObject } from '../../src/model/object.ts'
import { valueAt, withValueAt } from './at.ts'
import { allKinds } from './kinds/all-kinds.ts'
import type { Field, Kind } from './kinds/kind.ts'
import type { FieldSeed, ObjectSeed } from './sequence.ts'

/** One object of a sequence and what Git says of it right now. */
export interface Written {
  readonly kind: Kind
  readonly name: string
  /** As Git writes it; null for none. */
  readonly namespace: string | null
  /** By the fields' names. */
  readonly values: ReadonlyMap<string, unknown>
  readonly isInGit: boolean
}

export interface Choice {
  readonly name: string
  readonly field: Field
  readonly value: unknown
}

/** The `index`-th object of a sequence in a namespace. Cluster-wide names begin with the namespace's. */
export function writtenFrom(seed: ObjectSeed, index: number, namespace: string): Written {
  const kind = pick(allKinds, seed.kind)
  const short = `${kind.kind.toLowerCase()}-${index}`
  const empty: Written = {
    kind,
    name: kind.scope === 'cluster' ? `${namespace}-${short}` : short,
    namespace: kind.scope === 'namespaced' && seed.placed ? namespace : null,
    values: new Map(),
    isInGit: seed.start !== 'later',
  }
  return seed.fields.reduce((object, field) => {
    const choice = choiceOf(kind, field)
    return choice.value === undefined ? object : withChoice(object, choice)
  }, empty)
}

/**
 * Which field is meant, and what is written there; undefined for nothing. Seldom null, seldom something odd. Every second time a
 * field that Git has `written` already, if any.
 */
export function choiceOf(kind: Kind, seed: FieldSeed, written: readonly string[] = []): Choice {
  const isKnown = seed.field % 2 === 1 && written.length > 0
  const name = pick(isKnown ? written : Object.keys(kind.fields), Math.floor(seed.field / 2))
  const field = kind.fields[name] as Field
  const { values, odd = [] } = field
  const luck = seed.value % 100
  const isOdd = luck >= (values.length === 0 ? 85 : 97)
  if (isOdd && odd.length > 0) return { name, field, value: pick(odd, Math.floor(seed.value / 100)) }
  if (values.length === 0) return { name, field, value: undefined }
  return { name, field, value: luck >= 92 && mayBeNull(field) ? null : pick(values, seed.value) }
}

/** An item of a list is never null, nor is what says which kind it is. */
function mayBeNull({ at, how = 'set' }: Field): boolean {
  return how === 'set' && typeof at.at(-1) === 'string' && at[0] !== 'apiVersion'
}

export function withChoice(object: Written, { name, value }: Choice): Written {
  return { ...object, values: new Map([...object.values, [name, value]]) }
}

export function withoutChoice(object: Written, { name }: Pick<Choice, 'name'>): Written {
  return { ...object, values: new Map([...object.values].filter(([it]) => it !== name)) }
}

export function withoutOddities(object: Written): Written {
  const kept = [...object.values].filter(
    ([name, value]) => value !== null && !object.kind.fields[name]?.odd?.includes(value),
  )
  return { ...object, values: new Map(kept) }
}

/** As it stands in a file. */
export function render({ kind, name, namespace, values }: Written): KubernetesObject {
  const metadata = { name, ...(namespace === null ? {} : { namespace }) }
  const bare: unknown = { apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...kind.base(name) }
  const chosen = Object.entries(kind.fields).filter(([field]) => values.has(field))
  const ordered = chosen.toSorted(([, a], [, b]) => rank(a) - rank(b))
  return ordered.reduce(
    (object, [field, it]) => written(object, it, values.get(field)),
    bare,
  ) as KubernetesObject
}

/** The object with a field written as `how` says; null when there is nothing to turn or add to. */
export function written(object: unknown, { at, how = 'set' }: Field, value: unknown): unknown {
  if (how === 'inside' && valueAt(object, at.slice(0, -1)) === undefined) return object
  if (how === 'set' || how === 'inside') return withValueAt(object, at, value)
  const list = valueAt(object, at)
  if (!Array.isArray(list)) return object
  return withValueAt(object, at, how === 'append' ? [...(list as unknown[]), value] : list.toReversed())
}

function rank({ how = 'set' }: Field): number {
  return ['set', 'inside', 'append', 'reverse'].indexOf(how)
}

export function pick<T>(from: readonly T[], seed: number): T {
  return from[seed % from.length] as T
}
