import { applicationKey } from '../../model/application.ts'
import type { DriftReport } from '../../model/drift.ts'
import type { DriftPolicy } from '../../model/drift-settings.ts'
import type { Change } from '../../model/plan.ts'
import { driftPolicyOf, severityOf } from '../../repository/drift-policy.ts'
import type { BehindView, DriftView } from '../report/view.ts'
import type { ApplicationRecord } from '../store/records/applications.ts'
import { behindDeservesIssue } from './behind.ts'
import { type Fact, factsOf } from './drift-facts.ts'

/** What the drift of one application comes to, as its repository's settings see it. */
export interface DriftPicture {
  readonly policy: DriftPolicy
  readonly report: DriftReport
  /** Empty: there is nothing that deserves an issue. */
  readonly facts: readonly Fact[]
  readonly isHigh: boolean
  readonly isUrgent: boolean
  readonly since: Date
  readonly selfHeal: boolean
  readonly view: Pick<DriftView, 'severity' | 'behind'>
}

/** Pure. */
export function driftPicture(
  known: ApplicationRecord,
  it: { readonly behind: BehindView | null; readonly isSilent: boolean },
): DriftPicture {
  const { application, settings, revision } = known
  const { name, destination, syncPolicy } = application
  const policy = driftPolicyOf(settings.drift, { name, cluster: destination.cluster })
  const report: DriftReport = known.drift ?? {
    application: name,
    cluster: destination.cluster,
    namespace: destination.namespace,
    revision,
    drifted: [],
    healed: [],
    fight: null,
    observedAt: it.behind?.since ?? '',
  }
  const selfHeal = syncPolicy.automated?.selfHeal ?? false
  const severity = Object.fromEntries(
    report.drifted.map(change => [change.id, severityOf(policy, change.id)]),
  )
  const weighs = (change: Change) => severity[change.id] !== 'none'
  const weighty = report.drifted.filter(weighs)
  const isHigh = weighty.some(change => severity[change.id] === 'high')
  const behind = it.behind && behindDeservesIssue(it.behind, it.isSilent) ? it.behind : null
  const differs = weighty.length > 0 || report.fight !== null
  const since = differs ? (known.driftSince ?? report.observedAt) : (behind?.since ?? report.observedAt)
  return {
    policy,
    report,
    facts: factsOf({ weighty, fight: report.fight, behind }),
    isHigh,
    isUrgent: report.fight !== null || behind !== null || (isHigh && !selfHeal),
    since: new Date(since || 0),
    selfHeal,
    view: { severity, behind: it.behind },
  }
}

/** Key of its issue, and of the jobs about it: they are done one at a time. */
export function driftKey(it: ApplicationRecord['application']): string {
  return `drift/${applicationKey(it)}`
}
