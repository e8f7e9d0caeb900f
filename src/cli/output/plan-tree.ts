import type { Change } from '../../model/plan.ts'
import { describeIdentity, parseIdentity } from '../../model/identity.ts'
import { markOf, namedIn } from './change-words.ts'
import { fieldsBy, shortNames } from './fields.ts'
import { plain } from './plain.ts'
import { columnsOf, cut, padded, type Screen } from './screen.ts'

/** Every change on a line of its own: what, which, how, and the fields that matter. */
export function treeLines(
  changes: readonly Change[],
  namespace: string,
  { paint, width }: Screen,
): readonly string[] {
  const rows = changes.map(change => ({ change, mark: markOf(change), ...namedIn(change, namespace) }))
  const widest = (of: (row: (typeof rows)[number]) => string) =>
    Math.max(0, ...rows.map(row => of(row).length))
  const columns = {
    kind: widest(it => it.kind),
    name: widest(it => it.name),
    verb: widest(it => it.mark.verb),
  }
  return rows.map(({ change, mark, kind, name }, at) => {
    const branch = paint('dim', at === rows.length - 1 ? '└─' : '├─')
    const head = [
      `${branch} ${paint(mark.style, `${mark.sign} ${kind}`)}${' '.repeat(columns.kind - kind.length)}`,
      padded(name, columns.name),
      padded(paint(mark.style, mark.verb), columns.verb),
    ].join('  ')
    const room = Math.max(0, (width ?? Number.POSITIVE_INFINITY) - columnsOf(head) - 2)
    return `${head}  ${detailText(change, { paint, width: room })}`.trimEnd()
  })
}

function detailText(change: Change, { paint, width }: Screen): string {
  const pair = pairText(change)
  if (pair !== '') return paint('dim', cut(pair, width))
  if (change.action === 'leave-behind') return paint('dim', cut(plain(change.note ?? ''), width))
  if (change.action === 'error')
    return paint('red', cut(errorText(change), Math.min(width ?? longestError, longestError)))
  const { own, drifted, both } = fieldsBy(change)
  const changed = cut(shortNames([...own, ...both]), width)
  const moved = [...drifted, ...both]
  if (moved.length === 0) return changed
  const left = width === null ? null : width - changed.length - 2
  const drift = paint('yellow', cut(`drift: ${shortNames(moved)}`, left))
  return changed === '' ? drift : `${changed}  ${drift}`
}

const longestError = 60

/** Without the object's name, which stands before it. */
function errorText({ id, error }: Change): string {
  const name = describeIdentity(parseIdentity(id))
  return plain((error?.message ?? '').split('\n')[0] ?? '').replace(`${name} `, '')
}

function pairText({ action, pairedWith }: Change): string {
  if (pairedWith == null) return ''
  const { name } = parseIdentity(pairedWith)
  return plain(action === 'create' ? `takes the place of ${name}` : `${name} takes its place`)
}
