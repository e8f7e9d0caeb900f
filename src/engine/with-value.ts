import { isJsonObject, property, withProperty } from './json.ts'
import { indexOfStep, parseStepValue, type Steps, stepInto } from './steps.ts'

/** A copy with the value at `steps` set; objects, lists and keyed items on the way are made when missing. */
export function withValueAtSteps(target: unknown, steps: Steps, value: unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  const inner = rest.length === 0 ? value : withValueAtSteps(stepInto(target, step), rest, value)
  if (step.startsWith('f:')) return withProperty(isJsonObject(target) ? target : {}, step.slice(2), inner)
  const list: readonly unknown[] = Array.isArray(target) ? target : []
  const at = indexOfStep(list, step)
  if (at >= 0) return list.with(at, inner)
  return [...list, step.startsWith('k:') ? withKey(inner, parseStepValue(step.slice(2))) : inner]
}

/** A list item that was made for its key has to hold it. */
function withKey(item: unknown, key: unknown): unknown {
  if (!isJsonObject(item) || !isJsonObject(key)) return item
  const missing = Object.entries(key).filter(([name]) => property(item, name) === undefined)
  return { ...Object.fromEntries(missing), ...item }
}

/** A copy without the value at `steps`; the same when there is nothing there. */
export function withoutSteps(target: unknown, steps: Steps): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return undefined
  const there = stepInto(target, step)
  if (there === undefined) return target
  const inner = rest.length === 0 ? undefined : withoutSteps(there, rest)
  if (step.startsWith('f:')) return isJsonObject(target) ? withProperty(target, step.slice(2), inner) : target
  if (!Array.isArray(target)) return target
  const at = indexOfStep(target, step)
  return rest.length === 0 ? target.toSpliced(at, 1) : target.with(at, inner)
}
