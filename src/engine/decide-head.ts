import { parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Origin } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { Prediction } from '../model/rendered.ts'
import type { Decision, PlanContext } from './decision.ts'
import { differencesOf } from './diff-fields.ts'
import { isEnding } from './ending.ts'
import { ourEntry } from './field-set.ts'
import { withLiveWhereIgnored } from './ignore-differences.ts'
import { normalise } from './normalise.ts'
import { combinedOrigin, originsOf } from './origins.ts'
import { overlay } from './overlay.ts'
import { applicationOf, ownedByAnother } from './ownership.ts'
import type { DesiredObject } from './plan-input.ts'
import { sameStored } from './same-value.ts'
import { renderedPart, withAllotted, withoutAllocated } from './shown.ts'

/** What happens to one object of the head render. */
export function decideHead(desired: DesiredObject, context: PlanContext): Decision {
  const { id, source } = desired
  const read = context.input.live.get(id)
  if (!read) return failed(desired, notRead(desired, 'read'))
  if (read.kind === 'unreadable') return failed(desired, located(read.problem, source))
  const live = read.kind === 'live' ? read.object : null
  const owner = live && applicationOf(live)
  const from = context.input.takes?.get(id) ?? null
  if (live && owner && owner !== context.input.application.name && owner !== from) {
    return failed(desired, ownedByAnother(live, owner, source), live)
  }
  if (live && isEnding(live, context.input.live)) return decideAgain(desired, context)
  const prediction = context.input.predictions.get(id)
  if (!prediction) return failed(desired, notRead(desired, 'predicted'), live)
  if (prediction.kind === 'refused') return failed(desired, located(prediction.problem, source), live)
  return live ? decideExisting(desired, live, prediction, context) : decideNew(desired, prediction, context)
}

/** Somebody has deleted it, and it is not gone yet. */
function decideAgain(desired: DesiredObject, context: PlanContext): Decision {
  return {
    ...blank(desired),
    action: 'create',
    origin: originOfMissing(desired, context),
    after: normalise(desired.object),
    note: 'is being deleted; created again once it is gone',
  }
}

function decideNew(desired: DesiredObject, prediction: Prediction, context: PlanContext): Decision {
  const predicted =
    prediction.kind === 'predicted' ? renderedPart(prediction.object, desired.object) : desired.object
  return {
    ...blank(desired),
    action: 'create',
    origin: originOfMissing(desired, context),
    after: normalise(predicted),
    note: prediction.kind === 'later' ? prediction.note : null,
  }
}

function decideExisting(
  desired: DesiredObject,
  live: KubernetesObject,
  prediction: Exclude<Prediction, { kind: 'refused' }>,
  context: PlanContext,
): Decision {
  const { id } = desired
  // Without an entry of ours nobody could tell what we have applied, nor take away what Git has no more.
  const isLost = context.isOurs(id, live) && ourEntry(live) === null
  const isOurs = context.isOurs(id, live) && !isLost
  if (prediction.kind === 'unchanged' && isOurs) return { ...blank(desired), live }
  const target = targetOf(desired, live, prediction, context)
  const rules = context.input.application.ignoreDifferences
  const before = normalise(live)
  // A replace leaves nothing of the old object, ignored or not.
  const isWhole = prediction.kind === 'immutable' && prediction.object !== null
  const after = normalise(isWhole ? target : withLiveWhereIgnored(target, live, rules, parseIdentity(id)))
  const found = differencesOf(before, after)
  const originOf = originsOf({
    base: context.base.get(id) ?? null,
    hasBase: context.hasBase,
    head: desired.object,
    lastSynced: context.lastSynced.get(id) ?? null,
    live,
  })
  const differences = found.map(difference => ({ ...difference, origin: originOf(difference) }))
  const decision: Decision = {
    ...blank(desired),
    action: 'update',
    origin: combinedOrigin(differences.map(it => it.origin)),
    live,
    before,
    after,
    differences,
  }
  if (prediction.kind === 'immutable') return { ...decision, action: 'replace', note: prediction.message }
  const note = prediction.kind === 'later' ? prediction.note : null
  if (isLost)
    return {
      ...decision,
      action: 'adopt',
      origin: differences.length === 0 ? 'drift' : decision.origin,
      note: note ?? takeBack,
    }
  const from = context.input.takes?.get(id)
  if (from !== undefined) return { ...decision, action: 'adopt', note: movedFrom(from) }
  if (!isOurs) return { ...decision, action: 'adopt', note: note ?? takeOver }
  return { ...decision, action: differences.length === 0 ? 'unchanged' : 'update', note }
}

/** What live is going to be. */
function targetOf(
  desired: DesiredObject,
  live: KubernetesObject,
  prediction: Exclude<Prediction, { kind: 'refused' }>,
  { lastSynced, base }: PlanContext,
): KubernetesObject {
  switch (prediction.kind) {
    case 'unchanged':
      return live
    case 'predicted':
      return withoutAllocated(prediction.object, live)
    case 'immutable':
    case 'later':
      break
  }
  if (prediction.kind === 'immutable' && prediction.object) {
    return withAllotted(prediction.object, live, desired.object)
  }
  return overlay(live, desired.object, lastSynced.get(desired.id) ?? base.get(desired.id) ?? null)
}

const movedFrom = (application: string) => `moves here from the application ${application}`
const takeOver = 'exists already; Plumbline takes it over'
const takeBack = 'the cluster does not know any more who owns its fields; Plumbline takes it over again'

function blank(desired: DesiredObject): Decision {
  return {
    id: desired.id,
    action: 'unchanged',
    origin: 'pull-request',
    desired,
    live: null,
    before: null,
    after: null,
    differences: [],
    source: desired.source,
    error: null,
    note: null,
  }
}

function failed(desired: DesiredObject, error: Problem, live: KubernetesObject | null = null): Decision {
  return { ...blank(desired), action: 'error', live, error }
}

/** An object that is not there: the pull request adds it, or somebody deleted what base and head agree on, or both. */
function originOfMissing(desired: DesiredObject, context: PlanContext): Origin {
  const base = context.base.get(desired.id)
  if (!base) return 'pull-request'
  return sameStored(base, desired.object) ? 'drift' : 'both'
}

function located(problem: Problem, source: DesiredObject['source']): Problem {
  return problem.location ? problem : { ...problem, location: source }
}

function notRead(desired: DesiredObject, what: 'read' | 'predicted'): Problem {
  return {
    code: `not-${what}`,
    message: `${desired.object.kind} ${desired.object.metadata.name} was not ${what} in the cluster`,
    location: desired.source,
    hint: 'Plan again',
  }
}
