import { formatIdentity, type ObjectId, objectIdOf, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import { decideHead } from './decide-head.ts'
import { decideLeaving } from './decide-leaving.ts'
import type { Decision, PlanContext } from './decision.ts'
import { ourEntry } from './field-set.ts'
import { compareIds } from './order.ts'
import { applicationOf } from './ownership.ts'
import type { PlanInput } from './plan-input.ts'

/** What happens to every object of a plan, what does not change included, in the order in which it is told. */
export function decide(input: PlanInput): readonly Decision[] {
  const context = contextOf(input)
  return [
    ...input.head.map(desired => decideHead(desired, context)),
    ...input.unsettled.map(unsettledDecision),
    ...leavingIds(input).flatMap(id => decideLeaving(id, context) ?? []),
  ].toSorted((a, b) => compareIds(a.id, b.id))
}

function contextOf(input: PlanInput): PlanContext {
  const lastSynced = new Map((input.lastSynced ?? []).map(object => [objectIdOf(object), object]))
  const base = input.base ? new Map(input.base.map(it => [it.id, it.object])) : lastSynced
  const inventory = new Set(input.inventory)
  const isOurs = (id: ObjectId, live: KubernetesObject): boolean =>
    inventory.has(id) ||
    lastSynced.has(id) ||
    (applicationOf(live) === input.application.name && ourEntry(live) !== null)
  return { input, base, hasBase: input.base !== null || input.lastSynced !== null, lastSynced, isOurs }
}

/** Kept or rendered before, and not any more. What could not be settled is still rendered. */
function leavingIds(input: PlanInput): readonly ObjectId[] {
  const { namespace } = input.application.destination
  const rendered = new Set([
    ...input.head.map(it => it.id),
    // Of a kind that is unknown in this version nobody knows whether its namespace was to be defaulted.
    ...input.unsettled.flatMap(({ id }) => [id, inNamespace(id, namespace)]),
  ])
  const before = new Set([...input.inventory, ...(input.base ?? []).map(it => it.id)])
  return [...before].filter(id => !rendered.has(id))
}

function inNamespace(id: ObjectId, namespace: string): ObjectId {
  const identity = parseIdentity(id)
  return formatIdentity({ ...identity, namespace: identity.namespace || namespace })
}

function unsettledDecision({ id, problem }: PlanInput['unsettled'][number]): Decision {
  return {
    id,
    action: 'error',
    origin: 'pull-request',
    desired: null,
    live: null,
    before: null,
    after: null,
    differences: [],
    source: problem.location,
    error: problem,
    note: null,
  }
}
