import { parseIdentity } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { Style } from './colour.ts'
import { plain } from './plain.ts'

interface Mark {
  readonly sign: string
  readonly style: Style
  readonly verb: string
}

const marks: Readonly<Record<Change['action'], Mark>> = {
  create: { sign: '+', style: 'green', verb: 'create' },
  update: { sign: '~', style: 'yellow', verb: 'update' },
  adopt: { sign: '»', style: 'cyan', verb: 'adopt' },
  replace: { sign: '±', style: 'magenta', verb: 'replace' },
  delete: { sign: '-', style: 'red', verb: 'delete' },
  'leave-behind': { sign: '·', style: 'dim', verb: 'left alone' },
  error: { sign: '✗', style: 'red', verb: 'error' },
}

/** How a change is told: its sign, its colour and what is done. What only drifted is put back rather than updated. */
export function markOf(change: Change): Mark {
  const mark = marks[change.action]
  if (change.origin !== 'drift') return mark
  if (change.action === 'update') return { ...mark, verb: 'put back' }
  return change.action === 'create' ? { ...mark, verb: 'bring back' } : mark
}

export interface Named {
  readonly kind: string
  readonly name: string
}

/** Kind and name of a change's object; the namespace is said only where it is not the application's own. */
export function namedIn(change: Pick<Change, 'id'>, namespace: string): Named {
  const { kind, name, namespace: own } = parseIdentity(change.id)
  return { kind: plain(kind), name: plain(own === '' || own === namespace ? name : `${own}/${name}`) }
}
