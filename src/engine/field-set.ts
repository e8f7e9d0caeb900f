import { fieldManager } from '../model/fields.ts'
import type { FieldSet, KubernetesObject, ManagedFieldsEntry } from '../model/object.ts'
import { isJsonObject, property } from './json.ts'
import { hasKey } from './merge-keys.ts'
import { parsePointer } from './pointer.ts'
import { parseStepValue, type Steps } from './steps.ts'

/** Who wrote a field, how and when (RFC 3339), as managedFields tell. */
export interface FieldOwner {
  readonly manager: string
  readonly operation: string
  readonly time: string | null
}

/** Everything that an entry owns, in the notation of FieldsV1: leaves, and the list items and maps that it made (`.`). */
export function ownedPaths(entry: ManagedFieldsEntry): readonly Steps[] {
  return pathsOf(entry, true)
}

/** Only the leaves: an entry that made a map does not own what others put into it. */
export function ownedLeaves(entry: ManagedFieldsEntry): readonly Steps[] {
  return pathsOf(entry, false)
}

function pathsOf(entry: ManagedFieldsEntry, withContainers: boolean): readonly Steps[] {
  const paths: Steps[] = []
  const walk = (set: FieldSet, steps: Steps): void => {
    const names = Object.keys(set)
    if (names.length === 0 && steps.length > 0) paths.push(steps)
    for (const name of names) {
      if (name !== '.') walk(set[name] ?? {}, [...steps, name])
      else if (withContainers) paths.push(steps)
    }
  }
  walk(entry.fieldsV1 ?? {}, [])
  return paths
}

/** Our server-side apply entry; null when the object was never applied by us, or its managedFields were reset. */
export function ourEntry(object: KubernetesObject): ManagedFieldsEntry | null {
  return managedFields(object).find(isOurs) ?? null
}

function isOurs(entry: ManagedFieldsEntry): boolean {
  return entry.manager === fieldManager && entry.operation === 'Apply' && !entry.subresource
}

export function managedFields(object: KubernetesObject): readonly ManagedFieldsEntry[] {
  const entries = object.metadata.managedFields
  return Array.isArray(entries) ? entries : []
}

/**
 * The last writer of the value at a JSON pointer into the object; null when nobody is on record. With several owners the
 * latest one.
 */
export function ownersOf(object: KubernetesObject, pointer: string): FieldOwner | null {
  return allOwnersOf(object, stepsOfPointer(object, pointer))[0] ?? null
}

/** Everybody on record for a place, latest first. */
export function allOwnersOf(object: KubernetesObject, steps: Steps): readonly FieldOwner[] {
  return managedFields(object)
    .filter(entry => entry.manager && isOwned(entry.fieldsV1 ?? {}, object, steps))
    .map(entry => ({
      manager: entry.manager ?? '',
      operation: entry.operation ?? 'Update',
      time: entry.time ?? null,
    }))
    .sort((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? '') || 0)
}

/** The last writer other than us. */
export function otherOwnerOf(object: KubernetesObject, steps: Steps): FieldOwner | null {
  return allOwnersOf(object, steps).find(owner => !isUs(owner)) ?? null
}

/**
 * Whether somebody else owns a place, or something in it, in a map or list whose members are owned one by one. Who owns such a map as a
 * whole has applied it empty, and owns nothing that is in it.
 */
export function othersOwnMember(object: KubernetesObject, steps: Steps): boolean {
  return managedFields(object).some(entry => {
    if (!entry.manager || entry.manager === fieldManager) return false
    let node: FieldSet | null = entry.fieldsV1 ?? {}
    let value: unknown = object
    for (const step of steps) {
      node = memberOf(node, value, step)
      if (node === null) return false
      value = inside(value, step)
    }
    return true
  })
}

export function isUs(owner: Pick<FieldOwner, 'manager' | 'operation'>): boolean {
  return owner.manager === fieldManager
}

/** Whether our apply entry covers a place. */
export function weOwn(object: KubernetesObject, steps: Steps): boolean {
  const entry = ourEntry(object)
  return entry !== null && isOwned(entry.fieldsV1 ?? {}, object, steps)
}

/** Whether a place lies inside of a list or map that is applied as a whole, as managedFields show it. */
export function liesInAtomic(object: KubernetesObject, steps: Steps): boolean {
  return managedFields(object).some(entry => {
    let node = entry.fieldsV1 ?? {}
    let value: unknown = object
    for (const step of steps.slice(0, -1)) {
      const next = memberOf(node, value, step)
      if (next === null) return false
      if (Object.keys(next).length === 0) return true
      node = next
      value = inside(value, step)
    }
    return false
  })
}

/** The place, or the atomic value around it, that our apply entry owns as one; null when it owns no such. */
export function ownedWhole(object: KubernetesObject, steps: Steps): Steps | null {
  let node = ourEntry(object)?.fieldsV1 ?? {}
  let value: unknown = object
  for (const [at, step] of steps.entries()) {
    const next = memberOf(node, value, step)
    if (next === null) return null
    if (Object.keys(next).length === 0) return steps.slice(0, at + 1)
    node = next
    value = inside(value, step)
  }
  return null
}

/**
 * Whether a set covers a place of the object: itself, the atomic value it lies in, or something inside of it.
 * Steps by position are matched with the set's keys by what the item holds.
 */
function isOwned(set: FieldSet, object: unknown, steps: Steps): boolean {
  let node = set
  let value: unknown = object
  for (const [at, step] of steps.entries()) {
    if (at > 0 && Object.keys(node).length === 0) return true
    const next = memberOf(node, value, step)
    if (next === null) return false
    node = next
    value = inside(value, step)
  }
  return steps.length > 0
}

function inside(value: unknown, step: string): unknown {
  if (step.startsWith('f:')) return property(value, step.slice(2))
  if (!Array.isArray(value)) return undefined
  if (step.startsWith('i:')) return value[Number(step.slice(2))]
  const key = parseStepValue(step.slice(2))
  if (step.startsWith('v:')) return value.includes(key) ? key : undefined
  return isJsonObject(key) ? value.find(item => hasKey(item, key)) : undefined
}

/** The member of a set for a step. A set may key an item by other fields than the step does: then the item itself decides. */
export function memberOf(set: FieldSet, value: unknown, step: string): FieldSet | null {
  const exact = set[step]
  if (exact !== undefined) return exact
  if (step.startsWith('f:')) return null
  const item = inside(value, step)
  if (item === undefined) return null
  for (const [name, member] of Object.entries(set)) {
    const key = parseStepValue(name.slice(2))
    if (name.startsWith('k:') && isJsonObject(key) && hasKey(item, key)) return member
    if (name.startsWith('v:') && key === item) return member
  }
  return null
}

/** A pointer's tokens as steps: positions stay positions. */
function stepsOfPointer(object: unknown, pointer: string): Steps {
  const steps: string[] = []
  let value: unknown = object
  for (const token of parsePointer(pointer)) {
    const isList = Array.isArray(value)
    steps.push(isList ? `i:${token}` : `f:${token}`)
    value = isList ? (value as readonly unknown[])[Number(token)] : property(value, token)
  }
  return steps
}
