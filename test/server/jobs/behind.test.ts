import { describe, expect, test } from 'vitest'
import { behindDeservesIssue, behindOf } from '../../../src/server/jobs/behind.ts'
import { isSilent } from '../../../src/server/jobs/silence.ts'
import type { ClusterRecord } from '../../../src/server/store/records/clusters.ts'
import type { CommandRecord } from '../../../src/server/store/records/commands.ts'
import type { SyncRecord } from '../../../src/server/store/records/syncs.ts'
import { anApplication, aSyncResult, revision } from '../builders/application.ts'

const now = new Date('2026-03-01T12:00:00Z')
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString()

const sync = (it: Partial<SyncRecord>): SyncRecord => ({
  id: 1,
  repository: 'r',
  application: anApplication(),
  branch: 'main',
  revision: revision('a'),
  removed: false,
  reviewedDigest: null,
  requireReviewed: false,
  approvalsWanted: 0,
  awaitsApproval: false,
  pullRequest: null,
  status: 'pending',
  commandId: 'c',
  result: null,
  issue: null,
  createdAt: ago(300),
  startedAt: ago(300),
  ...it,
})

const ended = (outcome: 'synced' | 'failed' | 'rolled-back' | 'refused' | 'waiting', minutes = 90) =>
  sync({ status: 'finished', result: aSyncResult({ outcome, finishedAt: ago(minutes) }) })

describe('a commit', () => {
  const isTold = true
  test.each<
    [string, { sync: SyncRecord | null; sent?: boolean; hasAgent?: boolean; isTold?: boolean }, string | null]
  >([
    ['that was synced', { sync: ended('synced') }, null],
    ['without any sync', { sync: null }, null],
    ['whose sync waits for a person', { sync: sync({ status: 'waiting', commandId: null }) }, null],
    ['whose sync waits for its window', { sync: sync({ commandId: null }) }, null],
    ['whose plan changed, which a person has to see', { sync: ended('waiting') }, null],
    ['that no agent takes for an hour', { sync: sync({}) }, 'not-taken'],
    ['that no agent could take', { sync: sync({}), hasAgent: false }, 'no-agent'],
    ['whose sync does not end', { sync: sync({}), sent: true }, 'unfinished'],
    ['whose sync began now, at last', { sync: sync({ startedAt: ago(5) }) }, null],
    ['whose sync failed long ago', { sync: ended('failed') }, 'failed'],
    ['that was rolled back long ago', { sync: ended('rolled-back') }, 'failed'],
    ['whose sync failed just now', { sync: ended('failed', 5) }, null],
    [
      'that came when an issue says so of one before',
      { sync: sync({ startedAt: ago(1) }), isTold },
      'not-taken',
    ],
    [
      'that waits for its window when an issue says so of one before',
      { sync: sync({ commandId: null }), isTold },
      'not-taken',
    ],
    ['that arrived, though an issue says not', { sync: ended('synced'), isTold }, null],
  ])('%s', (_, it, why) => {
    const behind = behindOf(
      {
        sync: it.sync,
        command: it.sent ? ({ state: 'sent' } as CommandRecord) : null,
        pullRequest: null,
        hasAgent: it.hasAgent ?? true,
        policy: { behindAfterSeconds: 3600 },
        isTold: it.isTold ?? false,
      },
      now,
    )
    expect(behind?.why ?? null).toBe(why)
  })

  test.each([
    { why: 'failed', issue: { number: 1, url: 'x' }, silent: false, deserves: false },
    { why: 'failed', issue: null, silent: false, deserves: true },
    { why: 'no-agent', issue: null, silent: true, deserves: false },
    { why: 'not-taken', issue: null, silent: false, deserves: true },
  ] as const)('$why (issue $issue, silent cluster $silent) is a reason for an issue: $deserves', it => {
    const { why, issue, silent, deserves } = it
    const behind = {
      revision: revision('a'),
      removed: false,
      since: ago(90),
      message: null,
      pullRequest: null,
    }
    expect(behindDeservesIssue({ ...behind, why, issue }, silent)).toBe(deserves)
  })
})

describe('a cluster', () => {
  const cluster = (it: Partial<ClusterRecord>): ClusterRecord => ({
    name: 'dev',
    tokenHash: '',
    sessionId: null,
    agentVersion: null,
    kubernetesVersion: null,
    lastSeen: ago(15),
    revoked: false,
    ...it,
  })
  test.each<
    [string, ClusterRecord | null, { startedAt?: string; awaitedSince?: string; isTold?: boolean }, boolean]
  >([
    ['heard of long ago', cluster({}), {}, true],
    ['heard of just now', cluster({ lastSeen: ago(5) }), {}, false],
    ['heard of before the server was away', cluster({}), { startedAt: ago(5) }, false],
    ['that never came and is not awaited', cluster({ lastSeen: null }), {}, false],
    ['that never came and is awaited', cluster({ lastSeen: null }), { awaitedSince: ago(15) }, true],
    ['told of, whatever server starts', cluster({}), { startedAt: ago(5), isTold: true }, true],
    ['told of, that is awaited no more', cluster({ lastSeen: null }), { isTold: true }, false],
    ['told of, whose token was revoked', cluster({ revoked: true }), { isTold: true }, false],
    ['whose token was revoked', cluster({ revoked: true }), {}, false],
    ['that is not registered', null, {}, false],
  ])('%s', (_, record, { startedAt = ago(600), awaitedSince = null, isTold = false }, silent) => {
    const it = { patienceSeconds: 600, now, startedAt: new Date(startedAt), awaitedSince, isTold }
    expect(isSilent(record, it)).toBe(silent)
  })
})
