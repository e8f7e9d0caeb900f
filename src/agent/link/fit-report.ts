import type { DriftReport } from '../../model/drift.ts'
import type { Change } from '../../model/plan.ts'

/** Bytes, for one report. The server takes 16 MiB and keeps reports in its database; a storm has to be told all the same. */
const mostOfDiffs = 2 * 1024 ** 2
const mostOfFields = 4 * 1024 ** 2

const withoutDiff = 'its diff was too large to send'
const withoutFields = 'what differs in it was too large to send'

/**
 * The report without the diffs that go beyond what one may weigh, nor the fields: each object that has lost one says so. Objects in
 * front come first, and what drifts before what was healed. Diffs of heals are read by nobody and not sent.
 */
export function fitReport(report: DriftReport): DriftReport {
  const diffs = budgetOf(mostOfDiffs)
  const fields = budgetOf(mostOfFields)

  function fit(change: Change): Change {
    const withFields = fields.take(JSON.stringify(change.fields))
      ? change
      : { ...change, fields: [], note: noted(change, withoutFields) }
    return diffs.take(change.diff)
      ? withFields
      : { ...withFields, diff: '', note: noted(withFields, withoutDiff) }
  }

  const drifted = report.drifted.map(fit)
  const healed = report.healed.map(heal => ({ ...heal, change: fit({ ...heal.change, diff: '' }) }))
  return { ...report, drifted, healed }
}

function budgetOf(bytes: number) {
  let left = bytes
  return {
    /** What is small may still fit where something large did not. */
    take(text: string): boolean {
      const size = Buffer.byteLength(text)
      if (size > left) return false
      left -= size
      return true
    },
  }
}

function noted({ note }: Change, more: string): string {
  return note === null ? more : `${note}; ${more}`
}
