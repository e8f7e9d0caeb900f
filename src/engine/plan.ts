import type { Change, Plan, PlanSummary, Risk } from '../model/plan.ts'
import { type ChangingDecision, createTeller } from './change.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { type ChangeContent, digestsOf } from './digest.ts'
import { hooksThatRun } from './hooks.ts'
import type { PlanInput } from './plan-input.ts'
import { createPlanRedactor, type PlanRedactor } from './plan-redactor.ts'
import { leavingRisks } from './risks/deletes.ts'
import { quotaRisks } from './risks/quota.ts'
import { noFacts, surroundingsOf } from './risks/surroundings.ts'
import { isWrite } from './risks/wanted-facts.ts'
import { bySeverity } from './risks.ts'
import { formatSteps, valueAtSteps } from './steps.ts'
import { unmanagedFields } from './unmanaged.ts'

/**
 * What a merge will do to one application on one cluster. Compares live with what the server predicts, says why each field
 * differs, and holds no value of any Secret. `decisions` are those of the same input.
 */
export function planFrom(input: PlanInput, decisions: readonly Decision[] = decide(input)): Plan {
  const redactor = createPlanRedactor(input)
  const changed = decisions.filter(isChange)
  const { digest, changeDigest } = digestsOf({
    application: input.application.name,
    cluster: input.cluster,
    head: input.head,
    changes: changed.map(it => contentOf(it, redactor)),
    hooks: changed.some(isWrite) ? (input.hooks ?? []) : [],
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
    changes: changed.length === 0 ? [] : changesOf(decisions, changed, input, redactor),
    liveAt: input.liveAt,
    ...hooksOf(input, changed),
    ...(input.unmanaged ? { unmanaged: unmanagedOf(decisions, redactor) } : {}),
  }
}

function hooksOf(input: PlanInput, changed: readonly ChangingDecision[]): Pick<Plan, 'hooks'> {
  if (!changed.some(isWrite)) return {}
  const planned = hooksThatRun(input.hooks ?? [], input.removed ?? false)
  return planned.length > 0 ? { hooks: planned } : {}
}

function unmanagedOf(decisions: readonly Decision[], redactor: PlanRedactor): NonNullable<Plan['unmanaged']> {
  return decisions.flatMap(({ id, desired, live }) => {
    const fields = desired && live ? unmanagedFields(live, object => redactor.object(object)) : []
    return fields.length > 0 ? [{ id, fields }] : []
  })
}

function isChange(decision: Decision): decision is ChangingDecision {
  return decision.action !== 'unchanged'
}

function changesOf(
  decisions: readonly Decision[],
  changed: readonly ChangingDecision[],
  input: PlanInput,
  redactor: PlanRedactor,
): readonly Change[] {
  const around = surroundingsOf(input.facts ?? noFacts, {
    objects: decisions.flatMap(({ desired, live, after }) =>
      desired ? [after ?? live ?? desired.object] : [],
    ),
    changing: new Set(changed.map(it => it.id)),
    leaving: new Set(changed.filter(it => it.action === 'delete').map(it => it.id)),
  })
  const tell = createTeller({ decisions, head: input.head.map(it => it.object), around, redactor })
  const ofAll = quotaRisks(changed.filter(isWrite), around.quotas)
  return withApplicationRisk(
    changed.map(it => withRisks(tell(it), ofAll.get(it.id) ?? [])),
    input,
  )
}

function withRisks(change: Change, more: readonly Risk[]): Change {
  return more.length === 0 ? change : { ...change, risks: bySeverity([...change.risks, ...more]) }
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
