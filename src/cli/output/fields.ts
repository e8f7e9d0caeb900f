import type { Change, FieldChange } from '../../model/plan.ts'
import { utc } from '../../model/phrase.ts'
import { fieldName } from '../../server/report/field.ts'
import { plain } from './plain.ts'
import { cut } from './screen.ts'

/** The fields of a change by what moved them: its own first, then what the cluster had moved. */
export function fieldsBy(change: Change): {
  readonly own: readonly FieldChange[]
  readonly drifted: readonly FieldChange[]
  readonly both: readonly FieldChange[]
} {
  const of = (origin: FieldChange['origin']) => change.fields.filter(it => it.origin === origin)
  return { own: of('pull-request'), drifted: of('drift'), both: of('both') }
}

const mostNamed = 3

/** `replicas, image and 2 more`: the last words of their paths, for a list. */
export function shortNames(fields: readonly FieldChange[]): string {
  const names = [...new Set(fields.map(it => lastWords(it.path)))]
  const shown = names.length > mostNamed + 1 ? names.slice(0, mostNamed) : names
  const more = names.length - shown.length
  return plain([...shown, ...(more > 0 ? [`${more} more`] : [])].join(', '))
}

/** `image` of `/spec/containers/0/image`; of an item of a list, the list's name with it. */
function lastWords(pointer: string): string {
  const parts = pointer.split('/').slice(1)
  const name = parts.findLastIndex(part => !/^\d+$/.test(part))
  return unescaped(parts[name] ?? '') || 'the whole object'
}

export function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

const longestValue = 60

/** `spec.replicas  5 → 3   kubectl-scale, 2026-11-20 17:02:11 UTC`, as columns. */
export function fieldRow(field: FieldChange): readonly [string, string, string] {
  const who = [field.manager, field.managedAt && utc(field.managedAt)].filter(it => it != null).join(', ')
  return [
    plain(fieldName(field.path)),
    `${valueText(field.before)} → ${valueText(field.after)}`,
    who === '' ? '' : `by ${plain(who)}`,
  ]
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  return plain(cut(typeof value === 'string' && value !== '' ? value : JSON.stringify(value), longestValue))
}
