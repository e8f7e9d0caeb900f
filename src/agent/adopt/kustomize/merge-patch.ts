import { isJsonObject } from '../../../engine/json.ts'
import { indexOfStep, parseStepValue, type Steps, valueAtSteps } from '../../../engine/steps.ts'
import { withoutSteps, withValueAtSteps } from '../../../engine/with-value.ts'
import type { YamlPath } from '../../../repository/edit/edit-yaml.ts'
import { isMap } from '../candidate.ts'
import type { Scene } from '../scene.ts'

/** What a strategic merge patch has to say: null and `$patch: delete` take away. */
export interface Merge {
  readonly steps: Steps
  readonly value: unknown
}

/** A list without keys is replaced as a whole: then the patch says the whole list as it is to be. */
export function mergeOf({ wanted, rendered }: Scene): Merge {
  const { steps, value } = wanted
  const cut = steps.findIndex(it => it.startsWith('i:') || it.startsWith('v:'))
  if (cut < 0) return { steps, value: value === undefined ? removal(steps) : value }
  const whole =
    value === undefined
      ? withoutSteps(rendered.object, steps)
      : withValueAtSteps(rendered.object, steps, value)
  return { steps: steps.slice(0, cut), value: valueAtSteps(whole, steps.slice(0, cut)) }
}

function removal(steps: Steps): unknown {
  return steps.at(-1)?.startsWith('k:') ? { $patch: 'delete' } : null
}

/** Maps and keyed items around a value. Null when the steps cannot be written as a merge. */
export function wrapped(steps: Steps, value: unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  const inner = wrapped(rest, value)
  if (step.startsWith('f:')) return { [step.slice(2)]: inner }
  const key = parseStepValue(step.slice(2))
  return step.startsWith('k:') && isJsonObject(key) && isMap(inner) ? [{ ...key, ...inner }] : null
}

/** Where in a patch that is there already, and what has to be put there. Null when it does not fit in. */
export function intoPatch(
  patch: unknown,
  { steps, value }: Merge,
): { readonly path: YamlPath; readonly value: unknown; readonly leaf: YamlPath } | null {
  const path: (string | number)[] = []
  let at: unknown = patch
  for (const [depth, step] of steps.entries()) {
    const rest = steps.slice(depth + 1)
    if (step.startsWith('f:')) {
      const name = step.slice(2)
      if (!isMap(at)) return null
      path.push(name)
      if (!Object.hasOwn(at, name) || at[name] === null) {
        const inner = wrapped(rest, value)
        return inner === null && value !== null ? null : { path, value: inner, leaf: leafOf(path, rest) }
      }
      at = at[name]
      continue
    }
    if (!Array.isArray(at)) return null
    const index = indexOfStep(at, step)
    path.push(index < 0 ? at.length : index)
    if (index < 0) {
      const [item] = (wrapped([step, ...rest], value) ?? []) as readonly unknown[]
      return item === undefined ? null : { path, value: item, leaf: leafOf(path, rest) }
    }
    at = at[index]
  }
  return { path, value, leaf: path }
}

function leafOf(path: YamlPath, rest: Steps): YamlPath {
  return [...path, ...rest.map(step => (step.startsWith('f:') ? step.slice(2) : 0))]
}

/** Whether a patch says something at a place. */
export function says(patch: unknown, steps: Steps): boolean {
  const value = valueAtSteps(patch, steps)
  if (value !== undefined) return true
  const parent = valueAtSteps(patch, steps.slice(0, -1))
  const last = steps.at(-1) ?? ''
  return last.startsWith('f:') && isMap(parent) && Object.hasOwn(parent, last.slice(2))
}
