import { describeIdentity, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Change, FieldChange } from '../model/plan.ts'
import { attributionOf } from './attribution.ts'
import type { Decision } from './decision.ts'
import { isDefinition } from './defined-kinds.ts'
import { differencesOf } from './diff-fields.ts'
import { unifiedDiff } from './diff-text.ts'
import { withProperty } from './json.ts'
import { normalise } from './normalise.ts'
import { type GeneratedPair, type GeneratedPairs, pairGenerated } from './pair-generated.ts'
import type { PlanRedactor } from './plan-redactor.ts'
import type { Surroundings } from './risks/surroundings.ts'
import { risksOf } from './risks.ts'
import { formatSteps } from './steps.ts'

export type ChangingDecision = Decision & { readonly action: Change['action'] }

interface Telling {
  /** All of the plan, for what one says about another. */
  readonly decisions: readonly Decision[]
  readonly head: readonly KubernetesObject[]
  readonly around: Surroundings
  readonly redactor: PlanRedactor
}

interface Told extends Telling {
  readonly definitions: readonly KubernetesObject[]
}

/** Turns decisions of one plan into what is told of them: redacted, with diff and risks. */
export function createTeller(of: Telling): (decision: ChangingDecision) => Change {
  const telling: Told = { ...of, definitions: of.head.filter(isDefinition) }
  const pairs = pairGenerated(telling.decisions)
  return decision => {
    const pair = pairs.byId.get(decision.id)
    if (!pair) return changeOf(decision, telling, pairs)
    return pair.newId === decision.id
      ? newOfPair(decision, pair, telling, pairs)
      : oldOfPair(decision, pair, telling, pairs)
  }
}

function changeOf(decision: ChangingDecision, telling: Told, pairs: GeneratedPairs): Change {
  const { id, action, origin, source, error, note } = decision
  const { redactor } = telling
  const before = redactor.object(decision.before)
  const after = redactor.object(decision.after)
  const fields = fieldsOf(decision, before, after).map(it => withFollowed(it, decision, pairs))
  const risks = risksOf({
    action,
    live: decision.live,
    after: decision.after,
    desired: decision.desired?.object ?? null,
    fields,
    head: telling.head,
    definitions: telling.definitions,
    around: telling.around,
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
    note: redactedNote([note, followNote(fields)], redactor),
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
  return differencesOf(before, after).map(({ path, steps, ...values }) => {
    const { manager, managedAt } = attributionOf(live, steps)
    const origin = origins.get(formatSteps(steps)) ?? decision.origin
    return { path, before: values.before, after: values.after, origin, manager, managedAt }
  })
}

/** The one diff of a pair: what the new object holds that the old one does not. */
function newOfPair(
  decision: ChangingDecision,
  { old, oldId }: GeneratedPair,
  telling: Told,
  pairs: GeneratedPairs,
): Change {
  const { redactor } = telling
  const change = changeOf(decision, telling, pairs)
  const bare = withoutDefaults(normalise(old.live), decision.after)
  const before = redactedAs(bare, parseIdentity(decision.id).name, redactor)
  const after = redactor.object(decision.after)
  const { name } = parseIdentity(oldId)
  const fate = old.action === 'delete' ? 'which is deleted' : 'which is left behind'
  return {
    ...change,
    fields: differencesOf(before, after)
      .filter(it => it.path !== '/metadata/name')
      .map(({ path, ...values }) => ({
        path,
        before: values.before,
        after: values.after,
        origin: decision.origin,
        manager: null,
        managedAt: null,
      })),
    diff: unifiedDiff(before, after),
    note: redactedNote([decision.note, `takes the place of ${name}, ${fate}`], redactor),
    pairedWith: oldId,
  }
}

function oldOfPair(
  decision: ChangingDecision,
  { newId }: GeneratedPair,
  telling: Told,
  pairs: GeneratedPairs,
): Change {
  const note = redactedNote([decision.note, `${parseIdentity(newId).name} takes its place`], telling.redactor)
  return { ...changeOf(decision, telling, pairs), fields: [], diff: '', note, pairedWith: newId }
}

/** A new object is told without the server's defaults; of what has no more than data, that is the type of a Secret. */
function withoutDefaults(old: KubernetesObject, now: KubernetesObject | null): KubernetesObject {
  return old.type === 'Opaque' && now?.type === undefined ? withProperty(old, 'type', undefined) : old
}

/** Redacted as an object of that name, so that equal values of a Secret are seen to be equal; told under its own. */
function redactedAs(object: KubernetesObject, name: string, redactor: PlanRedactor): KubernetesObject {
  const { metadata } = object
  const redacted = redactor.object({ ...object, metadata: { ...metadata, name } })
  return { ...redacted, metadata: { ...redacted.metadata, name: metadata.name } }
}

function withFollowed(field: FieldChange, { id }: Decision, pairs: GeneratedPairs): FieldChange {
  const pair = pairs.followed(field.before, field.after, parseIdentity(id).namespace)
  return pair ? { ...field, follows: pair.newId } : field
}

/** An object of which nothing changes but references to what has a new hash. */
function followNote(fields: readonly FieldChange[]): string | null {
  const followed = fields.map(it => it.follows ?? null)
  if (followed.length === 0 || followed.includes(null)) return null
  const names = [...new Set(followed)].map(id => describeIdentity(parseIdentity(id ?? '')))
  return `changes only to follow ${names.join(' and ')}`
}

function redactedNote(parts: readonly (string | null)[], redactor: PlanRedactor): string | null {
  const said = parts.filter(it => it !== null)
  return said.length === 0 ? null : redactor.text(said.join('; '))
}
