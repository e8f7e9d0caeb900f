import type { ForgeRepository } from '../../forge/forge.ts'
import type { IssueText } from '../report/view.ts'
import type { IssueRecord } from '../store/records/issues.ts'
import type { JobDeps } from './deps.ts'
import { asFacts, type Fact } from './drift-facts.ts'
import type { IssueStep } from './issue-step.ts'

export interface IssueStepTaking {
  readonly step: IssueStep
  readonly forge: ForgeRepository
  readonly issue: IssueRecord | null
  readonly about: Pick<IssueRecord, 'key' | 'kind' | 'repository' | 'application' | 'cluster'>
  readonly facts: readonly Fact[]
  /** Its text, as long as there is room. */
  readonly write: (limit: number) => IssueText
  readonly bodyHash: string
  /** Labels beside those of the text, which come and go with the state. */
  readonly labels: readonly string[]
  /** What is said when it closes, and when it opens again. Markdown. */
  readonly closing: string
  readonly reopening: (news: readonly string[]) => string
}

/**
 * Does at the forge what was decided, and remembers it. Done again after a crash in between, it ends the same. `overtaken`: somebody
 * had closed the issue meanwhile, which is remembered; what becomes of it has to be decided anew.
 */
export async function takeIssueStep(
  deps: JobDeps,
  taking: IssueStepTaking,
  signal: AbortSignal,
): Promise<'done' | 'overtaken'> {
  const { step, forge, issue, about, labels } = taking
  switch (step.kind) {
    case 'none':
    case 'later':
      return 'done'
    case 'forget':
      if (issue) await forgetAccepted(deps, issue)
      return 'done'
    case 'open': {
      const draft = taking.write(forge.maxCommentLength)
      const all = { ...draft, labels: [...draft.labels, ...labels], assignees: [] }
      const { number } = await forge.createIssue(about.key, all, signal)
      // It may be one that was opened before and forgotten, or closed within the week.
      return bringUpToDate(deps, taking, { number, opens: true }, signal)
    }
    case 'reopen': {
      const body = taking.reopening(step.news.map(it => it.words))
      await say(forge, { issue: step.number, key: turnKey(issue), body }, signal)
      return bringUpToDate(deps, taking, { number: step.number, opens: true }, signal)
    }
    case 'edit':
      return bringUpToDate(deps, taking, { number: step.number, opens: false }, signal)
    case 'close':
      await closeIssue(deps, { forge, issue: issue!, body: taking.closing }, signal)
      return 'done'
  }
}

/** Writes our part of the issue, opens it and labels it by how things are now. */
async function bringUpToDate(
  deps: JobDeps,
  taking: IssueStepTaking,
  { number, opens }: { readonly number: number; readonly opens: boolean },
  signal: AbortSignal,
): Promise<'done' | 'overtaken'> {
  const { forge, issue, about, write, facts, labels, bodyHash } = taking
  const now = deps.clock().toISOString()
  const memory = issue?.memory
  const updated = await forge.updateIssue(
    number,
    {
      key: about.key,
      title: write(forge.maxCommentLength).title,
      body: room => write(Math.min(room, forge.maxCommentLength)).body,
      labels: labelChange(memory?.labels ?? [], labels),
      ...(opens ? { state: 'open' } : {}),
    },
    signal,
  )
  if (issue && updated.state === 'closed') {
    await deps.store.issues.save(acceptedRecord(issue, updated.closedAt ?? now))
    return 'overtaken'
  }
  await deps.store.issues.save({
    ...about,
    number,
    url: updated.url,
    state: 'open',
    bodyHash,
    openedAt: issue?.number === number ? issue.openedAt : now,
    closedAt: null,
    memory: {
      shown: asFacts(facts),
      accepted: null,
      sentAt: now,
      turns: (memory?.turns ?? 0) + (opens ? 1 : 0),
      labels,
    },
  })
  return 'done'
}

/** Once for each change: who takes a label off, or puts one on, while it stays the same has the last word. */
function labelChange(before: readonly string[], after: readonly string[]) {
  return {
    add: after.filter(it => !before.includes(it)),
    remove: before.filter(it => !after.includes(it)),
  }
}

export async function closeIssue(
  deps: JobDeps,
  it: { readonly forge: ForgeRepository; readonly issue: IssueRecord; readonly body: string },
  signal: AbortSignal,
): Promise<void> {
  const { forge, issue, body } = it
  if (issue.number === null || issue.state === 'closed') return forgetAccepted(deps, issue)
  await say(forge, { issue: issue.number, key: turnKey(issue), body }, signal)
  await forge.updateIssue(issue.number, { state: 'closed' }, signal)
  const closedAt = deps.clock().toISOString()
  const memory = issue.memory && { ...issue.memory, accepted: null, turns: issue.memory.turns + 1 }
  await deps.store.issues.save({ ...issue, state: 'closed', closedAt, ...(memory ? { memory } : {}) })
}

async function forgetAccepted(deps: JobDeps, issue: IssueRecord): Promise<void> {
  if (issue.memory?.accepted)
    await deps.store.issues.save({ ...issue, memory: { ...issue.memory, accepted: null } })
}

/** A person closed it: what it said is accepted. */
export function acceptedRecord(issue: IssueRecord, closedAt: string): IssueRecord {
  const { memory } = issue
  const accepted = memory && { ...memory, accepted: memory.shown, turns: memory.turns + 1 }
  return { ...issue, state: 'closed', closedAt, ...(accepted ? { memory: accepted } : {}) }
}

/** A person reopened it: nothing is accepted any more. */
export function reopenedRecord(issue: IssueRecord): IssueRecord {
  const { memory } = issue
  const opened = memory && { ...memory, accepted: null, turns: memory.turns + 1 }
  return { ...issue, state: 'open', closedAt: null, ...(opened ? { memory: opened } : {}) }
}

/** The same when it is done again, another with each opening and closing. */
function turnKey(issue: Pick<IssueRecord, 'memory'> | null): string {
  return `turn-${issue?.memory?.turns ?? 0}`
}

export async function say(
  forge: ForgeRepository,
  { issue: number, key, body }: { readonly issue: number; readonly key: string; readonly body: string },
  signal: AbortSignal,
): Promise<void> {
  const on = { kind: 'issue', number } as const
  await forge.upsertComment({ on, key, body, knownId: null, createWhenMissing: true }, signal)
}
