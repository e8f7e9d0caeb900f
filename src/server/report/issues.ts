import type { Change } from '../../model/plan.ts'
import { diffBlock } from './diff-block.ts'
import { code, lightName, link, name, sentence, shorten } from './escape.ts'
import { fieldName, fieldValue } from './field.ts'
import { fit, type Piece } from './fit.ts'
import { locationLink } from './location.ts'
import { objectName, objectNameInHtml } from './object-name.ts'
import { count, shortRevision, utc } from '../../model/phrase.ts'
import { failureParts } from './result.ts'
import { row } from './table.ts'
import type { DriftView, IssueText, SyncFailedView } from './view.ts'

/** Titles are plain text on every forge, yet references in them are linked. */
function plainTitle(text: string): string {
  return shorten(text.replace(/[^\w .:(),/-]/g, '?'), 200)
}

/** The issue of one application that left what it was last synced to. `limit` is in UTF-16 code units, at least 4,000. */
export function driftIssue(view: DriftView, limit: number): IssueText {
  const { report } = view
  const amount = count(report.drifted.length, 'object')
  return {
    title: plainTitle(`Drift: ${report.application} on ${report.cluster} (${amount})`),
    body: driftBody(view, limit),
    labels: ['plumbline', 'drift'],
  }
}

/** Between two paragraphs. */
const separators = 2

function paragraphs(texts: readonly string[]): string {
  return texts
    .map(text => text.trim())
    .filter(Boolean)
    .join('\n\n')
}

function driftBody(view: DriftView, limit: number): string {
  const { report } = view
  const amount = count(report.drifted.length, 'object')
  const revision = report.revision ? ` at ${code(shortRevision(report.revision))}` : ''
  // No time of the last look: the issue is edited when something changed, not when somebody looked.
  const top = `Since ${utc(view.since)}, ${name(report.application)} on ${name(report.cluster)} is not what Git says${revision}: ${amount} ${report.drifted.length === 1 ? 'differs' : 'differ'}.`
  const bottom = choices(view)
  const { texts } = fit(
    [
      fightAlert(view),
      driftTable(report.drifted),
      ...report.drifted.map(it => diffSection(it, view)),
      healed(view),
    ],
    limit - top.length - bottom.length - separators * (report.drifted.length + 4),
  )
  return paragraphs([top, ...texts, bottom])
}

function fightAlert({ report: { fight } }: DriftView): Piece {
  if (!fight) return { forms: [''] }
  const field = code(shorten(fieldName(fight.path), 160))
  const manager = code(shorten(fight.manager, 80))
  return {
    forms: [
      `> [!WARNING]\n> Self-heal has stopped: ${manager} keeps writing ${field} of ${objectName(fight.id)}. Stop that writer, or take the field out of Git.\n\n`,
    ],
  }
}

function driftTable(changes: readonly Change[]): Piece {
  const rows = changes.flatMap(driftRows)
  // The cluster does not keep who deleted what, and keeps no time for some writes.
  const columns = driftColumns.filter(it => !it.optional || rows.some(cells => cells[it.key]))
  const line = (cells: DriftCells): string => row(columns.map(it => cells[it.key] ?? ''))
  const head = [row(columns.map(it => it.title)), `|${'---|'.repeat(columns.length)}`]
  const write = (length: number): string =>
    [
      ...head,
      ...rows.slice(0, length).map(line),
      ...(length < rows.length ? [line({ object: `… and ${rows.length - length} more` })] : []),
    ]
      .join('\n')
      .concat('\n')
  const lengths = [0, 3, 10, 50].filter(length => length < rows.length)
  const [shortest, ...longer] = [...lengths, rows.length].map(write)
  return { forms: [shortest ?? '', ...longer] }
}

/** Markdown, by column. */
interface DriftCells {
  readonly object: string
  readonly field?: string
  readonly git?: string
  readonly cluster?: string
  readonly by?: string
  readonly when?: string
}

const driftColumns: readonly {
  readonly key: keyof DriftCells
  readonly title: string
  readonly optional?: true
}[] = [
  { key: 'object', title: 'Object' },
  { key: 'field', title: 'Field', optional: true },
  { key: 'git', title: 'Git says' },
  { key: 'cluster', title: 'Cluster has' },
  { key: 'by', title: 'Changed by', optional: true },
  { key: 'when', title: 'When', optional: true },
]

function driftRows(change: Change): readonly DriftCells[] {
  const object = objectName(change.id)
  if (change.action === 'create') return [{ object, git: 'exists', cluster: '**missing**' }]
  if (change.action === 'delete') return [{ object, git: 'nothing', cluster: '**exists**' }]
  if (change.fields.length === 0) return [{ object, cluster: verdict(change) }]
  return change.fields.map(field => ({
    object,
    field: code(shorten(fieldName(field.path), 160)),
    git: fieldValue(field.after),
    cluster: fieldValue(field.before),
    by: field.manager ? code(shorten(field.manager, 80)) : '',
    when: field.managedAt ? utc(field.managedAt) : '',
  }))
}

function verdict(change: Change): string {
  return change.error ? sentence(shorten(change.error.message, 200)) : 'differs'
}

function diffSection(change: Change, view: DriftView): Piece {
  if (change.diff === '') return { forms: [''] }
  const source = change.source ? `${locationLink(change.source, view.filesUrl)}\n\n` : ''
  return {
    forms: [
      '',
      `<details><summary>What a revert changes: ${objectNameInHtml(change.id)}</summary>\n\n${source}${diffBlock(change.diff)}\n\n</details>\n`,
    ],
  }
}

const maxHeals = 20

function healed({ report }: DriftView): Piece {
  if (report.healed.length === 0) return { forms: [''] }
  const lines = report.healed.slice(-maxHeals).map(it => `- ${utc(it.at)}: ${objectName(it.id)}`)
  return { forms: ['', `Put back by itself:\n\n${lines.join('\n')}\n`] }
}

function choices({ pageUrl, report }: DriftView): string {
  const page = pageUrl ? `\n\n${link('full diff', pageUrl)}` : ''
  return [
    '### What to do',
    `- Comment \`/plumbline revert\`: ${lightName(report.cluster)} goes back to what Git says.`,
    '- Or change Git by a pull request, so that it says what the cluster has.',
    '',
    `This issue closes by itself when both agree.${page}`,
  ].join('\n')
}

/** The one comment on a drift issue when it closes. `at` is RFC 3339. */
export function convergedSentence(
  it: { readonly application: string; readonly cluster: string },
  at: string,
): string {
  return `${name(it.application)} on ${name(it.cluster)} is again what Git says, since ${utc(at)}.`
}

/** The issue of a sync that did not finish healthy. `limit` is in UTF-16 code units, at least 4,000. */
export function syncFailedIssue(view: SyncFailedView, limit: number): IssueText {
  const { result } = view
  const at = result.revision ? ` at ${shortRevision(result.revision)}` : ''
  return {
    title: plainTitle(`Sync failed: ${result.application} on ${result.cluster}${at}`),
    body: syncFailedBody(view, limit),
    labels: ['plumbline', 'sync-failed'],
  }
}

function syncFailedBody(view: SyncFailedView, limit: number): string {
  const { result, pullRequest } = view
  const revision = result.revision ? code(shortRevision(result.revision)) : 'the revision'
  const cause = pullRequest
    ? ` It came with ${link(`pull request ${pullRequest.number}`, pullRequest.url)}, ${code(shorten(pullRequest.title, 120))}.`
    : ''
  const top = `${name(result.application)} on ${name(result.cluster)} could not be brought to ${revision} at ${utc(result.finishedAt)}. ${outcome(result.outcome)}${cause}`
  const { why, events, logs, after } = failureParts(result)
  const told = [
    ...logs.map(it => `Last lines of ${name(it.container)} of ${objectName(it.pod)}:\n\n${it.text}`),
    ...events.map(it => `Last events, newest first:\n\n${it}`),
  ]
  const bottom = [
    '### What to do',
    '- Mend it with a pull request, or revert the one that it came with: the next commit is synced as usual.',
    '- This revision is not tried again by itself; `/plumbline sync` does.',
    ...(view.pageUrl ? ['', link('reviewed plan', view.pageUrl)] : []),
  ].join('\n')
  const { texts } = fit(
    [...why, ...after, ...told].map(text => ({ forms: ['', `${text}\n`] })),
    limit - top.length - bottom.length - separators * (why.length + told.length + after.length + 1),
  )
  return paragraphs([top, ...texts, bottom])
}

function outcome(it: SyncFailedView['result']['outcome']): string {
  switch (it) {
    case 'rolled-back':
      return 'The cluster was put back to what it ran before.'
    case 'refused':
      return 'Nothing was written to the cluster.'
    case 'failed':
    case 'waiting':
    case 'synced':
      return '**The cluster is in between**: not everything could be put back.'
  }
}
