import { utc } from '../../model/phrase.ts'
import type { History } from '../history.ts'
import { columns } from './columns.ts'
import { plain } from './plain.ts'
import type { Screen } from './screen.ts'

/** What was synced, newest first, one line each. Ends without a line break. */
export function historyText({ application, cluster, history }: History, { paint }: Screen): string {
  const title = `${paint('bold', plain(application))} on ${paint('bold', plain(cluster))}`
  if (history.length === 0) return `${title}: never synced`
  const head = ['', 'NUMBER', 'REVISION', 'SYNCED', 'OBJECTS', 'BY'].map(it => paint('dim', it))
  const rows = history.map(it => [
    it.current ? paint('green', '*') : ' ',
    String(it.number),
    it.revision?.slice(0, 12) ?? paint('dim', 'a local directory'),
    it.syncedAt === null ? '' : utc(it.syncedAt),
    it.objects === null ? '' : String(it.objects),
    plain(it.trigger ?? ''),
  ])
  return [title, ...columns([head, ...rows])].join('\n')
}
