import type { ObjectId } from '../../model/identity.ts'
import type { Change, Plan, Risk, Severity } from '../../model/plan.ts'
import type { SourceLocation } from '../../model/problem.ts'
import { driftedObjects, risksOf } from './counts.ts'

/** What a plan says of an application, without what becomes of each object: a few kilobytes, however many change. */
export interface Outline {
  /** Its `changes` are empty. */
  readonly plan: Plan
  /** How many objects it has to tell of. */
  readonly objects: number
  /** How many of them had moved away from Git before. */
  readonly drifted: number
  /** The most severe first, and no more than {@link mostRisks}. */
  readonly risks: readonly Risk[]
  /** All there are. */
  readonly riskCount: number
}

/** One object as a list shows it: without its fields and its diff. */
export interface ObjectLine {
  readonly id: ObjectId
  readonly action: Change['action']
  readonly origin: Change['origin']
  /** The worst of its risks; null when it has none. */
  readonly severity: Severity | null
  /** Codes of its risks, the most severe first. */
  readonly risks: readonly string[]
  readonly source: SourceLocation | null
  /** Lines of its diff. */
  readonly added: number
  readonly removed: number
  /** UTF-16 code units that it takes as JSON, about. */
  readonly size: number
}

const mostRisks = 50

export function outlineOf(plan: Plan): Outline {
  const { changes, unmanaged: _, ...about } = plan
  const risks = risksOf(plan)
  return {
    plan: { ...about, changes: [] },
    objects: changes.length,
    drifted: driftedObjects(plan),
    risks: risks.slice(0, mostRisks),
    riskCount: risks.length,
  }
}

/** In the order of the page: what the pull request means to do, then what had only drifted. */
export function pageOrder(changes: readonly Change[]): readonly Change[] {
  const drift = changes.filter(it => it.origin === 'drift')
  return drift.length === 0 ? changes : [...changes.filter(it => it.origin !== 'drift'), ...drift]
}

export function lineOf(change: Change, size: number): ObjectLine {
  const { id, action, origin, source } = change
  const order: readonly Severity[] = ['high', 'medium', 'low']
  const risks = change.risks.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  return {
    id,
    action,
    origin,
    severity: risks[0]?.severity ?? null,
    risks: [...new Set(risks.map(it => it.code))],
    source,
    added: linesWith(change.diff, '+'),
    removed: linesWith(change.diff, '-'),
    size,
  }
}

/** Lines of a unified diff that begin with the sign; file headers are none. */
function linesWith(diff: string, sign: '+' | '-'): number {
  let found = 0
  for (let at = 0; at < diff.length; ) {
    if (diff[at] === sign && !diff.startsWith(`${sign.repeat(3)} `, at)) found += 1
    const end = diff.indexOf('\n', at)
    if (end < 0) break
    at = end + 1
  }
  return found
}
