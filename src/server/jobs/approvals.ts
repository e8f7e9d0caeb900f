import type { Plan } from '../../model/plan.ts'
import type { Settings } from '../../model/settings.ts'
import { changesSomething, risksOf } from '../report/counts.ts'
import { code } from '../report/escape.ts'
import type { ApprovalView } from '../report/view.ts'
import type { ApprovalRecord } from '../store/records/approvals.ts'
import { no } from './comment-outcome.ts'
import type { PlannedApplication, PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'

/** How many people have to approve before something is synced to a cluster. */
export function approvalsFor(cluster: string, settings: Pick<Settings, 'environments'>): number {
  return Math.max(0, ...settings.environments.filter(it => it.name === cluster).map(it => it.approvals))
}

/** Who approved what an application's plan of this digest does. */
export function approversOf(
  approvals: readonly ApprovalRecord[],
  of: { readonly application: string; readonly cluster: string; readonly digest: string },
): readonly string[] {
  return approvals
    .filter(
      it =>
        !it.dropped &&
        it.application === of.application &&
        it.cluster === of.cluster &&
        it.digest === of.digest,
    )
    .map(it => it.person)
}

/** An application of a plan that changes something, as it is approved. */
export interface ApprovalSubject {
  readonly application: string
  readonly cluster: string
  readonly digest: string
}

interface RiskySubject extends ApprovalSubject {
  readonly isRisky: boolean
}

/**
 * How the approvals of a plan's environments stand: of those that want some, of those with a high risk, and of those that somebody
 * approved. Where an application is not planned nobody can say yet; it is left out.
 */
export function approvalViews(
  plan: Pick<PlanRecord, 'applications' | 'settings'>,
  approvals: readonly ApprovalRecord[],
): readonly ApprovalView[] {
  const clusters = new Set(plan.applications.map(it => it.application.destination.cluster))
  return [...clusters].sort().flatMap(environment => {
    const subjects = subjectsOf(plan, environment)
    const risky = subjects.some(it => it.isRisky)
    const wanted = subjects.length === 0 ? 0 : approvalsFor(environment, plan.settings)
    const people = new Set(approvals.filter(it => it.cluster === environment).map(it => it.person))
    const holds = (person: string) =>
      subjects.length > 0 && subjects.every(it => approversOf(approvals, it).includes(person))
    const by = [...people].filter(holds)
    const isDropped = (person: string) =>
      approvals.some(it => it.cluster === environment && it.person === person && it.dropped)
    const dropped = [...people].filter(it => !holds(it) && isDropped(it))
    if (wanted === 0 && !risky && by.length === 0 && dropped.length === 0) return []
    return [{ environment, wanted, risky, by, dropped }]
  })
}

/** Whether there is something in it that an approval would still change. */
function isOpen({ wanted, risky, by }: ApprovalView): boolean {
  return by.length < Math.max(wanted, risky ? 1 : 0)
}

function subjectsOf({ applications }: Pick<PlanRecord, 'applications'>, environment: string): RiskySubject[] {
  return applications.flatMap(it => {
    const plan = planOf(it)
    if (!plan || it.application.destination.cluster !== environment || !changesSomething(plan)) return []
    const isRisky = risksOf(plan)[0]?.severity === 'high'
    return [{ application: it.application.name, cluster: environment, digest: plan.changeDigest, isRisky }]
  })
}

function planOf({ status }: PlannedApplication): Plan | null {
  return status.kind === 'planned' ? status.plan : null
}

export type ApprovalDecision =
  | { readonly kind: 'approve'; readonly subjects: readonly ApprovalSubject[] }
  | { readonly kind: 'no'; readonly why: string }

/** Why somebody may not approve a pull request; null when nothing speaks against it. `pushers`: of its head. */
export function mayNotApprove(
  { author, pushers }: Pick<PullRequestRecord, 'author'> & { readonly pushers: readonly string[] },
  by: string,
): string | null {
  const isSame = (other: string) => other.toLowerCase() === by.toLowerCase()
  if (isSame(author)) return 'Somebody else has to approve: this pull request is yours.'
  return pushers.some(isSame) ? 'Somebody else has to approve: its last commit is yours.' : null
}

/** What an approval of an open pull request stands for. */
export function decideApproval(
  plan: PlanRecord | null,
  approvals: readonly ApprovalRecord[],
  /** Name of a cluster; null: all that wait. */
  environment: string | null,
): ApprovalDecision {
  if (!plan || plan.awaitsMaintainer) return no('There is no plan to approve yet.')
  const names = [...new Set(plan.applications.map(it => it.application.destination.cluster))].sort()
  if (environment !== null && !names.includes(environment)) {
    const there = names.length === 0 ? 'it touches none' : `it touches ${names.map(code).join(', ')}`
    return no(`This pull request does not touch an environment of that name: ${there}.`)
  }
  const isMeant = (it: PlannedApplication) =>
    environment === null || it.application.destination.cluster === environment
  const unclear = plan.applications.filter(it => isMeant(it) && !isApprovable(it))
  const [first] = unclear
  if (plan.problems.length > 0 || first) {
    const { name, destination } = first?.application ?? { name: '', destination: { cluster: '' } }
    const what = first
      ? `${code(name)} on ${code(destination.cluster)}`
      : 'what its settings or documents say'
    return no(`Nothing was approved, as ${what} is not planned: approve the complete plan.`)
  }
  const views = approvalViews(plan, approvals)
  const meant =
    environment === null ? views.filter(it => isOpen(it)).map(it => it.environment) : [environment]
  const subjects = meant.flatMap(it => subjectsOf(plan, it))
  return subjects.length === 0 ? no('Nothing here waits for approval.') : { kind: 'approve', subjects }
}

function isApprovable(it: PlannedApplication): boolean {
  return planOf(it)?.summary.error === 0
}
