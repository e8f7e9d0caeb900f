import type { DriftReport } from '../../model/drift.ts'
import type { ObjectId } from '../../model/identity.ts'
import { count, shortRevision, utc } from '../../model/phrase.ts'
import type { Change, FieldChange } from '../../model/plan.ts'
import { diffBlock } from './diff-block.ts'
import { driftTable, driftTableOfRest, kindTable, mostImportantFirst } from './drift-table.ts'
import { code, lightName, link, name, sentence, shorten } from './escape.ts'
import { fieldName, fieldValue } from './field.ts'
import { fit, type Piece } from './fit.ts'
import { choices, plainTitle } from './issues.ts'
import { locationLink } from './location.ts'
import { objectName, objectNameInHtml } from './object-name.ts'
import type { BehindView, DriftView, IssueText } from './view.ts'

/** The issue of one application that left what it was last synced to, or was left behind. `limit` is in UTF-16 code units, at least 4,000. */
export function driftIssue(view: DriftView, limit: number): IssueText {
  const { report } = view
  const what = report.drifted.length > 0 ? count(report.drifted.length, 'object') : 'Git is ahead'
  return {
    title: plainTitle(`Drift: ${report.application} on ${report.cluster} (${what})`),
    body: driftBody(view, limit),
    labels: ['plumbline', 'drift'],
  }
}

const closingByHand = 'Closing it by hand accepts how things are: it stays closed until they change further.'

/** Between two paragraphs. */
const separator = '\n\n'

/** For the sentence that counts what did not fit. */
const moreRoom = 160

/** Nobody opens more of them. */
const mostSections = 20

function driftBody(view: DriftView, limit: number): string {
  const { report } = view
  const changes = mostImportantFirst(report.drifted, view.severity)
  const top = opening(view)
  const bottom = `${report.drifted.length > 0 ? choices(view) : behindChoices(view)}\n\n${closingByHand}`
  let left = limit - top.length - bottom.length - separator.length - moreRoom
  const take = (pieces: readonly Piece[], budget = left): readonly string[] => {
    const spaced = pieces.map(it => ({ forms: it.forms.map(spacedOut) as [string, ...string[]] }))
    const { texts } = fit(spaced, budget)
    left -= texts.join('').length
    return texts
  }
  // In the order of what matters: first what everybody reads, then what most do, then what fits.
  const head = take([
    fightAlert(view),
    gitAhead(view),
    kindTable(changes),
    driftTable(changes, view.severity),
  ])
  const rest = take([driftTableOfRest(changes, view.severity)], Math.floor(left / 2))
  const withDiff = changes.filter(it => it.diff !== '')
  const isHigh = (change: Change) => view.severity[change.id] === 'high'
  const high = withDiff.filter(isHigh).slice(0, mostSections)
  const others = withDiff.filter(it => !isHigh(it)).slice(0, mostSections - high.length)
  const sections = [
    ...take(high.map(it => diffSection(it, view))),
    ...take([...others.map(it => diffSection(it, view)), healed(view)]),
  ]
  const shown = sections.slice(0, -1).filter(Boolean).length
  return paragraphs([top, ...head, ...rest, ...sections, notShown(withDiff.length - shown), bottom])
}

function spacedOut(text: string): string {
  return text === '' ? '' : `${text.trim()}${separator}`
}

function paragraphs(texts: readonly string[]): string {
  return texts
    .map(text => text.trim())
    .filter(Boolean)
    .join(separator)
}

// No time of the last look: the issue is edited when something changed, not when somebody looked.
function opening({ report, since }: DriftView): string {
  const where = `${name(report.application)} on ${name(report.cluster)}`
  const amount = report.drifted.length
  if (amount === 0) return `Since ${utc(since)}, ${where} is not what Git says.`
  const revision = report.revision ? ` at ${code(shortRevision(report.revision))}` : ''
  const differ = amount === 1 ? 'differs' : 'differ'
  return `Since ${utc(since)}, ${where} is not what Git says${revision}: ${count(amount, 'object')} ${differ}.`
}

function fightAlert({ report: { fight } }: DriftView): Piece {
  if (!fight) return { forms: [''] }
  const field = code(shorten(fieldName(fight.path), 160))
  const manager = code(shorten(fight.manager, 80))
  return {
    forms: [
      `> [!WARNING]\n> Self-heal has stopped: ${manager} keeps writing ${field} of ${objectName(fight.id)}. Stop that writer, or take the field out of Git.`,
    ],
  }
}

function gitAhead({ behind, report }: DriftView): Piece {
  if (!behind) return { forms: [''] }
  const { pullRequest, removed, revision, since } = behind
  const from = pullRequest ? ` of ${link(`pull request ${pullRequest.number}`, pullRequest.url)}` : ''
  const what = removed ? `, which removes ${name(report.application)},` : ''
  const said = `**Git is ahead**: ${code(shortRevision(revision))}${from}${what} came ${utc(since)}, and ${name(report.cluster)} does not have it.`
  const reason = reasonOf(behind)
  return { forms: [`${said} ${reason.short}`, `${said} ${reason.long}`] }
}

function reasonOf({ why, message, issue }: BehindView): { readonly short: string; readonly long: string } {
  const same = (text: string) => ({ short: text, long: text })
  switch (why) {
    case 'failed': {
      const where = issue ? `: see ${link(`issue ${issue.number}`, issue.url)}` : ''
      const short = `Its sync failed${where}.`
      return {
        short,
        long: message ? `${short} ${sentence(shorten(message, 500)).replace(/\.?$/, '.')}` : short,
      }
    }
    case 'unfinished':
      return same('Its sync has begun and does not end.')
    case 'not-taken':
      return same("Its sync is on its way, and the cluster's agent does not take it.")
    case 'no-agent':
      return same("Its sync waits, as the cluster's agent is not heard of.")
  }
}

/** Where nothing drifted by hand there is nothing to revert. */
function behindChoices({ behind, report }: DriftView): string {
  const where = behind?.pullRequest
    ? ` on ${link(`pull request ${behind.pullRequest.number}`, behind.pullRequest.url)}`
    : ''
  return [
    '### What to do',
    `- Look after the agent of ${lightName(report.cluster)}: its log says what it does, and what it waits for.`,
    `- Or comment \`/plumbline sync\`${where}, which tries again.`,
    '',
    'This issue closes by itself when the cluster has what Git says.',
  ].join('\n')
}

function diffSection(change: Change, view: DriftView): Piece {
  const source = change.source ? `${locationLink(change.source, view.filesUrl)}\n\n` : ''
  return {
    forms: [
      '',
      `<details><summary>What a revert changes: ${objectNameInHtml(change.id)}</summary>\n\n${source}${diffBlock(change.diff)}\n\n</details>`,
    ],
  }
}

const maxHeals = 20

function healed({ report }: DriftView): Piece {
  if (report.healed.length === 0) return { forms: [''] }
  const lines = report.healed.slice(-maxHeals).map(it => `- ${utc(it.at)}: ${objectName(it.id)}`)
  return { forms: ['', `Put back by itself:\n\n${lines.join('\n')}`] }
}

function notShown(amount: number): string {
  if (amount <= 0) return ''
  return `The diff${amount === 1 ? '' : 's'} of ${amount === 1 ? 'one more object' : `${amount} more objects`} ${amount === 1 ? 'is' : 'are'} not shown here; \`plumbline drift\` prints all of them.`
}

/** The one comment on a drift issue when it closes. `at` is RFC 3339. */
export function convergedSentence(
  it: { readonly application: string; readonly cluster: string; readonly stillDiffering?: number },
  at: string,
): string {
  const where = `${name(it.application)} on ${name(it.cluster)}`
  if (!it.stillDiffering) return `${where} is again what Git says, since ${utc(at)}.`
  const amount = count(it.stillDiffering, 'object')
  return `What is left of it weighs nothing, as this repository's settings say: ${amount} of ${where}, since ${utc(at)}.`
}

/** The comment on the issue of an application that is gone. */
export function removedSentence(it: { readonly application: string; readonly cluster: string }): string {
  return `${name(it.application)} on ${name(it.cluster)} is not deployed from here any more.`
}

const maxNews = 5

/** The comment on an issue that is open again. `news` is Markdown, what changed since somebody closed it. */
export function reopenedSentence(news: readonly string[]): string {
  if (news.length === 0) return 'It drifts again.'
  const shown = news.slice(0, maxNews).map(it => `- ${it}`)
  const more = news.length > maxNews ? [`- and ${news.length - maxNews} more`] : []
  return ['It changed since this was closed:', '', ...shown, ...more].join('\n')
}

/** The comment on an issue that a person closed: what that means. */
export const acceptedSentence =
  'Accepted as it is: this stays closed until something else drifts, or something changes further. Reopen it to take that back.'

/** One thing that an issue says, in one line of Markdown. */
export function changedFactWords(
  it:
    | { readonly kind: 'field'; readonly id: ObjectId; readonly field: FieldChange }
    | { readonly kind: 'object'; readonly change: Change }
    | { readonly kind: 'fight'; readonly fight: NonNullable<DriftReport['fight']> }
    | { readonly kind: 'behind'; readonly behind: Pick<BehindView, 'revision'> },
): string {
  switch (it.kind) {
    case 'field': {
      const place = `${code(shorten(fieldName(it.field.path), 160))} of ${objectName(it.id)}`
      return `${place} is ${fieldValue(it.field.before)}, Git says ${fieldValue(it.field.after)}`
    }
    case 'object': {
      const state = {
        create: 'is missing',
        delete: 'exists',
        'leave-behind': 'was left behind',
      } as Partial<Record<Change['action'], string>>
      return `${objectName(it.change.id)} ${state[it.change.action] ?? 'differs'}`
    }
    case 'fight': {
      const { fight } = it
      return `self-heal has stopped, as ${code(shorten(fight.manager, 80))} keeps writing ${code(shorten(fieldName(fight.path), 160))} of ${objectName(fight.id)}`
    }
    case 'behind':
      return `Git is ahead: ${code(shortRevision(it.behind.revision))} is not synced`
  }
}
