import type { Plan, Risk, Severity } from '../../model/plan.ts'
import { drifted } from './field.ts'
import type { ApplicationView, PullRequestView } from './view.ts'
import { count, distinct } from '../../model/phrase.ts'

export type PlannedView = ApplicationView & { readonly status: { readonly kind: 'planned' } }

export function isPlanned(view: ApplicationView): view is PlannedView {
  return view.status.kind === 'planned'
}

export function changesSomething(plan: Plan): boolean {
  const { create, update, replace, adopt } = plan.summary
  return create + update + replace + adopt + plan.summary.delete > 0
}

/** Objects that had moved away from Git before. */
export function driftedObjects(plan: Plan): number {
  return plan.changes.filter(drifted).length
}

const weight: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 }

/** Of all objects, the most severe first. */
export function risksOf(plan: Plan): readonly Risk[] {
  return plan.changes.flatMap(change => change.risks).sort((a, b) => weight[a.severity] - weight[b.severity])
}

/** `2 applications on 2 clusters`; an application that goes to two clusters is still one. */
function scopeOf(views: readonly ApplicationView[]): { applications: number; on: string } {
  const applications = distinct(views.map(it => it.application)).length
  const clusters = distinct(views.map(it => it.cluster)).length
  return { applications, on: count(clusters, 'cluster') }
}

/** `1 to create, 2 to update`; `no changes` when there are none. */
export function summaryPhrase(plan: Plan): string {
  const { summary } = plan
  const parts = (['create', 'update', 'replace', 'delete', 'adopt'] as const)
    .filter(action => summary[action] > 0)
    .map(action => `${summary[action]} to ${action}`)
  if (summary.error > 0) parts.push(`${count(summary.error, 'object')} cannot be planned`)
  return parts.join(', ') || 'no changes'
}

/** How far the planning of a pull request is, in one line without a full stop. */
export function headline(view: PullRequestView): string {
  if (view.forkAwaitsMaintainer) return 'this fork waits for a maintainer'
  const pending = view.applications.filter(it => it.status.kind === 'pending').length
  if (pending > 0) {
    const total = view.applications.length
    const { applications, on } = scopeOf(view.applications)
    return pending === total
      ? `planning ${count(applications, 'application')} on ${on}`
      : `${total - pending} of ${count(total, 'plan')} made`
  }
  const planned = view.applications.filter(isPlanned)
  const parts: string[] = [...problemsPhrase(view)]
  const unplanned = scopeOf(view.applications.filter(it => !isPlanned(it))).applications
  if (unplanned > 0) parts.push(`${count(unplanned, 'application')} cannot be planned`)
  const errors = planned.reduce((sum, it) => sum + it.status.plan.summary.error, 0)
  if (errors > 0) parts.push(`${count(errors, 'object')} cannot be planned`)
  const changing = scopeOf(planned.filter(it => changesSomething(it.status.plan)))
  if (changing.applications > 0) {
    const { applications, on } = changing
    const subject = count(applications, 'application')
    parts.push(`${subject} ${applications === 1 ? 'changes' : 'change'} on ${on}`)
  }
  return parts.join(', ') || 'nothing changes on any cluster'
}

/** A conflict is the branch's, and no configuration's. */
function problemsPhrase({ problems }: PullRequestView): readonly string[] {
  if (problems.some(it => it.code === 'merge-conflict')) return ['this branch conflicts with its base']
  return problems.length > 0 ? [`${count(problems.length, 'problem')} in the configuration`] : []
}

export function hasErrors(view: PlannedView): boolean {
  return view.status.plan.summary.error > 0
}
