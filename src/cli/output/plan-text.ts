import type { Plan } from '../../model/plan.ts'
import { changeSection } from './change-section.ts'
import { plain } from './plain.ts'
import { errorLines, riskLines, summaryLine } from './plan-end.ts'
import { treeLines } from './plan-tree.ts'
import type { Screen } from './screen.ts'

/**
 * A plan for a terminal, in the order in which it is read: every change on a line, each in full, then what to weigh, what went wrong
 * and the sum, which stand last because that is what is on the screen. Ends without a line break.
 */
export function planText(plan: Plan, options: { readonly full: boolean }, screen: Screen): string {
  const { paint } = screen
  const { application, cluster, namespace, changes } = plan
  const title = `${paint('bold', plain(application))} on ${paint('bold', plain(cluster))}${paint('dim', `, namespace ${plain(namespace)}`)}`
  const shown = changes.filter(it => it.action !== 'leave-behind' && it.action !== 'error')
  const blocks = [
    [title, ...treeLines(changes, namespace, screen)],
    ...shown.map(change => changeSection(change, { namespace, full: options.full }, screen)),
    riskLines(plan, screen),
    errorLines(plan, screen),
    [`${title}: ${summaryLine(plan, paint)}`],
  ]
  const lines = blocks.filter(block => block.length > 0).map(block => block.join('\n'))
  return changes.length === 0 ? (lines.at(-1) ?? '') : lines.join('\n\n')
}
