import type { Change, FieldChange } from '../../model/plan.ts'
import { code, shorten } from './escape.ts'
import { utc } from '../../model/phrase.ts'

/** `/spec/containers/0/image` as people write it: `spec.containers[0].image`. */
export function fieldName(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  let path = ''
  for (const part of parts) {
    if (/^\d+$/.test(part) && path !== '') path += `[${part}]`
    else if (/^[A-Za-z_][\w-]*$/.test(part)) path += path === '' ? part : `.${part}`
    else path += `[${JSON.stringify(part)}]`
  }
  return path || 'the whole object'
}

const maxValue = 80

/** A value as code; null is how an absent field is told. */
export function fieldValue(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return code(shorten(text, maxValue))
}

/** `(kubectl-scale, 2026-03-01 17:02:11 UTC)` with a leading space, or nothing when the cluster does not say. */
function changedBy(field: Pick<FieldChange, 'manager' | 'managedAt'>): string {
  const parts = [
    ...(field.manager ? [code(shorten(field.manager, maxValue))] : []),
    ...(field.managedAt ? [utc(field.managedAt)] : []),
  ]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

export function drifted(change: Change): boolean {
  return change.origin !== 'pull-request' || change.fields.some(field => field.origin !== 'pull-request')
}

const maxFields = 10

/** What stood differently on the cluster before the merge, in one or two lines of Markdown; empty when nothing did. */
export function driftLines(change: Change): readonly string[] {
  const lines: string[] = []
  const say = (intro: string, fields: readonly FieldChange[]): void => {
    if (fields.length === 0) return
    const shown = fields.slice(0, maxFields).map(describeMove)
    const more = fields.length > maxFields ? `, and ${fields.length - maxFields} more` : ''
    lines.push(`${intro}: ${shown.join(', ')}${more}`)
  }
  say(
    'Already drifted, and put back by this merge',
    change.fields.filter(field => field.origin === 'drift'),
  )
  say(
    'Changed by this pull request, and by hand on the cluster before',
    change.fields.filter(field => field.origin === 'both'),
  )
  return lines
}

function describeMove(field: FieldChange): string {
  const values = `${fieldValue(field.before)} → ${fieldValue(field.after)}`
  return `${code(shorten(fieldName(field.path), 160))} ${values}${changedBy(field)}`
}
