import type { Check, CheckAction, CheckConclusion } from '../../forge/forge.ts'
import {
  applicationAnnotations,
  definitionAnnotations,
  failureAnnotations,
  maxAnnotations,
} from './annotations.ts'
import { changesSomething, hasErrors, headline, isPlanned, risksOf, summaryPhrase } from './counts.ts'
import { planSummary } from './comment.ts'
import { shorten, visible } from './escape.ts'
import { capitalised, count, distinct, list, utc } from '../../model/phrase.ts'
import { approvalsGiven } from './standing.ts'
import { type ApplicationView, applicationAnchor, type PullRequestView } from './view.ts'

/** The check to require: it speaks for all the others. */
export const aggregateCheckName = 'plumbline'

function checkName(it: { readonly application: string; readonly cluster: string }): string {
  return `${aggregateCheckName} / ${it.application} @ ${it.cluster}`
}

/** Of one pull request. Beyond it, the aggregate speaks for those that go well. */
const mostApplicationChecks = 50

/** Below GitHub's 65,535 characters for a check's summary. */
const maxSummary = 60_000

type Verdict = Pick<Check, 'state' | 'title'>

const approve: CheckAction = {
  action: 'approve',
  label: 'Approve',
  description: 'Lets the merge do what this plan shows',
}
const planAgain: CheckAction = {
  action: 'plan',
  label: 'Plan again',
  description: 'Compares with the clusters as of now',
}
const planFork: CheckAction = {
  action: 'plan',
  label: 'Plan this commit',
  description: 'Renders it: look at its changes first',
}

/** How much a check is in the way of a merge. */
const weight: Readonly<Record<CheckConclusion | 'in-progress', number>> = {
  failure: 5,
  action_required: 4,
  'in-progress': 3,
  cancelled: 2,
  success: 1,
  neutral: 0,
}

/**
 * Of one commit that is the head of several pull requests, which share its checks: each says the worst of them. Nobody approves by their
 * button what another of them does, which is not shown.
 */
export function sharedChecks(views: readonly PullRequestView[]): readonly Check[] {
  const [first, ...others] = views
  if (!first) return []
  if (others.length === 0) return checksFor(first)
  const numbers = list(views.map(it => `#${it.number}`))
  const attempt = views.map(it => it.plan).join('-')
  const told = views.flatMap(view =>
    checksFor(view).map(check => {
      const actions = (check.actions ?? []).filter(it => it !== approve)
      const how =
        actions.length < (check.actions ?? []).length
          ? ' To approve, comment `/plumbline approve` on the one that you mean.'
          : ''
      return {
        ...check,
        attempt,
        ...(check.actions ? { actions } : {}),
        title: oneLine(`#${view.number}: ${check.title}`),
        summary: `This commit is the head of ${numbers}.${how} Of these, #${view.number} says:\n\n${check.summary}`,
      }
    }),
  )
  const worst = new Map<string, Check>()
  for (const check of told) {
    const other = worst.get(check.name)
    if (!other || weightOf(check) > weightOf(other)) worst.set(check.name, check)
  }
  return [...worst.values()]
}

function weightOf({ state }: Check): number {
  return weight[state.kind === 'completed' ? state.conclusion : 'in-progress']
}

/** The checks of a pull request's head: the aggregate first, then one for each application. */
export function checksFor(view: PullRequestView): readonly Check[] {
  const applications = view.forkAwaitsMaintainer ? [] : view.applications
  const all = applications.map(it => applicationCheck(it, view))
  const aggregate = aggregateCheck(view)
  if (all.length <= mostApplicationChecks) return [aggregate, ...all]
  // Each is a request, and nobody reads a thousand green lines.
  const failing = all.filter(({ state }) => state.kind === 'completed' && state.conclusion === 'failure')
  const note = `Of ${count(all.length, 'application')}, only those that fail have a check of their own: at most ${mostApplicationChecks}.`
  const summary = `${note}\n\n${aggregate.summary}`
  return [{ ...aggregate, summary }, ...failing.slice(0, mostApplicationChecks)]
}

function aggregateCheck(view: PullRequestView): Check {
  const verdict = aggregateVerdict(view)
  return {
    name: aggregateCheckName,
    revision: view.head,
    ...verdict,
    ...attemptOf(view),
    actions: actionsOf(verdict, view),
    summary: planSummary(view, maxSummary),
    annotations: [...definitionAnnotations(view.problems), ...failureAnnotations(view.applications)].slice(
      0,
      maxAnnotations,
    ),
    detailsUrl: view.planUrl,
  }
}

/** What the buttons do is for people to decide, and only while there is something to decide about. */
function actionsOf({ state }: Verdict, view: PullRequestView): readonly CheckAction[] {
  if (state.kind !== 'completed' || view.isMergeGroup || view.ended) return []
  if (view.forkAwaitsMaintainer) return [planFork]
  return state.conclusion === 'action_required' ? [approve, planAgain] : [planAgain]
}

function attemptOf({ plan }: PullRequestView): Pick<Check, 'attempt'> {
  return plan === undefined ? {} : { attempt: `${plan}` }
}

function aggregateVerdict(view: PullRequestView): Verdict {
  if (view.ended) return endedVerdict(view.ended)
  if (view.forkAwaitsMaintainer) {
    return completed('action_required', 'A maintainer starts the plan of this fork with /plumbline plan')
  }
  if (view.replanning) return inProgress(planningAgain(view.replanning))
  if (view.applications.some(it => it.status.kind === 'pending')) return inProgress(underWay(view))
  if (view.problems.length > 0) return completed('failure', titled(view))
  if (view.applications.some(it => it.status.kind === 'failed' || (isPlanned(it) && hasErrors(it)))) {
    return completed('failure', titled(view))
  }
  const offline = view.applications.filter(it => it.status.kind === 'offline')
  if (offline.length > 0) {
    const clusters = distinct(offline.map(it => it.cluster))
    return completed('failure', `Agent offline: ${list(clusters)}; planned as soon as it is back`)
  }
  if (view.applications.length === 0) return completed('neutral', 'Nothing of ours is touched')
  // Whoever let it into the queue has decided; what needs an approval waits for it after the merge all the same.
  if (view.isMergeGroup) return completed('success', titled(view))
  const risky = view.applications.filter(it => isRisky(it) && !isApproved(it, view))
  if (risky.length > 0) return completed('action_required', `High risk: ${titled(view)}${dropped(view)}`)
  const waits = changingClusters(view).filter(it => view.mergeEffect.waitsForApproval.includes(it))
  if (waits.length > 0) {
    const names = distinct(waits).map(it => `${it}${given(it, view)}`)
    return completed('action_required', `Waits for approval: ${list(names)}${dropped(view)}`)
  }
  const locks = (view.overlaps ?? []).filter(it => it.blocks)
  if (locks.length > 0) {
    return completed(
      'action_required',
      `Waits for ${list(locks.map(it => `#${it.number}`))}, which came first`,
    )
  }
  return completed('success', titled(view))
}

function titled(view: PullRequestView): string {
  return capitalised(headline(view))
}

function changingClusters(view: PullRequestView): readonly string[] {
  return view.applications
    .filter(it => isPlanned(it) && changesSomething(it.status.plan))
    .map(it => it.cluster)
}

/** Whether somebody said that its risk is wanted. */
function isApproved({ cluster }: ApplicationView, { approvals = [] }: PullRequestView): boolean {
  return approvals.some(it => it.environment === cluster && it.by.length > 0)
}

function given(cluster: string, { approvals = [] }: PullRequestView): string {
  const view = approvals.find(it => it.environment === cluster)
  return view && view.by.length > 0 ? ` (${approvalsGiven(view)})` : ''
}

/** Titles are plain text: nobody is notified. */
function dropped({ approvals = [] }: PullRequestView): string {
  const people = distinct(approvals.flatMap(it => it.dropped))
  return people.length === 0 ? '' : `; approval by ${list(people.slice(0, 5))} dropped: the plan changed`
}

function isRisky(view: ApplicationView): boolean {
  return isPlanned(view) && risksOf(view.status.plan)[0]?.severity === 'high'
}

function applicationCheck(view: ApplicationView, pullRequest: PullRequestView): Check {
  const only: PullRequestView = { ...pullRequest, applications: [view], problems: [] }
  const { planUrl, replanning, ended } = pullRequest
  const own =
    view.status.kind === 'pending' && ended ? endedVerdict(ended) : applicationVerdict(view, pullRequest)
  const verdict = replanning ? (ended ? endedVerdict(ended) : inProgress(planningAgain(replanning))) : own
  return {
    name: checkName(view),
    revision: pullRequest.head,
    ...verdict,
    ...attemptOf(pullRequest),
    actions: actionsOf(verdict, pullRequest),
    summary: planSummary(only, maxSummary),
    annotations: applicationAnnotations(view),
    detailsUrl: planUrl ? `${planUrl}#${applicationAnchor(view)}` : null,
  }
}

function underWay(view: PullRequestView): string {
  if (!view.because) return titled(view)
  const isBegun = view.applications.some(it => it.status.kind !== 'pending')
  return `${planningAgain(view.because)}${isBegun ? ` (${headline(view)})` : ''}`
}

function planningAgain(why: string): string {
  return `Planning again: ${why.replaceAll('`', '')}`
}

/** Not neutral, which would let the same commit merge from elsewhere. */
function endedVerdict(ended: NonNullable<PullRequestView['ended']>): Verdict {
  const what = ended === 'pushed' ? 'A newer commit came' : `The pull request was ${ended}`
  return completed('cancelled', `${what} before this one was planned`)
}

function applicationVerdict(view: ApplicationView, pullRequest: PullRequestView): Verdict {
  const { because, isMergeGroup = false } = pullRequest
  const { status } = view
  switch (status.kind) {
    case 'pending':
      return inProgress(because ? planningAgain(because) : 'Planning')
    case 'failed':
      return completed('failure', `Cannot be planned: ${count(status.problems.length, 'problem')}`)
    case 'offline': {
      const since = status.lastSeen ? `since ${utc(status.lastSeen)}` : 'and has never connected'
      return completed('failure', `The agent of ${view.cluster} is offline ${since}`)
    }
    case 'planned': {
      const title = capitalised(summaryPhrase(status.plan))
      if (status.plan.summary.error > 0) return completed('failure', title)
      return isRisky(view) && !isMergeGroup && !isApproved(view, pullRequest)
        ? completed('action_required', `High risk: ${title}`)
        : completed('success', title)
    }
  }
}

/** Titles are shown as plain text. GitHub's limit is 255 characters. */
function oneLine(title: string): string {
  return shorten(visible(title).replace(/\s+/g, ' ').trim(), 200)
}

function completed(conclusion: CheckConclusion, title: string): Verdict {
  return { state: { kind: 'completed', conclusion }, title: oneLine(title) }
}

function inProgress(title: string): Verdict {
  return { state: { kind: 'in-progress' }, title: oneLine(title) }
}
