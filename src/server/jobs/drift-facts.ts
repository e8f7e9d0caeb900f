import { createHash } from 'node:crypto'
import type { DriftReport } from '../../model/drift.ts'
import type { Change } from '../../model/plan.ts'
import { changedFactWords } from '../report/drift-issue.ts'
import type { BehindView } from '../report/view.ts'
import type { Facts } from '../store/records/issues.ts'

/** One thing that a drift issue says. */
export interface Fact {
  /** Digest of its place: an object and a field. */
  readonly key: string
  /** Digest of what stands there, on the cluster and in Git. */
  readonly digest: string
  /** Markdown. */
  readonly words: string
}

/** What a drift issue has to say, of what weighs anything. */
export function factsOf(it: {
  readonly weighty: readonly Change[]
  readonly fight: DriftReport['fight']
  readonly behind: BehindView | null
}): readonly Fact[] {
  const { weighty, fight, behind } = it
  return [
    ...weighty.flatMap(factsOfChange),
    ...(fight
      ? [fact(['fight', fight.id, fight.path], fight.manager, changedFactWords({ kind: 'fight', fight }))]
      : []),
    ...(behind ? [fact(behindPlace, behind.revision, changedFactWords({ kind: 'behind', behind }))] : []),
  ]
}

const behindPlace = ['behind']

/** Whether an issue says that Git is ahead. */
export function tellsBehind(shown: Facts): boolean {
  return digestOf(behindPlace) in shown
}

function factsOfChange(change: Change): readonly Fact[] {
  const { id, action, fields, diff } = change
  if (action !== 'update' || fields.length === 0) {
    const words = changedFactWords({ kind: 'object', change })
    return [fact(['object', id], [action, action === 'update' ? diff : ''], words)]
  }
  return fields.map(field =>
    fact(
      ['field', id, field.path],
      [field.before, field.after],
      changedFactWords({ kind: 'field', id, field }),
    ),
  )
}

export function fact(place: readonly string[], what: unknown, words: string): Fact {
  return { key: digestOf(place), digest: digestOf(what), words }
}

/** Short: hundreds of them are kept, and a clash costs one reopening at worst. */
function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('base64url')
    .slice(0, 16)
}

export function asFacts(facts: readonly Fact[]): Facts {
  return Object.fromEntries(facts.map(it => [it.key, it.digest]))
}

/** What was not so when somebody accepted the rest. Empty while it is the same, or less. */
export function newSince(accepted: Facts, facts: readonly Fact[]): readonly Fact[] {
  return facts.filter(it => accepted[it.key] !== it.digest)
}
