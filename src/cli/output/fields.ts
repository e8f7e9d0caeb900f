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

/** `image` of `/spec/containers/0/image`, and `env` of `/spec/containers/0/env/2/value`: of what says nothing alone, the list. */
function lastWords(pointer: string): string {
  const names = pointer
    .split('/')
    .slice(1)
    .filter(part => !/^\d+$/.test(part))
  const last = names.at(-1) ?? ''
  return unescaped((vague.has(last) && names.at(-2)) || last) || 'the whole object'
}

const vague: ReadonlySet<string> = new Set(['value', 'name', 'key', 'port'])

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

export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  return plain(cut(typeof value === 'string' && value !== '' ? value : JSON.stringify(value), longestValue))
}
