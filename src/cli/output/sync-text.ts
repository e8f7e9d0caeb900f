import { describeIdentity, parseIdentity } from '../../model/identity.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { Paint } from './colour.ts'

/** How a sync ended, for a terminal. */
export function syncText(result: SyncResult, paint: Paint): string {
  const style = result.outcome === 'synced' ? 'green' : 'red'
  const seconds = ((Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000).toFixed(1)
  const lines = [
    `${paint('bold', result.application)} on ${paint('bold', result.cluster)}: ${paint(style, result.outcome)} in ${seconds} s`,
  ]
  const list = (title: string, ids: readonly string[]) => {
    if (ids.length > 0)
      lines.push(`${title}: ${ids.map(id => describeIdentity(parseIdentity(id))).join(', ')}`)
  }
  list('applied', result.applied)
  list('pruned', result.pruned)
  list('put back', result.rolledBack)
  if (result.error) lines.push(paint('red', result.error.message))
  for (const object of result.health) {
    if (object.status !== 'healthy') {
      lines.push(`${describeIdentity(parseIdentity(object.id))} is ${object.status}: ${object.message}`)
    }
  }
  for (const event of result.events) lines.push(paint('dim', event))
  return lines.join('\n')
}
