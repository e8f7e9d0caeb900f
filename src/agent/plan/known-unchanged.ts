import { createHash } from 'node:crypto'
import { canonicalJson } from '../../engine/json.ts'
import { normalise } from '../../engine/normalise.ts'
import type { KubernetesObject } from '../../model/object.ts'

/**
 * What dry runs have said to be no change, so that the same is not asked again: a field that another manager wrote as well, a value
 * that the server does not store. Forgets what was learned longest ago.
 */
export interface KnownUnchanged {
  has(desired: KubernetesObject, live: KubernetesObject): boolean
  /** `predicted` is what the dry run of `desired` said. */
  learn(desired: KubernetesObject, live: KubernetesObject, predicted: KubernetesObject): void
}

/** Of 44 characters each. */
const remembered = 20_000

export function createKnownUnchanged(): KnownUnchanged {
  const keys = new Set<string>()
  return {
    has: (desired, live) => keys.size > 0 && keys.has(keyOf(desired, live)),
    learn(desired, live, predicted) {
      const isSame =
        predicted === live || canonicalJson(normalise(predicted)) === canonicalJson(normalise(live))
      if (!isSame) return
      const key = keyOf(desired, live)
      keys.delete(key)
      keys.add(key)
      const [oldest] = keys
      if (keys.size > remembered && oldest !== undefined) keys.delete(oldest)
    },
  }
}

/** All that the answer depends on: not the status, and not when somebody wrote a field. */
function keyOf(desired: KubernetesObject, live: KubernetesObject): string {
  const owners = (live.metadata.managedFields ?? [])
    .filter(entry => !entry.subresource)
    .map(({ manager, operation, apiVersion, fieldsV1 }) => [manager, operation, apiVersion, fieldsV1])
  const facts = [desired, live.metadata.uid, normalise(live), owners]
  return createHash('sha256').update(canonicalJson(facts)).digest('base64')
}
