import { parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Problem } from '../model/problem.ts'
import { mapTexts } from './json.ts'
import type { PlanInput } from './plan-input.ts'
import { createTextRedactor, redactObject, secretValuesOf } from './redact.ts'

/** Everything of a plan passes through here before it is told. */
export interface PlanRedactor {
  object(object: KubernetesObject): KubernetesObject
  object(object: KubernetesObject | null): KubernetesObject | null
  text(text: string): string
  problem(problem: Problem): Problem
}

/** A value of this length or more, inside a text of an object that is no Secret, is taken for a copy of the Secret's. */
const shortestCopy = 8

/**
 * Redacts with what the Secrets of a plan hold. A value that is also a word of the plan itself (the application, a namespace,
 * the name of an object) is public already: hiding it would hide the plan, and tell that it is one.
 */
export function createPlanRedactor(
  input: Pick<
    PlanInput,
    'application' | 'cluster' | 'head' | 'base' | 'live' | 'predictions' | 'lastSynced' | 'redactionKey'
  >,
): PlanRedactor {
  const objects = objectsOf(input)
  const open = publicWords(input)
  const values = [...secretValuesOf(objects)].filter(value => !open.has(value.trim()))
  return redactorOf(values, input.redactionKey)
}

function redactorOf(values: readonly string[], key: Uint8Array): PlanRedactor {
  const text = createTextRedactor(new Set(values))
  const copies = createTextRedactor(new Set(values.filter(value => value.trim().length >= shortestCopy)))
  return {
    object: ((object: KubernetesObject | null) =>
      object && redactCopies(redactObject(object, key), copies)) as PlanRedactor['object'],
    text,
    problem: problem => ({
      ...problem,
      message: text(problem.message),
      hint: problem.hint === null ? null : text(problem.hint),
    }),
  }
}

/** Copies of a Secret's value in annotations, environment variables, ConfigMaps and the like. Identity stays. */
function redactCopies(object: KubernetesObject, redact: (text: string) => string): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest } = object
  const { name, namespace, ...described } = metadata
  const clean = mapTexts(described, redact) as Omit<KubernetesObject['metadata'], 'name' | 'namespace'>
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...clean },
    ...(mapTexts(rest, redact) as Readonly<Record<string, unknown>>),
  }
}

function objectsOf(
  input: Pick<PlanInput, 'head' | 'base' | 'live' | 'predictions' | 'lastSynced'>,
): readonly KubernetesObject[] {
  const live = [...input.live.values()].flatMap(read => (read.kind === 'live' ? [read.object] : []))
  const predicted = [...input.predictions.values()].flatMap(it =>
    it.kind === 'predicted' ? [it.object] : [],
  )
  const rendered = [...input.head, ...(input.base ?? [])].map(it => it.object)
  return [...live, ...predicted, ...rendered, ...(input.lastSynced ?? [])]
}

function publicWords(
  input: Pick<PlanInput, 'application' | 'cluster' | 'live' | 'head'>,
): ReadonlySet<string> {
  const { name, destination } = input.application
  const words = new Set([name, destination.namespace, input.cluster])
  for (const id of [...input.live.keys(), ...input.head.map(it => it.id)]) {
    const identity = parseIdentity(id)
    for (const word of [identity.kind, identity.namespace, identity.name, ...identity.name.split(/[-.]/)]) {
      words.add(word)
    }
  }
  return words
}
