import type { Application } from '../model/application.ts'
import { type ObjectId, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Change, FieldChange } from '../model/plan.ts'
import type { LiveRead } from '../model/rendered.ts'
import { attributionOf } from './attribution.ts'
import { isDefinition } from './defined-kinds.ts'
import { differencesOf } from './diff-fields.ts'
import { unifiedDiff } from './diff-text.ts'
import { driftedPlaces } from './drifted-places.ts'
import { withoutIgnored } from './ignore-differences.ts'
import { narrowestIgnore } from './narrowest-ignore.ts'
import { normalise } from './normalise.ts'
import { compareIds } from './order.ts'
import type { DesiredObject } from './plan-input.ts'
import { createPlanRedactor, type PlanRedactor } from './plan-redactor.ts'
import { noFacts, type Surroundings, surroundingsOf } from './risks/surroundings.ts'
import { risksOf } from './risks.ts'
import { valueAtSteps } from './steps.ts'
import { withValueAtSteps } from './with-value.ts'

export interface DriftInput {
  /** Of the set of the last successful sync, settled: what is to be judged. */
  readonly desired: readonly DesiredObject[]
  /** All of that set, for what it says of each other and for its Secrets; asked for when something has drifted. Default: `desired`. */
  readonly all?: () => readonly DesiredObject[]
  /** An object that is not in here was not read, and is not judged. */
  readonly live: ReadonlyMap<ObjectId, LiveRead>
  /** What a dry run said of some objects: then that is told, and no more. */
  readonly predicted?: ReadonlyMap<ObjectId, KubernetesObject>
  readonly application: Application
  /** 32 bytes; digests of redacted values are made with it. */
  readonly redactionKey: Uint8Array
}

/**
 * How the cluster differs from what was last synced, told as the changes that put it back: a deleted object is a create,
 * changed fields of ours are an update, an object that could not be read is an error. What others added is no drift. Redacted.
 */
export function driftOf(input: DriftInput): Change[] {
  const all = lazily(input.all ?? (() => input.desired))
  const redactor = lazily(() =>
    createPlanRedactor({
      application: input.application,
      cluster: input.application.destination.cluster,
      head: all(),
      base: null,
      live: input.live,
      predictions: new Map(),
      lastSynced: null,
      redactionKey: input.redactionKey,
    }),
  )
  const tell: Telling = { ...input, all, redactor, around: lazily(() => aroundOf(all())) }
  return input.desired
    .flatMap(desired => driftOfOne(desired, tell) ?? [])
    .toSorted((a, b) => compareIds(a.id, b.id))
}

type Telling = DriftInput & {
  readonly all: () => readonly DesiredObject[]
  readonly redactor: () => PlanRedactor
  readonly around: () => Surroundings
}

/** Nothing is read for it: what else is synced says enough. */
function aroundOf(desired: readonly DesiredObject[]): Surroundings {
  const objects = desired.map(it => it.object)
  return surroundingsOf(noFacts, { objects, changing: new Set(), leaving: new Set() })
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}

function driftOfOne(desired: DesiredObject, telling: Telling): Change | null {
  const { live, redactor } = telling
  const read = live.get(desired.id)
  if (!read) return null
  const change: Change = {
    id: desired.id,
    action: 'update',
    origin: 'drift',
    fields: [],
    diff: '',
    risks: [],
    source: desired.source,
    error: null,
    note: null,
  }
  switch (read.kind) {
    case 'unreadable':
      return { ...change, action: 'error', error: redactor().problem(read.problem) }
    case 'absent':
      return {
        ...change,
        action: 'create',
        diff: unifiedDiff(null, redactor().object(normalise(desired.object))),
      }
    case 'live':
      return driftOfLive(desired, read.object, { ...telling, change })
  }
}

function driftOfLive(
  desired: DesiredObject,
  live: KubernetesObject,
  context: Telling & { readonly change: Change },
): Change | null {
  const { change } = context
  const rules = context.application.ignoreDifferences
  const wanted = withoutIgnored(desired.object, live, rules, parseIdentity(desired.id))
  const places = driftedPlaces(wanted, live)
  if (places.length === 0) return null
  const predicted = context.predicted?.get(desired.id)
  const restored =
    predicted ??
    (places.reduce<unknown>(
      (object, steps) => withValueAtSteps(object, steps, valueAtSteps(wanted, steps)),
      live,
    ) as KubernetesObject)
  const redactor = context.redactor()
  const before = redactor.object(normalise(live))
  const after = redactor.object(normalise(restored))
  const fields = differencesOf(before, after).map(
    ({ path, steps, isOrder, ...values }): FieldChange => ({
      path,
      before: values.before,
      after: values.after,
      origin: 'drift',
      ...attributionOf(live, steps),
      ignore: isOrder ? null : narrowestIgnore(steps),
    }),
  )
  if (predicted && fields.length === 0) return null
  const risks = risksOf({
    action: 'update',
    live,
    after: restored,
    desired: desired.object,
    fields,
    head: context.all().map(it => it.object),
    definitions: context
      .all()
      .map(it => it.object)
      .filter(isDefinition),
    around: context.around(),
  }).filter(risk => risk.code !== 'secret-in-git')
  return {
    ...change,
    fields,
    diff: unifiedDiff(before, after),
    risks: risks.map(risk => ({ ...risk, message: redactor.text(risk.message) })),
  }
}
