import type { Plan } from '../../model/plan.ts'
import { fieldName } from '../../server/report/field.ts'
import { namedIn } from './change-words.ts'
import { valueText } from './fields.ts'
import { plain } from './plain.ts'
import { padded, type Screen } from './screen.ts'

/** What others have put into the application's objects: no drift, and left as it is. Empty unless it was asked for. */
export function unmanagedLines({ unmanaged, namespace }: Plan, { paint }: Screen): readonly string[] {
  const objects = (unmanaged ?? []).filter(it => it.fields.length > 0)
  if (objects.length === 0) return []
  return [
    paint('bold', 'Set by others, and left as it is'),
    ...objects.flatMap(({ id, fields }) => {
      const { kind, name } = namedIn({ id }, namespace)
      const rows = fields.map(it => [
        plain(fieldName(it.path)),
        valueText(it.value),
        `by ${plain(it.manager)}`,
      ])
      const columns = [0, 1].map(at => Math.max(...rows.map(row => row[at]!.length)))
      return [
        `  ${kind} ${name}`,
        ...rows.map(row => {
          const [path = '', value = '', who = ''] = row
          return `    ${padded(path, columns[0]!)}  ${padded(value, columns[1]!)}  ${paint('dim', who)}`
        }),
      ]
    }),
  ]
}
