import type { Change, Plan } from '../../model/plan.ts'
import { changesSomething, headline, isPlanned, type PlannedView } from './counts.ts'
import { code, lightName, link, sentence, shorten } from './escape.ts'
import { fit, type Piece } from './fit.ts'
import { type Links, objectSection } from './object-section.ts'
import { count, shortRevision, utc } from '../../model/phrase.ts'
import {
  applicationFrame,
  definitionProblems,
  failedApplications,
  offlineApplications,
  warnings,
} from './sections.ts'
import { standingLines } from './standing.ts'
import { applicationTable } from './table.ts'
import { applicationAnchor, type ApplicationView, type PullRequestView } from './view.ts'

/** Whether a pull request deserves a comment of its own; an existing one is edited in any case. */
export function deservesComment(view: PullRequestView): boolean {
  return view.applications.length > 0 || view.problems.length > 0
}

/**
 * What a merge does to the clusters, as one Markdown comment of at most `limit` UTF-16 code units (at least 4,000). Over the
 * limit whole objects become a line, then a number; the table is the last to give.
 */
export function pullRequestComment(view: PullRequestView, limit: number): string {
  const heading = `## Plumbline: ${headline(view)}\n\n`
  return `${heading}${planSummary(view, limit - heading.length)}`
}

/** The same without its heading, for checks: they have a title. */
export function planSummary(view: PullRequestView, limit: number): string {
  return composed(view, { top: `${planLine(view)}\n`, bottom: footer(view), limit })
}

/** One application's plan as a comment shows it, without a pull request around it: for the command line. */
export function planMarkdown(plan: Plan, limit: number): string {
  const { application, cluster, liveAt } = plan
  const view: PullRequestView = {
    number: 0,
    head: '',
    base: '',
    baseRef: '',
    headUrl: null,
    applications: [{ application, cluster, definedIn: null, status: { kind: 'planned', plan } }],
    problems: [],
    planUrl: null,
    mergeEffect: { automatic: [], waitsForApproval: [], manual: [] },
    forkAwaitsMaintainer: false,
    replanning: null,
  }
  const heading = `## Plumbline: ${headline(view)}\n\n`
  const top = `Plan of ${lightName(application)} for ${lightName(cluster)}, live as of ${utc(liveAt)}\n`
  return `${heading}${composed(view, { top, bottom: '', limit: limit - heading.length })}`
}

function composed(
  view: PullRequestView,
  { top, bottom, limit }: { readonly top: string; readonly bottom: string; readonly limit: number },
): string {
  const frames = view.applications
    .filter(isPlanned)
    .filter(worthUnfolding)
    .map(application => ({
      application,
      ...applicationFrame(application),
    }))
  const reserve = frames.length === 0 ? 0 : hiddenApplications(frames.length, view.planUrl).length
  const separators = 8
  const outline = fit(
    [
      applicationTable(view),
      definitionProblems(view),
      failedApplications(view),
      offlineApplications(view),
      warnings(view),
      standing(view),
      ...frames.map(({ application, open, close }): Piece => {
        const links = linksOf(application, view)
        const rest = hiddenObjects(plannedChanges(application).length, links.page)
        // Joined by a line feed.
        return { forms: ['', `${open}\n\n${rest}${close}\n`] }
      }),
    ],
    limit - top.length - bottom.length - reserve - separators,
  )
  const [table, problems, failed, offline, alerts, people, ...opened] = outline.texts
  const details = unfold(
    frames.filter((_, index) => opened[index] !== ''),
    view,
    outline.left,
  )
  const hidden = opened.filter(text => text === '').length
  return [
    top,
    table,
    alerts,
    people,
    problems,
    failed,
    offline,
    ...details,
    hidden > 0 ? hiddenApplications(hidden, view.planUrl) : '',
    bottom,
  ]
    .filter(Boolean)
    .join('\n')
    .trimEnd()
}

function standing(view: PullRequestView): Piece {
  const lines = standingLines(view)
  if (lines.length === 0) return { forms: [''] }
  const items = lines.length === 1 ? lines : lines.map(it => `- ${it}`)
  return { forms: ['', `${items.join('\n')}\n`] }
}

interface Frame {
  readonly application: PlannedView
  readonly open: string
  readonly close: string
}

/** The folded part of each application, its objects at the lengths that fit into `budget` together. */
function unfold(frames: readonly Frame[], view: PullRequestView, budget: number): readonly string[] {
  const pieces = frames.map(({ application }) =>
    plannedChanges(application).map(change => objectSection(change, linksOf(application, view))),
  )
  const { texts } = fit(pieces.flat(), budget)
  let next = 0
  return frames.map(({ application, open, close }, index) => {
    const objects = texts.slice(next, (next += pieces[index]!.length))
    const hidden = objects.filter(text => text === '').length
    const rest = hidden > 0 ? hiddenObjects(hidden, linksOf(application, view).page) : ''
    return `${open}${objects.join('').trim()}\n\n${rest}${close}`
  })
}

function worthUnfolding(view: PlannedView): boolean {
  return plannedChanges(view).length > 0
}

/** Objects that could not be planned have their own section. */
function plannedChanges(view: PlannedView): readonly Change[] {
  return view.status.plan.changes.filter(change => change.action !== 'error')
}

function linksOf(application: PlannedView, view: PullRequestView): Links {
  return {
    page: view.planUrl ? `${view.planUrl}#${applicationAnchor(application)}` : null,
    files: view.headUrl,
  }
}

function hiddenObjects(amount: number, page: string | null): string {
  const objects = count(amount, 'more object')
  return page ? `${objects}: ${link('full diff', page)}\n\n` : `${objects}\n\n`
}

function hiddenApplications(amount: number, page: string | null): string {
  const applications = `The details of ${count(amount, 'more application')}`
  return page ? `${applications}: ${link('full diff', page)}\n` : `${applications} do not fit here.\n`
}

function planLine(view: PullRequestView): string {
  const head = code(shortRevision(view.head))
  const base = `${code(shorten(view.baseRef, 100))} at ${code(shortRevision(view.base))}`
  if (view.forkAwaitsMaintainer) {
    return `Nothing of ${head} was rendered yet. After a look at the changed files, a maintainer's \`/plumbline plan\` plans just this commit.`
  }
  const live = oldestLive(view)
  const asOf = live ? `, live as of ${utc(live)}` : ''
  const again = view.replanning ? `\n\nPlanned again now: ${sentence(shorten(view.replanning, 300))}` : ''
  return `Plan for ${head} merged onto ${base}${asOf}${again}`
}

/** Whether a merge has, or may have, something to do there. Nothing is promised of what cannot be planned. */
function mergeTouches({ status }: ApplicationView): boolean {
  return status.kind === 'planned' ? changesSomething(status.plan) : status.kind !== 'failed'
}

/** When the oldest of the plans read its cluster; null while there is none. */
export function oldestLive(view: PullRequestView): string | null {
  const times = view.applications.filter(isPlanned).map(it => it.status.plan.liveAt)
  return times.length === 0 ? null : times.reduce((a, b) => (a < b ? a : b))
}

function footer(view: PullRequestView): string {
  const { automatic, waitsForApproval, manual } = view.mergeEffect
  const touched = new Set(view.applications.filter(mergeTouches).map(it => it.cluster))
  const effect = (intro: string, clusters: readonly string[]): readonly string[] => {
    const names = clusters.filter(it => touched.has(it)).slice(0, 20)
    return names.length === 0 ? [] : [`${intro}: ${names.map(lightName).join(', ')}.`]
  }
  const effects = [
    ...effect('Merging syncs automatically', automatic),
    ...effect('Waits for approval', waitsForApproval),
    ...effect('Waits for `/plumbline sync`', manual),
  ]
  const parts = [
    ...(effects.length > 0 ? [effects.join(' ')] : []),
    ...(view.planUrl ? [link(touched.size > 0 ? 'full diff' : 'plan page', view.planUrl)] : []),
    '`/plumbline help`',
  ]
  return `${parts.join(' · ')}\n`
}
