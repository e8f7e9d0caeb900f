import type { Change, Plan } from '../../model/plan.ts'
import { changeSection } from './change-section.ts'
import { plain } from './plain.ts'
import { errorLines, riskLines, summaryLine } from './plan-end.ts'
import { treeLines } from './plan-tree.ts'
import { unmanagedLines } from './plan-unmanaged.ts'
import type { Screen } from './screen.ts'

/**
 * A plan for a terminal, in the order in which it is read: every change on a line, each in full, then what to weigh, what went wrong
 * and the sum, which stand last because that is what is on the screen. Ends without a line break.
 */
export function planText(plan: Plan, options: { readonly full: boolean }, screen: Screen): string {
  const { paint } = screen
  const { application, cluster, namespace, changes } = plan
  const name = `${paint('bold', plain(application))} on ${paint('bold', plain(cluster))}`
  const title = `${name}${paint('dim', `, namespace ${plain(namespace)}`)}`
  const shown = changes.filter(hasMoreToSay)
  const blocks = [
    changes.length === 0 ? [] : [title, ...treeLines(changes, namespace, screen)],
    ...shown.map(change => changeSection(change, { namespace, full: options.full }, screen)),
    unmanagedLines(plan, screen),
    riskLines(plan, screen),
    errorLines(plan, screen),
    [`${name}: ${summaryLine(plan, paint)}`],
  ]
  const lines = blocks.filter(block => block.length > 0).map(block => block.join('\n'))
  return lines.join('\n\n')
}

/** Errors have a place of their own, and what is left alone, or replaced by an object of another name, is told in its line. */
function hasMoreToSay({ action, diff, pairedWith, note }: Change): boolean {
  if (action === 'leave-behind' || action === 'error') return false
  return diff !== '' || (pairedWith == null && note !== null) || (pairedWith == null && action !== 'update')
}
