import type { KubernetesObject } from '../model/object.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { itemKey } from './merge-keys.ts'
import { covers } from './same-value.ts'
import { parseStepValue, type Steps, valueAtSteps } from './steps.ts'

/**
 * The item that took the place of one of ours: a Service's port 80 that is 8080 now is another item to the server, and the old one is
 * gone. Only what our item says is taken over, and only when there is just one that it can be.
 */
export function rekeyedOf(steps: Steps, desired: KubernetesObject, live: KubernetesObject) {
  const last = steps.at(-1)
  const key = last?.startsWith('k:') ? parseStepValue(last.slice(2)) : null
  const list = steps.slice(0, -1)
  const [ours, theirs] = [valueAtSteps(desired, list), valueAtSteps(live, list)]
  const item = valueAtSteps(desired, steps)
  if (!isJsonObject(key) || !isJsonObject(item) || !Array.isArray(ours) || !Array.isArray(theirs)) return null
  const keys = Object.keys(key)
  const known = new Set(ours.map(it => itemKey(it, keys)))
  const others = theirs.filter(it => isJsonObject(it) && !known.has(itemKey(it, keys)))
  const same = others.filter(it => isJsonObject(it) && isSameBut(item, it, keys))
  const [found] = same
  if (same.length !== 1 || !isJsonObject(found)) return null
  const value = Object.fromEntries(
    Object.keys(item).flatMap(name => (name in found ? [[name, found[name]] as const] : [])),
  )
  return { steps: [...list, `k:${itemKey(found, keys)}`], value, live: found }
}

/** The same name, or else the same in all that is no key. */
function isSameBut(item: JsonObject, other: JsonObject, keys: readonly string[]): boolean {
  if (!keys.includes('name') && item['name'] !== undefined) return item['name'] === other['name']
  const rest = Object.keys(item).filter(name => !keys.includes(name))
  return rest.length > 0 && rest.every(name => covers(other[name], item[name], [`f:${name}`]))
}
