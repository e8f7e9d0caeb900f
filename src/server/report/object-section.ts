import type { Change } from '../../model/plan.ts'
import { diffBlock } from './diff-block.ts'
import { link, sentence, shorten } from './escape.ts'
import { driftLines } from './field.ts'
import type { Piece } from './fit.ts'
import { locationLink, problemItem } from './location.ts'
import { objectName } from './object-name.ts'
import { capitalised, count } from '../../model/phrase.ts'

/** Where the reader goes on, and where files are found. */
export interface Links {
  /** The full diff; null when there is no page. */
  readonly page: string | null
  readonly files: string | null
}

/** What is done to an object, in a word or three. */
function verb(change: Change): string {
  switch (change.action) {
    case 'adopt':
      return 'adopt from `kubectl apply`'
    case 'leave-behind':
      return 'left behind, as prune is off'
    case 'error':
      return 'cannot be planned'
    case 'update':
      return change.origin === 'drift' ? 'put back' : 'update'
    case 'create':
    case 'replace':
    case 'delete':
      return change.action
  }
}

/** More than a comment should carry for one object: it is read on the page instead. */
const longDiff = 12_000
const longDiffLines = 250

/** One changed object: as one line, and in full with its diff where that is not too long. */
export function objectSection(change: Change, links: Links): Piece {
  const heading = `#### ${objectName(change.id)}, ${verb(change)}`
  const source = change.source ? ` · ${locationLink(change.source, links.files)}` : ''
  const body = [
    ...(change.diff === '' ? [] : [diffBlock(change.diff)]),
    ...(change.error ? [problemItem(change.error, links.files)] : []),
    ...driftLines(change),
    ...change.risks.map(risk => `Risk (${risk.severity}): ${sentence(shorten(risk.message, 400))}`),
    ...(change.note ? [sentence(shorten(capitalised(change.note), 400))] : []),
  ]
  const full = [`${heading}${source}`, ...body].join('\n\n')
  const short = shortForm(change, links)
  const isTold = belongsOnThePage(change) || givesWay(change)
  return { forms: isTold ? ['', short] : ['', short, `\n${full}\n\n`] }
}

function shortForm(change: Change, links: Links): string {
  const size = change.diff === '' ? '' : `: ${count(changedLines(change.diff), 'changed line')}`
  const where = size && links.page ? `, ${link('on the page', links.page)}` : ''
  const error = change.error ? `: ${sentence(shorten(change.error.message, 300))}` : ''
  const note = givesWay(change) && change.note ? `: ${sentence(shorten(change.note, 300))}` : ''
  return `- ${objectName(change.id)}, ${verb(change)}${error || note || `${size}${where}`}\n`
}

/** Another object takes its place, and is told with the one diff of both. */
function givesWay({ pairedWith, action }: Change): boolean {
  return pairedWith != null && action !== 'create'
}

function belongsOnThePage(change: Change): boolean {
  if (change.action === 'create' && change.id.startsWith('apiextensions.k8s.io/CustomResourceDefinition/')) {
    return true
  }
  return change.diff.length > longDiff || change.diff.split('\n').length > longDiffLines
}

function changedLines(diff: string): number {
  return diff.split('\n').filter(line => /^(\+(?!\+\+ )|-(?!-- ))/.test(line)).length
}
