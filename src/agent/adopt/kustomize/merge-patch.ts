import { isJsonObject } from '../../../engine/json.ts'
import { indexOfStep, parseStepValue, stepInto, type Steps, valueAtSteps } from '../../../engine/steps.ts'
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
  // An item with another key is another item: the list says both, the old one by its going.
  if (wanted.rekeyed) {
    const list = steps.slice(0, -1)
    const key = keyOf(steps.at(-1) ?? '', valueAtSteps(rendered.object, list))
    return { steps: list, value: [{ ...key, $patch: 'delete' }, value] }
  }
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

/** Maps and keyed items around a value. Null when the steps cannot be written as a merge. `rendered` is what stands there now. */
export function wrapped(steps: Steps, value: unknown, rendered: unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  const inner = wrapped(rest, value, stepInto(rendered, step))
  if (step.startsWith('f:')) return { [step.slice(2)]: inner }
  const key = keyOf(step, rendered)
  return key && isMap(inner) ? [{ ...key, ...inner }] : null
}

/** As the item itself says it: kustomize does not know that a port is TCP when it does not say. */
function keyOf(step: string, list: unknown): Readonly<Record<string, unknown>> | null {
  const key = step.startsWith('k:') ? parseStepValue(step.slice(2)) : null
  if (!isJsonObject(key)) return null
  const item = stepInto(list, step)
  const said = Object.entries(key).filter(([name]) => !isMap(item) || Object.hasOwn(item, name))
  return Object.fromEntries(said)
}

/** Where in a patch that is there already, and what has to be put there. Null when it does not fit in. */
export function intoPatch(
  patch: unknown,
  { steps, value }: Merge,
  rendered: unknown,
): { readonly path: YamlPath; readonly value: unknown; readonly leaf: YamlPath } | null {
  const path: (string | number)[] = []
  let at: unknown = patch
  let there = rendered
  for (const [depth, step] of steps.entries()) {
    const rest = steps.slice(depth + 1)
    if (step.startsWith('f:')) {
      const name = step.slice(2)
      if (!isMap(at)) return null
      path.push(name)
      if (!Object.hasOwn(at, name) || at[name] === null) {
        const inner = wrapped(rest, value, stepInto(there, step))
        return inner === null && value !== null ? null : { path, value: inner, leaf: leafOf(path, rest) }
      }
      at = at[name]
      there = stepInto(there, step)
      continue
    }
    if (!Array.isArray(at)) return null
    const index = indexOfStep(at, step)
    path.push(index < 0 ? at.length : index)
    if (index < 0) {
      const [item] = (wrapped([step, ...rest], value, there) ?? []) as readonly unknown[]
      return item === undefined ? null : { path, value: item, leaf: leafOf(path, rest) }
    }
    at = at[index]
    there = stepInto(there, step)
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
