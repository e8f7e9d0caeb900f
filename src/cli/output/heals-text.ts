import type { HealRecord } from '../../model/drift.ts'
import { count, utc } from '../../model/phrase.ts'
import { fieldName } from '../../server/report/field.ts'
import type { Heals } from '../heal-history.ts'
import { columns } from './columns.ts'
import { valueText } from './fields.ts'
import { plain } from './plain.ts'
import type { Screen } from './screen.ts'

/** What was healed, newest first, a line for each field. Ends without a line break. */
export function healsText({ application, cluster, healed }: Heals, { paint }: Screen): string {
  const { total, recent } = healed
  const title = `${paint('bold', plain(application))} on ${paint('bold', plain(cluster))}`
  if (total === 0) return `${title}: nothing was healed`
  const older = total - recent.length
  const head = ['HEALED', 'OBJECT', 'FIELD', 'WAS → IS', 'CHANGED BY'].map(it => paint('dim', it))
  return [
    `${title}: ${count(total, 'object')} healed`,
    ...columns([head, ...recent.flatMap(rowsOf)]),
    ...(older > 0 ? [paint('dim', `and ${older} before`)] : []),
  ].join('\n')
}

function rowsOf({ id, at, fields, deletedBy }: HealRecord): readonly (readonly string[])[] {
  const begin = [utc(at), plain(id)]
  if (fields.length === 0) return [[...begin, 'the whole object', 'deleted → there', plain(deletedBy ?? '')]]
  return fields.map((field, index) => [
    ...(index === 0 ? begin : ['', '']),
    plain(fieldName(field.path)),
    `${valueText(field.from)} → ${valueText(field.to)}`,
    plain([field.user, field.manager].filter(it => it !== null).join(', with ')),
  ])
}
