import { formatIdentity, type ObjectId, objectIdOf, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Change, FieldChange, Plan, PlanSummary } from '../model/plan.ts'
import { attributionOf } from './attribution.ts'
import { decideHead } from './decide-head.ts'
import { decideLeaving } from './decide-leaving.ts'
import type { Decision, PlanContext } from './decision.ts'
import { differencesOf } from './diff-fields.ts'
import { unifiedDiff } from './diff-text.ts'
import { type ChangeContent, digestsOf } from './digest.ts'
import { ourEntry } from './field-set.ts'
import { compareIds } from './order.ts'
import { applicationOf } from './ownership.ts'
import type { DesiredObject, PlanInput } from './plan-input.ts'
import { createPlanRedactor, type PlanRedactor } from './plan-redactor.ts'
import { leavingRisks } from './risks/deletes.ts'
import { risksOf } from './risks.ts'
import { formatSteps, valueAtSteps } from './steps.ts'

/**
 * What a merge will do to one application on one cluster. Compares live with what the server predicts, says why each field
 * differs, and holds no value of any Secret.
 */
export function planFrom(input: PlanInput): Plan {
  const context = contextOf(input)
  const decisions = [
    ...input.head.map(desired => decideHead(desired, context)),
    ...input.unsettled.map(unsettledDecision),
    ...(input.hooks ?? []).map(hookDecision),
    ...leavingIds(input).flatMap(id => decideLeaving(id, context) ?? []),
  ].toSorted((a, b) => compareIds(a.id, b.id))
  const redactor = createPlanRedactor(input)
  const changed = decisions.filter(isChange)
  const { digest, changeDigest } = digestsOf({
    application: input.application.name,
    cluster: input.cluster,
    head: input.head,
    changes: changed.map(it => contentOf(it, redactor)),
    redactionKey: input.redactionKey,
  })
  return {
    application: input.application.name,
    cluster: input.cluster,
    namespace: input.application.destination.namespace,
    revision: input.revision,
    digest,
    changeDigest,
    summary: summaryOf(decisions),
    changes: withApplicationRisk(
      changed.map(it => changeOf(it, input, redactor)),
      input,
    ),
    liveAt: input.liveAt,
  }
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

/** Until a sync runs hooks, a plan that kept silent about them would promise what nobody does. */
function hookDecision({ id, source }: DesiredObject): Decision {
  return {
    id,
    action: 'leave-behind',
    origin: 'pull-request',
    desired: null,
    live: null,
    before: null,
    after: null,
    differences: [],
    source,
    error: null,
    note: 'is a hook, and hooks are not run yet: it is left out',
  }
}

type ChangingDecision = Decision & { readonly action: Change['action'] }

function isChange(decision: Decision): decision is ChangingDecision {
  return decision.action !== 'unchanged'
}

function changeOf(decision: ChangingDecision, input: PlanInput, redactor: PlanRedactor): Change {
  const { id, action, origin, source, error, note } = decision
  const before = redactor.object(decision.before)
  const after = redactor.object(decision.after)
  const fields = fieldsOf(decision, before, after)
  const risks = risksOf({
    action,
    live: decision.live,
    after: decision.after,
    desired: decision.desired?.object ?? null,
    fields,
    head: input.head.map(it => it.object),
  })
  return {
    id,
    action,
    origin,
    fields,
    diff: unifiedDiff(before, after),
    risks: risks.map(risk => ({ ...risk, message: redactor.text(risk.message) })),
    source,
    error: error && redactor.problem(error),
    note: note === null ? null : redactor.text(note),
  }
}

/** Changed fields with redacted values. Nothing for objects that come or go whole: their diff says it. */
function fieldsOf(
  decision: Decision,
  before: KubernetesObject | null,
  after: KubernetesObject | null,
): readonly FieldChange[] {
  const { live, differences } = decision
  if (!live || !before || !after) return []
  const origins = new Map(differences.map(it => [formatSteps(it.steps), it.origin]))
  return differencesOf(before, after).map(({ path, steps, ...values }) => ({
    path,
    before: values.before,
    after: values.after,
    origin: origins.get(formatSteps(steps)) ?? decision.origin,
    ...attributionOf(live, steps),
  }))
}

/** What the change comes to. Values that the server chose by itself are left out: they may be others next time. */
function contentOf(decision: ChangingDecision, redactor: PlanRedactor): ChangeContent {
  const { id, action, desired, live } = decision
  const after = redactor.object(decision.after)
  const chosen = (before: unknown, steps: readonly string[]): boolean =>
    before === null && valueAtSteps(desired?.object, steps) === undefined
  const content =
    live && after
      ? decision.differences
          .filter(it => !chosen(it.before, it.steps))
          .map(({ steps }) => [formatSteps(steps), valueAtSteps(after, steps) ?? null])
      : after
  return { id, action, content, resourceVersion: live?.metadata.resourceVersion ?? null }
}

/** What is true of all changes together is told with the first that is deleted. */
function withApplicationRisk(changes: readonly Change[], input: PlanInput): readonly Change[] {
  const deleted = changes.filter(it => it.action === 'delete')
  const rendered = input.head.length + input.unsettled.length
  const risks = leavingRisks({ application: input.application.name, rendered, deleted: deleted.length })
  return changes.map(it => (it === deleted[0] ? { ...it, risks: [...risks, ...it.risks] } : it))
}

function summaryOf(decisions: readonly Decision[]): PlanSummary {
  const count = (action: Decision['action']): number => decisions.filter(it => it.action === action).length
  return {
    create: count('create'),
    update: count('update'),
    replace: count('replace'),
    delete: count('delete'),
    adopt: count('adopt'),
    unchanged: count('unchanged'),
    error: count('error'),
  }
}
