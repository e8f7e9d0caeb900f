import type { AdoptResult } from '../../model/adoption.ts'
import type { ObjectId } from '../../model/identity.ts'
import { count } from '../../model/phrase.ts'
import type { Change } from '../../model/plan.ts'
import { code, name, sentence, shorten } from './escape.ts'
import { fieldName, fieldValue } from './field.ts'
import { fit, type Piece } from './fit.ts'
import { plainTitle } from './issues.ts'
import { locationLink } from './location.ts'
import { objectName, objectNames } from './object-name.ts'
import { row } from './table.ts'

/** What a pull request leaves as it is, and why. */
export interface LeftView {
  readonly id: ObjectId
  /** JSON pointer; null for an object as a whole. */
  readonly path: string | null
  /** The end of a sentence. */
  readonly reason: string
}

interface ProposalView {
  readonly name: string
  readonly cluster: string
  /** Number of the drift issue. */
  readonly issue: number
  readonly left: readonly LeftView[]
  /** What has drifted besides, and is put back by the sync of the merge. */
  readonly putBack: readonly ObjectId[]
}

export interface IgnoreView extends ProposalView {
  /** With the fields that are ignored, and no others. */
  readonly ignored: readonly Change[]
  readonly file: string
  readonly line: number
}

export interface AdoptView extends ProposalView {
  readonly adopted: AdoptResult['adopted']
}

interface Draft {
  readonly title: string
  /** Markdown. */
  readonly body: string
}

/** `limit` is in UTF-16 code units, at least 4,000. */
export function ignoreProposal(view: IgnoreView, limit: number): Draft {
  const fields = view.ignored.flatMap(it => it.fields)
  const rows = view.ignored.flatMap(change =>
    change.fields.map(field =>
      row([
        objectName(change.id),
        code(shorten(fieldName(field.path), 160)),
        fieldValue(field.after),
        fieldValue(field.before),
        field.manager ? code(shorten(field.manager, 80)) : '',
      ]),
    ),
  )
  const what = `${count(fields.length, 'field')} of ${count(view.ignored.length, 'object')}`
  const where = locationLink({ file: view.file, line: view.line }, null)
  return {
    title: plainTitle(`Ignore drift of ${view.name} on ${view.cluster} (${count(fields.length, 'field')})`),
    body: bodyOf(limit, {
      top: `#${view.issue} tells that ${name(view.name)} on ${name(view.cluster)} is not what Git says. Once this is merged, Plumbline leaves ${what} to the cluster: it neither compares nor writes them. Nothing else is ignored.${putBackSentence(view)} See ${where}.`,
      table: tableOf(['Object', 'Field', 'Git says', 'Cluster has', 'Changed by'], rows),
      left: leftPiece('Not ignored', view.left),
      bottom: `#${view.issue} closes by itself once this is merged and synced${view.left.length > 0 ? ', if nothing else differs' : ''}. What Git says of these fields counts again when the entry goes.`,
    }),
  }
}

/** `limit` is in UTF-16 code units, at least 4,000. */
export function adoptProposal(view: AdoptView, limit: number): Draft {
  const rows = view.adopted.map(({ id, path, file, line }) =>
    row([
      objectName(id),
      path === '' ? 'deleted on the cluster' : code(shorten(fieldName(path), 160)),
      locationLink({ file, line }, null) + (line === null ? ' (taken out)' : ''),
    ]),
  )
  return {
    title: plainTitle(`Adopt drift of ${view.name} on ${view.cluster} (${adoptedWhat(view.adopted)})`),
    body: bodyOf(limit, {
      top: `#${view.issue} tells that ${name(view.name)} on ${name(view.cluster)} is not what Git says. Once this is merged, Git says what the cluster has: ${adoptedWhat(view.adopted)}. ${view.putBack.length > 0 ? 'There the cluster does not change' : 'The cluster does not change by it'}, which the plan of this pull request shows.${putBackSentence(view)}`,
      table: tableOf(['Object', 'Field', 'Written in'], rows),
      left: leftPiece('Not adopted', view.left),
      bottom: `#${view.issue} closes by itself once both agree.`,
    }),
  }
}

/** Whoever merges to settle one thing is to know what becomes of the others. */
function putBackSentence({ putBack }: ProposalView): string {
  if (putBack.length === 0) return ''
  return ` What else has drifted is put back by the sync that follows: ${objectNames(putBack, mostPutBack)}.`
}

const mostPutBack = 5

function adoptedWhat(adopted: AdoptView['adopted']): string {
  const objects = new Set(adopted.map(it => it.id)).size
  const fields = adopted.filter(it => it.path !== '').length
  const deleted = adopted.length - fields
  const parts = [
    ...(fields > 0 ? [count(fields, 'field')] : []),
    ...(deleted > 0 ? [count(deleted, 'deletion')] : []),
  ]
  return `${parts.join(' and ')} of ${count(objects, 'object')}`
}

interface Opened {
  readonly number: number
}

export function ignoreReply(view: IgnoreView, { number }: Opened): string {
  const fields = view.ignored.flatMap(it => it.fields).length
  return reply(
    `To leave ${count(fields, 'field')} to the cluster, merge #${number}.`,
    'Not ignored',
    view.left,
  )
}

export function adoptReply(view: AdoptView, { number }: Opened): string {
  return reply(`To adopt ${adoptedWhat(view.adopted)}, merge #${number}.`, 'Not adopted', view.left)
}

export function openAlready({ number }: Opened): string {
  return `#${number} is open already: merge or close it first.`
}

/** Why nothing could be adopted. */
export function nothingAdopted(left: readonly LeftView[]): string {
  return reply('Nothing of this can be adopted.', 'Not adopted', left)
}

const mostItems = 20

function reply(top: string, title: string, left: readonly LeftView[]): string {
  return left.length === 0 ? top : [top, `${title}:`, leftItems(left).join('\n')].join('\n\n')
}

/** One line each. */
export function leftItems(left: readonly LeftView[], most = mostItems): readonly string[] {
  const more = left.length - most
  return [
    ...left.slice(0, most).map(({ id, path, reason }) => {
      const field = path === null ? '' : ` ${code(shorten(fieldName(path), 160))}`
      return `- ${objectName(id)}${field}: ${sentence(shorten(reason, 300))}.`
    }),
    ...(more > 0 ? [`- … and ${more} more`] : []),
  ]
}

interface Parts {
  readonly top: string
  readonly table: Piece
  readonly left: Piece
  readonly bottom: string
}

const separator = '\n\n'

function bodyOf(limit: number, { top, table, left, bottom }: Parts): string {
  const { texts } = fit([table, left], limit - top.length - bottom.length - 4 * separator.length)
  return [top, ...texts, bottom].filter(Boolean).join(separator)
}

function tableOf(titles: readonly string[], rows: readonly string[]): Piece {
  const head = [row(titles), `|${'---|'.repeat(titles.length)}`]
  return cutAt(rows.length, length => [
    ...head,
    ...rows.slice(0, length),
    ...(length < rows.length
      ? [row([`… and ${rows.length - length} more`, ...titles.slice(1).map(() => '')])]
      : []),
  ])
}

function leftPiece(title: string, left: readonly LeftView[]): Piece {
  if (left.length === 0) return { forms: [''] }
  return cutAt(left.length, length => [`${title}:`, '', ...leftItems(left, length)])
}

function cutAt(all: number, lines: (length: number) => readonly string[]): Piece {
  const lengths = [0, 3, 10, 50, 200].filter(length => length < all)
  const [shortest = '', ...longer] = [...lengths, all].map(length => lines(length).join('\n'))
  return { forms: [shortest, ...longer] }
}
