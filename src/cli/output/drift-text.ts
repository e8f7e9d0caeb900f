import { count } from '../../model/phrase.ts'
import type { Change } from '../../model/plan.ts'
import { changeSection } from './change-section.ts'
import { plain } from './plain.ts'
import type { Screen } from './screen.ts'
import { treeLines } from './plan-tree.ts'

/** What drifted, for a terminal: a line for each object, each in full, then the sum. Ends without a line break. */
export function driftText(
  { application, drifted }: { readonly application: string; readonly drifted: readonly Change[] },
  screen: Screen,
): string {
  const { paint } = screen
  const title = paint('bold', plain(application))
  if (drifted.length === 0) return `${title}: ${paint('green', 'no drift')}`
  return [
    [title, ...treeLines(drifted, '', screen)],
    ...drifted.map(change => changeSection(change, { namespace: '', full: true }, screen)),
    [`${title}: ${paint('yellow', `${count(drifted.length, 'object')} drifted`)}`],
  ]
    .map(block => block.join('\n'))
    .join('\n\n')
}
