import { count } from '../../model/phrase.ts'
import { changeSection } from './change-section.ts'
import { plain } from './plain.ts'
import type { Drift } from './print.ts'
import type { Screen } from './screen.ts'
import { treeLines } from './plan-tree.ts'

/** What drifted, for a terminal: a line for each object, each in full, then the sum. Ends without a line break. */
export function driftText({ application, drifted, neverSynced }: Drift, screen: Screen): string {
  const { paint } = screen
  const title = paint('bold', plain(application))
  if (drifted.length === 0) return `${title}: ${paint('green', 'no drift')}`
  if (neverSynced && drifted.every(it => it.action !== 'error')) {
    const differ = `${count(drifted.length, 'object')} of it ${drifted.length === 1 ? 'differs' : 'differ'} from the cluster`
    return `${title}: ${paint('yellow', 'nothing was synced yet')}; ${differ}, as plumbline plan shows`
  }
  return [
    [title, ...treeLines(drifted, '', screen)],
    ...drifted.map(change => changeSection(change, { namespace: '', full: true }, screen)),
    [`${title}: ${paint('yellow', `${count(drifted.length, 'object')} drifted`)}`],
  ]
    .map(block => block.join('\n'))
    .join('\n\n')
}
