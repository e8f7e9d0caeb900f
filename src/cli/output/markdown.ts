import { count } from '../../model/phrase.ts'
import type { Change, Plan } from '../../model/plan.ts'
import type { SyncResult } from '../../model/sync.ts'
import { planMarkdown as planComment } from '../../server/report/comment.ts'
import { lightName, name } from '../../server/report/escape.ts'
import { objectSection } from '../../server/report/object-section.ts'
import type { Heals } from '../heal-history.ts'
import type { History } from '../history.ts'
import { healsText } from './heals-text.ts'
import { historyText } from './history-text.ts'
import { syncText } from './sync-text.ts'

const plain = (_style: unknown, text: string) => text

/** What a comment may hold on GitHub. */
const longestComment = 65_536

/** The plan as the comment of a pull request shows it, to paste into one of a forge that Plumbline does not watch. */
export function planMarkdown(plan: Plan): string {
  return planComment(plan, longestComment)
}

export function driftMarkdown(drift: {
  readonly application: string
  readonly drifted: readonly Change[]
}): string {
  const heading = `## Plumbline: ${lightName(drift.application)} `
  if (drift.drifted.length === 0) return `${heading}has not drifted`
  const sections = drift.drifted.map(it =>
    objectSection(it, { page: null, files: null }).forms.at(-1)?.trim(),
  )
  return [
    `${heading}drifted`,
    `${count(drift.drifted.length, 'object')} of ${name(drift.application)}`,
    ...sections,
  ].join('\n\n')
}

export function syncMarkdown(result: SyncResult): string {
  return fence(syncText(result, plain), '')
}

export function historyMarkdown(history: History): string {
  return fence(historyText(history, { paint: plain, width: null }), '')
}

export function healsMarkdown(heals: Heals): string {
  return fence(healsText(heals, { paint: plain, width: null }), '')
}

/** Longer than any run of backticks inside, so that nothing breaks out. */
function fence(text: string, language: string): string {
  const runs = text.match(/`+/g) ?? []
  const ticks = '`'.repeat(Math.max(3, ...runs.map(run => run.length + 1)))
  return `${ticks}${language}\n${text}\n${ticks}`
}
