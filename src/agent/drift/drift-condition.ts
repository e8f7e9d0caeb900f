import type { Change } from '../../model/plan.ts'
import { canonicalJson } from '../../engine/json.ts'
import type { Condition } from '../state/state.ts'
import { notDrifted } from '../sync/conditions.ts'

/** Equal for equal sets of drifted fields with equal values; the order of changes says nothing. */
export function driftKey(drifted: readonly Change[]): string {
  const places = drifted.map(({ id, action, fields }) => [
    id,
    action,
    fields.map(({ path, before, after }) => [path, before, after]),
  ])
  return canonicalJson(places.toSorted((a, b) => String(a[0]).localeCompare(String(b[0]))))
}

export function driftedCondition(drifted: readonly Change[]): Condition {
  if (drifted.length === 0) return notDrifted
  const lines = drifted.map(({ id, action, fields }) => {
    if (action === 'create') return `${id} was deleted`
    if (action === 'leave-behind') return `${id} was left behind`
    const managers = [...new Set(fields.map(it => it.manager).filter(it => it !== null))]
    const paths = fields.map(it => it.path).join(', ')
    return `${id}: ${paths}${managers.length > 0 ? ` by ${managers.join(', ')}` : ''}`
  })
  return { type: 'Drifted', status: 'True', reason: 'DriftDetected', message: lines.join('; ') }
}
