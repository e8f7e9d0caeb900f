import type { Check, CheckConclusion } from '../../forge/forge.ts'
import { applicationAnnotations, definitionAnnotations, failureAnnotations } from './annotations.ts'
import { changesSomething, hasErrors, headline, isPlanned, risksOf, summaryPhrase } from './counts.ts'
import { planSummary } from './comment.ts'
import { shorten, visible } from './escape.ts'
import { capitalised, count, distinct, list, utc } from '../../model/phrase.ts'
import { type ApplicationView, applicationAnchor, type PullRequestView } from './view.ts'

/** The check to require: it speaks for all the others. */
export const aggregateCheckName = 'plumbline'

function checkName(it: { readonly application: string; readonly cluster: string }): string {
  return `${aggregateCheckName} / ${it.application} @ ${it.cluster}`
}

/** Below GitHub's 65,535 characters for a check's summary. */
const maxSummary = 60_000

type Verdict = Pick<Check, 'state' | 'title'>

/** The checks of a pull request's head: the aggregate first, then one for each application. */
export function checksFor(view: PullRequestView): readonly Check[] {
  const applications = view.forkAwaitsMaintainer ? [] : view.applications
  return [aggregateCheck(view), ...applications.map(it => applicationCheck(it, view))]
}

function aggregateCheck(view: PullRequestView): Check {
  return {
    name: aggregateCheckName,
    revision: view.head,
    ...aggregateVerdict(view),
    summary: planSummary(view, maxSummary),
    annotations: [...definitionAnnotations(view.problems), ...failureAnnotations(view.applications)],
    detailsUrl: view.planUrl,
  }
}

function aggregateVerdict(view: PullRequestView): Verdict {
  if (view.forkAwaitsMaintainer) {
    return completed('action_required', 'A maintainer starts the plan of this fork with /plumbline plan')
  }
  if (view.replanning) return inProgress(`Planning again: ${view.replanning.replaceAll('`', '')}`)
  if (view.applications.some(it => it.status.kind === 'pending')) return inProgress(titled(view))
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
  const risky = view.applications.filter(isRisky)
  if (risky.length > 0) return completed('action_required', `High risk: ${titled(view)}`)
  if (changingClusters(view).some(cluster => view.mergeEffect.waitsForApproval.includes(cluster))) {
    return completed('action_required', `Waits for approval: ${list(view.mergeEffect.waitsForApproval)}`)
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

function isRisky(view: ApplicationView): boolean {
  return isPlanned(view) && risksOf(view.status.plan)[0]?.severity === 'high'
}

function applicationCheck(view: ApplicationView, pullRequest: PullRequestView): Check {
  const only: PullRequestView = { ...pullRequest, applications: [view], problems: [] }
  const { planUrl } = pullRequest
  return {
    name: checkName(view),
    revision: pullRequest.head,
    ...(pullRequest.replanning
      ? inProgress(`Planning again: ${pullRequest.replanning.replaceAll('`', '')}`)
      : applicationVerdict(view)),
    summary: planSummary(only, maxSummary),
    annotations: applicationAnnotations(view),
    detailsUrl: planUrl ? `${planUrl}#${applicationAnchor(view)}` : null,
  }
}

function applicationVerdict(view: ApplicationView): Verdict {
  const { status } = view
  switch (status.kind) {
    case 'pending':
      return inProgress('Planning')
    case 'failed':
      return completed('failure', `Cannot be planned: ${count(status.problems.length, 'problem')}`)
    case 'offline': {
      const since = status.lastSeen ? `since ${utc(status.lastSeen)}` : 'and has never connected'
      return completed('failure', `The agent of ${view.cluster} is offline ${since}`)
    }
    case 'planned': {
      const title = capitalised(summaryPhrase(status.plan))
      if (status.plan.summary.error > 0) return completed('failure', title)
      return isRisky(view) ? completed('action_required', `High risk: ${title}`) : completed('success', title)
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
