import type { Change, Risk } from '../../model/plan.ts'
import { hasErrors, isPlanned, type PlannedView, summaryPhrase } from './counts.ts'
import { lightName, name, nameInHtml, sentence, shorten } from './escape.ts'
import type { Piece } from './fit.ts'
import { problemItem } from './location.ts'
import { objectName, objectNameInText } from './object-name.ts'
import { count, list, utc } from '../../model/phrase.ts'
import type { ApplicationView, PullRequestView } from './view.ts'

const maxWarnings = 10

/** An alert with one line per high risk. */
export function warnings(view: PullRequestView): Piece {
  const lines = view.applications
    .filter(isPlanned)
    .flatMap(it =>
      it.status.plan.changes.flatMap(change =>
        change.risks
          .filter(risk => risk.severity === 'high')
          .map(risk => `${where(it)}${subject(change, risk)}: ${sentence(shorten(risk.message, 300))}`),
      ),
    )
  if (lines.length === 0) return { forms: [''] }
  const shown = lines.slice(0, maxWarnings)
  if (lines.length > shown.length) shown.push(`${lines.length - shown.length} more high risks`)
  const items = shown.length === 1 ? shown : shown.map(line => `- ${line}`)
  return {
    forms: [
      `> [!WARNING]\n> ${count(lines.length, 'high risk')}\n`,
      `${['[!WARNING]', ...items].map(line => `> ${line}`).join('\n')}\n`,
    ],
  }
}

/** The object, unless the sentence names it or speaks of all of them. */
function subject(change: Change, risk: Risk): string {
  if (risk.code === 'deletes-application') return ''
  const name = change.id.slice(change.id.lastIndexOf('/') + 1)
  return risk.message.includes(name) ? '' : `, ${objectName(change.id)}`
}

function where(view: { readonly application: string; readonly cluster: string }): string {
  return `${name(view.application)} on ${name(view.cluster)}`
}

/** What is wrong in `.plumbline.yaml` and in Application documents. */
export function definitionProblems(view: PullRequestView): Piece {
  if (view.problems.length === 0) return { forms: [''] }
  const isOurs = view.problems.some(it => it.code !== 'merge-conflict' && it.code !== 'fork-not-planned')
  const title = isOurs ? '### Not planned: the configuration cannot be used' : '### Not planned'
  return listing(
    title,
    view.problems.map(problem => problemItem(problem, view.headUrl)),
  )
}

/** Applications whose manifests cannot be planned, each with what to mend; once where that is the same on several clusters. */
export function failedApplications(view: PullRequestView): Piece {
  const failed = view.applications.flatMap(it => {
    const items = problemItems(it, view.headUrl)
    return items.length === 0 ? [] : [{ it, text: items.join('\n') }]
  })
  if (failed.length === 0) return { forms: [''] }
  const blocks = [...Map.groupBy(failed, ({ it, text }) => `${it.application}\n${text}`).values()]
  return listing(
    '### Not planned',
    blocks.map(same => `${everywhere(same.map(({ it }) => it))}\n\n${same[0]?.text}`),
  )
}

/** `**guestbook** on **dev** and **prod**`. */
function everywhere(views: readonly ApplicationView[]): string {
  return `${name(views[0]?.application ?? '')} on ${list(views.map(it => name(it.cluster)))}`
}

function problemItems(view: ApplicationView, files: string | null): readonly string[] {
  if (view.status.kind === 'failed') return view.status.problems.map(it => problemItem(it, files))
  if (!isPlanned(view) || !hasErrors(view)) return []
  return errors(view).map(change => {
    const problem = change.error ?? {
      code: 'unknown',
      message: 'no reason given',
      location: null,
      hint: null,
    }
    const name = objectNameInText(change.id)
    const message = problem.message.includes(name) ? problem.message : `${name}: ${problem.message}`
    return problemItem({ ...problem, location: problem.location ?? change.source, message }, files)
  })
}

function errors(view: PlannedView): readonly Change[] {
  return view.status.plan.changes.filter(change => change.action === 'error')
}

const maxListed = 20

function listing(title: string, blocks: readonly string[]): Piece {
  const write = (length: number): string =>
    [
      title,
      ...blocks.slice(0, length),
      ...(length < blocks.length ? [`… and ${blocks.length - length} more`] : []),
    ].join('\n\n')
  const [shortest, ...longer] = [0, 1, 5, maxListed]
    .map(length => Math.min(length, blocks.length))
    .filter((length, index, all) => all.indexOf(length) === index)
    .map(length => `${write(length)}\n`)
  return { forms: [shortest ?? '', ...longer] }
}

/** Clusters whose agent does not answer. */
export function offlineApplications(view: PullRequestView): Piece {
  const lines = view.applications.flatMap(it => {
    if (it.status.kind !== 'offline') return []
    const since = it.status.lastSeen ? `was last seen ${utc(it.status.lastSeen)}` : 'has never connected'
    return [
      `- ${where(it)}: the agent of ${lightName(it.cluster)} ${since}. It is planned as soon as the agent is back.`,
    ]
  })
  return lines.length === 0
    ? { forms: [''] }
    : listing('### Not planned: agent offline', [lines.slice(0, 50).join('\n')])
}

/** The two ends of an application's folded part of the comment. */
export function applicationFrame(view: PlannedView): { readonly open: string; readonly close: string } {
  const title = `${nameInHtml(view.application)} on ${nameInHtml(view.cluster)}: ${summaryPhrase(view.status.plan)}`
  return { open: `<details><summary>${title}</summary>\n\n`, close: '</details>\n' }
}
