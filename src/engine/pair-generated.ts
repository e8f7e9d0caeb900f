import { type Identity, type ObjectId, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Decision } from './decision.ts'
import { applicationOf } from './ownership.ts'

/** An object of which a new one takes the place under another name, because its content, and so the hash in its name, changes. */
export interface GeneratedPair {
  readonly oldId: ObjectId
  readonly newId: ObjectId
  readonly old: Decision & { readonly live: KubernetesObject }
}

export interface GeneratedPairs {
  readonly byId: ReadonlyMap<ObjectId, GeneratedPair>
  /** The pair that a reference follows whose text changes so; null when it is none. `namespace` is the referring object's. */
  followed(before: unknown, after: unknown, namespace: string): GeneratedPair | null
}

/**
 * The last part of a name that a generator of kustomize made: ten characters of an alphabet without vowels and what looks like
 * them. Source: sigs.k8s.io/kustomize/api/hasher.
 */
const generatedName = /^(.+)-[2456789bcdfghkmt]{10}$/

/** Pairs what is created with what leaves, one to one: the same kind, namespace and name but for the hash. */
export function pairGenerated(decisions: readonly Decision[]): GeneratedPairs {
  const leaving = Map.groupBy(decisions.filter(isLeaving), it => stemOf(it.id))
  const byId = new Map<ObjectId, GeneratedPair>()
  const byNames = new Map<string, GeneratedPair>()
  for (const { id, action, origin } of decisions) {
    const stem = stemOf(id)
    // What somebody deleted by hand comes back as it was.
    if (stem === null || action !== 'create' || origin !== 'pull-request') continue
    const candidates = (leaving.get(stem) ?? []).filter(it => !byId.has(it.id))
    const [old] = candidates.toSorted(latestFirst)
    if (!old) continue
    const pair = { oldId: old.id, newId: id, old }
    byId.set(old.id, pair).set(id, pair)
    byNames.set(namesKey(parseIdentity(old.id), parseIdentity(id)), pair)
  }
  return {
    byId,
    followed(before, after, namespace) {
      if (typeof before !== 'string' || typeof after !== 'string' || byNames.size === 0) return null
      return byNames.get(JSON.stringify([namespace, before, after])) ?? null
    },
  }
}

function namesKey(old: Identity, now: Identity): string {
  return JSON.stringify([now.namespace, old.name, now.name])
}

/** Null for what no generator makes, or has no hash. */
export function stemOf(id: ObjectId): string | null {
  const { group, kind, namespace, name } = parseIdentity(id)
  if (group !== '' || (kind !== 'ConfigMap' && kind !== 'Secret')) return null
  const stem = generatedName.exec(name)?.[1]
  return stem === undefined ? null : `${kind}/${namespace}/${stem}`
}

type Leaving = Decision & { readonly live: KubernetesObject }

function isLeaving(decision: Decision): decision is Leaving {
  const { action, desired, live } = decision
  if (desired !== null || live === null || stemOf(decision.id) === null) return false
  return action === 'delete' || (action === 'leave-behind' && applicationOf(live) !== null)
}

/** With pruning off older ones stand around too: the base's is the one that is replaced, then the newest. */
function latestFirst(a: Leaving, b: Leaving): number {
  const rank = (it: Leaving) => (it.origin === 'pull-request' ? 0 : 1)
  const age = (it: Leaving) => Date.parse(it.live.metadata.creationTimestamp ?? '') || 0
  return rank(a) - rank(b) || age(b) - age(a) || (a.id < b.id ? -1 : 1)
}
