import { describeIdentity, parseIdentity } from '../../model/identity.ts'
import { took } from '../../model/phrase.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { Paint } from './colour.ts'

/** A line that is longer is read by nobody; `--output json` has them all. */
const mostNames = 12

/** How a sync ended, for a terminal: the reason first, then what was done. */
export function syncText(result: SyncResult, paint: Paint): string {
  const style = result.outcome === 'synced' ? 'green' : 'red'
  const outcome = paint(style, result.outcome.replace('-', ' '))
  const lines = [
    `${paint('bold', result.application)} on ${paint('bold', result.cluster)}: ${outcome} in ${took(result.startedAt, result.finishedAt)}`,
  ]
  const sick = result.health.filter(it => it.status !== 'healthy')
  const isTold = sick.some(it => it.message !== '' && result.error?.message.includes(it.message))
  if (result.error && !isTold) lines.push(paint('red', result.error.message))
  for (const object of sick) {
    const words = object.message ? `: ${object.message}` : ''
    lines.push(paint('red', `${nameOf(object.id)} is ${object.status}${words}`))
  }
  for (const event of result.events) lines.push(paint('dim', `  ${event}`))
  for (const log of result.logs ?? []) {
    lines.push(`last lines of ${log.container} of ${nameOf(log.pod)}:`)
    for (const line of log.lines) lines.push(paint('dim', `  ${line}`))
  }
  const list = (title: string, ids: readonly string[]) => {
    if (ids.length === 0) return
    const more = ids.length > mostNames ? ` and ${ids.length - mostNames} more` : ''
    lines.push(`${title}: ${ids.slice(0, mostNames).map(nameOf).join(', ')}${more}`)
  }
  // What was put back says what had been applied.
  if (result.rolledBack.length === 0) list('applied', result.applied)
  list('pruned', result.pruned)
  for (const hook of result.hooks ?? []) {
    const words = `${hook.phase} hook ${nameOf(hook.id)} ${hook.outcome}`
    lines.push(hook.outcome === 'succeeded' ? words : paint('red', `${words}: ${hook.message}`))
  }
  list('put back', result.rolledBack)
  return lines.join('\n')
}

function nameOf(id: string): string {
  return describeIdentity(parseIdentity(id))
}
