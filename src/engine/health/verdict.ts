import type { Health } from '../../model/sync.ts'
import { listAt, numberAt, textAt } from '../json.ts'

export const healthy: Health = { status: 'healthy', message: '' }

export function progressing(message: string): Health {
  return { status: 'progressing', message }
}

export function degraded(message: string): Health {
  return { status: 'degraded', message }
}

export function suspended(message: string): Health {
  return { status: 'suspended', message }
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  /** The generation that it is about; null when it does not say. */
  readonly observedGeneration: number | null
}

/** A condition of an object's status; null when it has none of that type. */
export function conditionOf(object: unknown, type: string): Condition | null {
  return conditionIn(listAt(object, 'status', 'conditions'), type)
}

/** The same among conditions that stand elsewhere. */
export function conditionIn(conditions: readonly unknown[], type: string): Condition | null {
  const found = conditions.find(it => textAt(it, 'type') === type)
  if (found === undefined) return null
  return {
    type,
    status: textAt(found, 'status') ?? 'Unknown',
    reason: textAt(found, 'reason') ?? '',
    message: textAt(found, 'message') ?? '',
    observedGeneration: numberAt(found, 'observedGeneration'),
  }
}

/** The condition in the cluster's own words. */
export function wordsOf(condition: Condition): string {
  return condition.message || condition.reason || `${condition.type} is ${condition.status}`
}

/** Whether a controller has yet to see the newest spec. False when the kind does not say. */
export function isUnobserved(object: unknown): boolean {
  const observed = numberAt(object, 'status', 'observedGeneration')
  const generation = numberAt(object, 'metadata', 'generation')
  return observed !== null && generation !== null && observed < generation
}

export const unobserved = progressing('waiting for its controller to see the new spec')

/** `1 of 3 replicas are ready`, with the right number of everything. */
export function ofReplicas(count: number, wanted: number, state: string): string {
  return `${count} of ${wanted} ${wanted === 1 ? 'replica is' : 'replicas are'} ${state}`
}
