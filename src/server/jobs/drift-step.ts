import type { DriftReport } from '../../model/drift.ts'
import type { ApplicationRecord } from '../store/records/applications.ts'
import type { IssueRecord } from '../store/records/issues.ts'

/** What becomes of the drift issue. */
export type DriftStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'open' }
  | { readonly kind: 'edit' | 'reopen' | 'close'; readonly number: number }

const weekMilliseconds = 7 * 24 * 3600 * 1000

/** Pure: from an observation and the issue as we left it. */
export function driftStep(it: {
  readonly report: DriftReport
  readonly application: Pick<ApplicationRecord, 'application' | 'settings'>
  readonly issue: IssueRecord | null
  /** Of the body that the issue would have now. */
  readonly bodyHash: string
  readonly now: Date
}): DriftStep {
  const { report, issue, bodyHash, now } = it
  const number = issue?.number ?? null
  const isOpen = issue?.state === 'open' && number !== null
  const isConverged = report.drifted.length === 0 && report.fight === null
  if (isConverged) return isOpen ? { kind: 'close', number } : { kind: 'none' }
  if (!deservesIssue(report, it.application)) return { kind: 'none' }
  if (isOpen) return issue.bodyHash === bodyHash ? { kind: 'none' } : { kind: 'edit', number }
  const closedFor = issue?.closedAt ? now.getTime() - Date.parse(issue.closedAt) : Infinity
  return number !== null && closedFor < weekMilliseconds ? { kind: 'reopen', number } : { kind: 'open' }
}

/** Drift that heals by itself is nobody's task, unless somebody keeps undoing the healing. */
function deservesIssue(
  report: DriftReport,
  { application, settings }: Pick<ApplicationRecord, 'application' | 'settings'>,
): boolean {
  if (!settings.drift.issue) return false
  return report.fight !== null || !application.syncPolicy.automated?.selfHeal
}
