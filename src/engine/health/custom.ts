import type { HealthCheck } from '../../model/application.ts'
import { type Cel, type Condition, loadCel, parseCondition } from '../../model/cel.ts'
import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { isJsonObject, listAt, textAt } from '../json.ts'
import { sizeOf, stepsOf } from './condition-steps.ts'
import { degraded, healthy, isUnobserved, progressing, unobserved } from './verdict.ts'

/** The rule that an application has for an object's kind, by group and kind as in Flux; null when it has none. */
export function checkFor(object: KubernetesObject, checks: readonly HealthCheck[]): HealthCheck | null {
  const group = groupOf(object.apiVersion)
  return checks.find(it => it.kind === object.kind && groupOf(it.apiVersion) === group) ?? null
}

/**
 * An object's health by a rule in CEL, in the order of Flux: `inProgress`, `failed`, `current`; progressing when none holds. What cannot
 * be evaluated, mostly for a field that is not there yet, is progressing too, and says why: Flux goes on waiting as well.
 * Source: Flux's RFC 9 and pkg/runtime/cel.
 */
export function customHealth(object: KubernetesObject, check: HealthCheck): Health {
  if (isUnobserved(object)) return unobserved
  for (const { name, verdict } of order) {
    const text = check[name]
    if (text === null) continue
    const answer = evaluate(text, object)
    if (typeof answer === 'string') return progressing(`its rule ${name} cannot be evaluated yet: ${answer}`)
    if (answer) return verdict(object)
  }
  return progressing('its rule current does not hold yet')
}

const order: readonly {
  readonly name: 'inProgress' | 'failed' | 'current'
  readonly verdict: (object: KubernetesObject) => Health
}[] = [
  { name: 'inProgress', verdict: object => progressing(complaintOf(object) ?? 'its rule inProgress holds') },
  { name: 'failed', verdict: object => degraded(complaintOf(object) ?? 'its rule failed holds') },
  { name: 'current', verdict: () => healthy },
]

/** What the object itself says that it lacks. */
function complaintOf(object: KubernetesObject): string | null {
  const texts = listAt(object, 'status', 'conditions')
    .filter(it => textAt(it, 'status') === 'False')
    .map(it => textAt(it, 'message') || textAt(it, 'reason'))
  return texts.find(Boolean) ?? null
}

/** More than any sensible rule takes; at most a second on a slow machine. */
const mostSteps = 300_000

/** Whether the condition holds, or why that is not known. */
function evaluate(text: string, object: KubernetesObject): boolean | string {
  const condition = parseCondition(text)
  if (typeof condition === 'string') return `it ${condition}`
  const read = Object.entries(seenBy(object)).filter(([name]) => condition.roots.has(name))
  if (stepsOf(condition, sizeOf(read)) > mostSteps) return 'it would take too long on an object of this size'
  try {
    const answer = planOf(condition)(bindingsOf(read))
    if (loadCel().isCelError(answer)) return wordsOf(answer, condition, object)
    return typeof answer === 'boolean' ? answer : 'it is neither true nor false'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Who manages what is no sign of health, and often the larger part of an object. */
function seenBy(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

type Plan = ReturnType<Cel['plan']>

/** Making a plan takes longer than carrying it out, and a sync asks again at every change. */
const plans = new WeakMap<Condition, Plan>()

function planOf(condition: Condition): Plan {
  const known = plans.get(condition)
  if (known) return known
  const { plan, celEnv } = loadCel()
  const made = plan(celEnv(), condition.expression)
  plans.set(condition, made)
  return made
}

function wordsOf({ message }: Error, { roots }: Condition, object: KubernetesObject): string {
  const [missing] = [...roots].filter(name => !Object.hasOwn(object, name))
  return message === 'unresolved attribute' && missing !== undefined
    ? `the object has no ${missing}`
    : message
}

type Binding = boolean | number | bigint | string | null | readonly Binding[] | { [name: string]: Binding }

function bindingsOf(fields: readonly (readonly [string, unknown])[]): Record<string, Binding> {
  return Object.fromEntries(fields.map(([name, value]) => [name, bindingOf(value)]))
}

/** As Kubernetes has it: whole numbers are integers, others are doubles. */
function bindingOf(value: unknown): Binding {
  if (Array.isArray(value)) return value.map(bindingOf)
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, bindingOf(it)]))
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}
