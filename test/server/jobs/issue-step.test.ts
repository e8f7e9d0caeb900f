import { describe, expect, test } from 'vitest'
import { defaultDriftSettings } from '../../../src/model/drift-settings.ts'
import { asFacts, factsOf, newSince } from '../../../src/server/jobs/drift-facts.ts'
import { type IssueSituation, issueStep } from '../../../src/server/jobs/issue-step.ts'
import type { IssueMemory, IssueRecord } from '../../../src/server/store/records/issues.ts'
import { change, field } from '../report/views.ts'

const now = new Date('2026-03-01T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString()
const day = 24 * 3600

const told = factsOf({ weighty: [change({ fields: [field({ before: 5 })] })], fight: null, behind: null })
const other = factsOf({ weighty: [change({ fields: [field({ before: 6 })] })], fight: null, behind: null })

const memory = (it: Partial<IssueMemory> = {}): IssueMemory => ({
  shown: asFacts(told),
  accepted: null,
  sentAt: ago(60),
  turns: 1,
  labels: [],
  ...it,
})

const record = (it: Partial<IssueRecord> = {}): IssueRecord => ({
  key: 'drift/a@b',
  kind: 'drift',
  repository: 'r',
  application: 'a',
  cluster: 'b',
  number: 7,
  url: 'https://x',
  state: 'open',
  bodyHash: 'same',
  openedAt: ago(600),
  closedAt: null,
  memory: memory(),
  ...it,
})

const closed = (secondsAgo: number, accepted: IssueMemory['accepted'] = null) =>
  record({ state: 'closed', closedAt: ago(secondsAgo), memory: memory({ accepted }) })

const situation = (it: Partial<IssueSituation>): IssueSituation => ({
  facts: told,
  isUrgent: false,
  since: new Date(ago(60)),
  selfHeal: false,
  policy: defaultDriftSettings,
  issue: null,
  bodyHash: 'same',
  ...it,
})

const policy = (it: Partial<IssueSituation['policy']>) => ({ ...defaultDriftSettings, ...it })
const later = (seconds: number) => ({ kind: 'later', at: new Date(now.getTime() + seconds * 1000) })

describe('what becomes of an issue', () => {
  test.each<[string, Partial<IssueSituation>, object]>([
    ['nothing to tell, none there', { facts: [] }, { kind: 'none' }],
    ['drift, none there', {}, { kind: 'open' }],
    ['drift that the settings keep quiet', { policy: policy({ issue: false }) }, { kind: 'none' }],
    ['drift that is too short yet', { policy: policy({ reportAfterSeconds: 300 }) }, later(240)],
    ['drift that is long enough', { policy: policy({ reportAfterSeconds: 60 }) }, { kind: 'open' }],
    ['urgent drift', { isUrgent: true, policy: policy({ reportAfterSeconds: 300 }) }, { kind: 'open' }],
    [
      'muted drift',
      { isUrgent: true, policy: policy({ muteUntil: '2026-03-01T13:00:00+01:00' }) },
      { kind: 'open' },
    ],
    [
      'muted for an hour',
      { isUrgent: true, policy: policy({ muteUntil: '2026-03-01T13:00:00Z' }) },
      later(3600),
    ],
    ['drift that heals', { selfHeal: true }, later(540)],
    ['drift that should have healed', { selfHeal: true, since: new Date(ago(601)) }, { kind: 'open' }],
    ['as it says', { issue: record() }, { kind: 'none' }],
    ['other than it says', { issue: record(), bodyHash: 'new' }, { kind: 'edit', number: 7 }],
    [
      'again within five seconds',
      { issue: record({ memory: memory({ sentAt: ago(2) }) }), bodyHash: 'new' },
      later(3),
    ],
    [
      'an open one that is muted',
      { issue: record(), bodyHash: 'new', policy: policy({ muteUntil: '2027-01-01T00:00:00Z' }) },
      { kind: 'edit', number: 7 },
    ],
    ['converged', { facts: [], issue: record() }, { kind: 'close', number: 7 }],
    ['drifts again within a week', { issue: closed(6 * day) }, { kind: 'reopen', number: 7, news: [] }],
    ['drifts again after a week', { issue: closed(8 * day) }, { kind: 'open' }],
    [
      'drifts again, too short yet',
      { issue: closed(60), policy: policy({ reportAfterSeconds: 300 }) },
      later(240),
    ],
    ['accepted, and the same', { issue: closed(60, asFacts(told)) }, { kind: 'none' }],
    ['accepted, and less', { issue: closed(60, { ...asFacts(told), more: 'x' }) }, { kind: 'none' }],
    [
      'accepted, and another value',
      { facts: other, issue: closed(30 * day, asFacts(told)) },
      { kind: 'reopen', number: 7, news: other },
    ],
    ['accepted, and converged', { facts: [], issue: closed(60, asFacts(told)) }, { kind: 'forget' }],
    [
      'deleted at the forge',
      { issue: record({ number: null, state: 'closed', closedAt: ago(1) }) },
      { kind: 'open' },
    ],
  ])('%s', (_, it, step) => {
    expect(issueStep(situation(it), now)).toEqual(step)
  })
})

describe('what an issue says', () => {
  const factsFor = (...changes: Parameters<typeof change>[0][]) =>
    factsOf({ weighty: changes.map(change), fight: null, behind: null })

  test.each([
    { before: [{}], after: [{}], news: 0 },
    { before: [{}, { id: '/Service/a/b' }], after: [{}], news: 0 },
    { before: [{}], after: [{ fields: [field(), field({ path: '/spec/paused' })] }], news: 1 },
    { before: [{}], after: [{ fields: [field({ after: 9 })] }], news: 1 },
    { before: [{}], after: [{ action: 'create', fields: [] }], news: 1 },
    { before: [{ action: 'create' }], after: [{ action: 'create', diff: '+other' }], news: 0 },
    { before: [{ fields: [], diff: 'a' }], after: [{ fields: [], diff: 'b' }], news: 1 },
  ] as const)('has $news new parts', ({ before, after, news }) => {
    expect(newSince(asFacts(factsFor(...before)), factsFor(...after))).toHaveLength(news)
  })

  test('names a fight and a commit that is ahead', () => {
    const facts = factsOf({
      weighty: [],
      fight: { id: 'apps/Deployment/a/b', manager: 'hpa', path: '/spec/replicas' },
      behind: {
        revision: 'a'.repeat(40),
        removed: false,
        since: ago(60),
        why: 'not-taken',
        message: null,
        pullRequest: null,
        issue: null,
      },
    })
    expect(facts.map(it => it.words)).toEqual([
      'self-heal has stopped, as `hpa` keeps writing `spec.replicas` of Deployment `a/b`',
      'Git is ahead: `aaaaaaa` is not synced',
    ])
  })
})
