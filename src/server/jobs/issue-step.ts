import type { DriftPolicy } from '../../model/drift-settings.ts'
import type { IssueRecord } from '../store/records/issues.ts'
import { type Fact, newSince } from './drift-facts.ts'

/** What becomes of an issue that tells a state, such as drift. */
export type IssueStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'open' }
  /** It converged: what somebody accepted is accepted no more. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'edit' | 'close'; readonly number: number }
  /** `news`: what changed since somebody closed it; empty where it had converged. */
  | { readonly kind: 'reopen'; readonly number: number; readonly news: readonly Fact[] }
  /** Too early: to be decided again then. */
  | { readonly kind: 'later'; readonly at: Date }

export interface IssueSituation {
  /** What there is to tell; empty when there is nothing. */
  readonly facts: readonly Fact[]
  /** Told at once, however short it lasts. */
  readonly isUrgent: boolean
  /** Since when there is something to tell. */
  readonly since: Date
  /** Puts itself back, unless somebody keeps undoing that. */
  readonly selfHeal: boolean
  readonly policy: Pick<DriftPolicy, 'issue' | 'reportAfterSeconds' | 'muteUntil'>
  readonly issue: IssueRecord | null
  /** Of the body that the issue would have now. */
  readonly bodyHash: string
}

const weekMilliseconds = 7 * 24 * 3600 * 1000
/** Edits of one issue are at least this far apart: the last state is what counts. */
const editMilliseconds = 5000
/** What heals by itself and has not within this time does not heal. */
const healingSeconds = 600

const none: IssueStep = { kind: 'none' }

/** Pure: from what there is to tell and the issue as we left it. */
export function issueStep(it: IssueSituation, now: Date): IssueStep {
  const { facts, issue, policy, bodyHash } = it
  const number = issue?.number ?? null
  const isOpen = issue?.state === 'open' && number !== null
  const accepted = issue?.memory?.accepted ?? null
  if (facts.length === 0) {
    if (isOpen) return { kind: 'close', number }
    return accepted ? { kind: 'forget' } : none
  }
  if (isOpen) {
    if (issue.bodyHash === bodyHash) return none
    const next = Date.parse(issue.memory?.sentAt ?? issue.openedAt) + editMilliseconds
    return next > now.getTime() ? { kind: 'later', at: new Date(next) } : { kind: 'edit', number }
  }
  if (!policy.issue) return none
  const news = accepted ? newSince(accepted, facts) : []
  if (accepted && news.length === 0) return none
  const from = tellFrom(it)
  if (from > now) return { kind: 'later', at: from }
  if (number !== null && accepted) return { kind: 'reopen', number, news }
  const closedFor = issue?.closedAt ? now.getTime() - Date.parse(issue.closedAt) : Infinity
  return number !== null && closedFor < weekMilliseconds
    ? { kind: 'reopen', number, news: [] }
    : { kind: 'open' }
}

/** When it is told at the earliest. */
function tellFrom({ policy, isUrgent, selfHeal, since }: IssueSituation): Date {
  const patience = selfHeal ? Math.max(policy.reportAfterSeconds, healingSeconds) : policy.reportAfterSeconds
  const muted = policy.muteUntil === null ? 0 : Date.parse(policy.muteUntil)
  return new Date(Math.max(muted, isUrgent ? 0 : since.getTime() + patience * 1000))
}
