import type { KubernetesObject } from '../model/object.ts'
import type { UnmanagedField } from '../model/plan.ts'
import { isUs, managedFields, ownedLeaves, weOwn } from './field-set.ts'
import { copyAnnotations, normalise, serverMetadata } from './normalise.ts'
import { formatPointer } from './pointer.ts'
import { indexOfStep, type Steps, stepInto, valueAtSteps } from './steps.ts'

/**
 * What others have put into an object of ours, and we do not write: no drift, but worth knowing. Redact what it gives: `redact` is
 * asked for the object whose values are told. Nothing of the status, nor what belongs to the server.
 */
export function unmanagedFields(
  live: KubernetesObject,
  redact: (object: KubernetesObject) => KubernetesObject,
): readonly UnmanagedField[] {
  const shown = redact(normalise(live))
  const found = new Map<string, UnmanagedField>()
  for (const entry of managedFields(live)) {
    const { manager = '', subresource } = entry
    if (isUs({ manager, operation: entry.operation ?? 'Update' }) || subresource === 'status') continue
    for (const steps of ownedLeaves(entry)) {
      const path = belongsToServer(steps) || weOwn(live, steps) ? null : pointerTo(live, steps)
      const value = valueAtSteps(shown, steps)
      if (path !== null && value !== undefined) found.set(path, { path, value, manager })
    }
  }
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function belongsToServer([first = '', second = '', third = '']: Steps): boolean {
  if (first === 'f:status') return true
  if (first !== 'f:metadata') return false
  return serverMetadata.has(second.slice(2)) || copyAnnotations.has(third.slice(2))
}

/** Null when there is nothing at that place any more. */
function pointerTo(object: KubernetesObject, steps: Steps): string | null {
  const tokens: (string | number)[] = []
  let value: unknown = object
  for (const step of steps) {
    tokens.push(Array.isArray(value) ? indexOfStep(value, step) : step.slice(2))
    value = stepInto(value, step)
    if (value === undefined) return null
  }
  return formatPointer(tokens)
}
