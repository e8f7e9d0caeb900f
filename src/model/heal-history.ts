import type { Heal, HealedField, HealHistory, HealRecord } from './drift.ts'
import type { FieldChange } from './plan.ts'

const mostRecords = 50
const mostFields = 20
const longestValue = 120

/** The history with what was healed since: newest first, the oldest are counted only. */
export function withHeals({ total, recent }: HealHistory, healed: readonly Heal[]): HealHistory {
  const added = healed.map(recordOf).toReversed()
  return { total: total + healed.length, recent: [...added, ...recent].slice(0, mostRecords) }
}

/** As it is kept: short. Values were redacted when the change was told. */
export function recordOf({ id, at, change }: Heal): HealRecord {
  return {
    id,
    at,
    fields: change.action === 'create' ? [] : change.fields.slice(0, mostFields).map(fieldOf),
    deletedBy: change.deletedBy?.user ?? null,
  }
}

function fieldOf({ path, before, after, manager, user }: FieldChange): HealedField {
  return { path, from: textOf(before), to: textOf(after), manager, user: user ?? null }
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  const text = typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text
}
