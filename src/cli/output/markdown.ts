import { count } from '../../model/phrase.ts'
import type { Change, Plan } from '../../model/plan.ts'
import type { SyncResult } from '../../model/sync.ts'
import { changeText, planText, summaryText } from './plan-text.ts'
import { syncText } from './sync-text.ts'

const plain = (_style: unknown, text: string) => text

/** A plan to paste into a pull request of a forge that Plumbline does not watch. */
export function planMarkdown(plan: Plan): string {
  if (plan.changes.length === 0) return planText(plan, plain)
  const head = `**${plan.application}** on **${plan.cluster}**: ${summaryText(plan)}`
  return [head, ...plan.changes.map(fenced)].join('\n\n')
}

export function driftMarkdown(drift: {
  readonly application: string
  readonly drifted: readonly Change[]
}): string {
  if (drift.drifted.length === 0) return `**${drift.application}**: no drift`
  const amount = count(drift.drifted.length, 'object')
  return [`**${drift.application}**: ${amount} drifted`, ...drift.drifted.map(fenced)].join('\n\n')
}

export function syncMarkdown(result: SyncResult): string {
  return fence(syncText(result, plain), '')
}

function fenced(change: Change): string {
  return fence(changeText(change, plain), 'diff')
}

/** Longer than any run of backticks inside, so that nothing breaks out. */
function fence(text: string, language: string): string {
  const runs = text.match(/`+/g) ?? []
  const ticks = '`'.repeat(Math.max(3, ...runs.map(run => run.length + 1)))
  return `${ticks}${language}\n${text}\n${ticks}`
}
