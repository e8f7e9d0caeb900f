import { describe, expect, test } from 'vitest'
import { leftUntilConfirmed } from '../../../src/model/sync.ts'
import { resultComment, resultHeadline } from '../../../src/server/report/result.ts'
import type { ResultView, SyncView } from '../../../src/server/report/view.ts'
import { change, field, head, plan, syncResult } from './views.ts'

const finished = (result: ReturnType<typeof syncResult>, issue: SyncView['issue'] = null): SyncView => ({
  application: result.application,
  cluster: result.cluster,
  status: { kind: 'finished', result },
  issue,
})

const result = (syncs: readonly SyncView[]): ResultView => ({
  revision: head,
  baseRef: 'main',
  syncs,
  planUrl: 'https://plumbline.example.com/plans/0b7Zk2Yq',
  revert: null,
})

const rolledBack = syncResult({
  cluster: 'prod',
  outcome: 'rolled-back',
  rolledBack: ['apps/Deployment/guestbook/frontend', '/ConfigMap/guestbook/settings'],
  plan: plan({ changes: [change(), change({ id: '/ConfigMap/guestbook/settings', action: 'create' })] }),
  error: {
    code: 'not-healthy',
    message:
      'Deployment guestbook/frontend did not become healthy: ImagePullBackOff: Back-off pulling image "registry.example.com/guestbook/frontend:v9"',
  },
  health: [
    {
      id: 'apps/Deployment/guestbook/frontend',
      status: 'degraded',
      message: 'ImagePullBackOff: Back-off pulling image "registry.example.com/guestbook/frontend:v9"',
    },
    { id: '/Service/guestbook/frontend', status: 'healthy', message: '' },
  ],
  events: [
    'Failed: Failed to pull image "registry.example.com/guestbook/frontend:v9": not found',
    'Scheduled: Successfully assigned guestbook/frontend-6c to node-1',
  ],
  logs: [
    {
      pod: '/Pod/guestbook/frontend-6c',
      container: 'init container migrate',
      lines: ['connecting to db.guestbook', 'fatal: password (redacted) was refused'],
    },
  ],
  finishedAt: '2026-03-02T09:55:03Z',
})

const driftUndone = plan({
  changes: [change({ origin: 'drift', fields: [field({ origin: 'drift', before: 5, after: 3 })] })],
})

const situations: Readonly<Record<string, ResultView>> = {
  'result-synced': result([
    finished(syncResult({ pruned: ['/ConfigMap/guestbook/old'] })),
    finished(syncResult({ cluster: 'prod', plan: driftUndone })),
  ]),
  'result-rolled-back': result([
    finished(syncResult()),
    finished(rolledBack, { number: 12, url: 'https://github.example.com/acme/guestbook/issues/12' }),
  ]),
  'result-left-behind': result([
    finished(
      syncResult({
        hooks: [
          { id: 'batch/Job/guestbook/migrate', phase: 'PreSync', outcome: 'succeeded', message: '' },
          { id: 'batch/Job/guestbook/smoke', phase: 'PostSync', outcome: 'succeeded', message: '' },
        ],
        health: [
          { id: 'apps/Deployment/guestbook/frontend', status: 'healthy', message: '' },
          {
            id: '/PersistentVolumeClaim/guestbook/data',
            status: 'suspended',
            message: `${leftUntilConfirmed}: it has the sync option Prune=confirm`,
          },
          {
            id: '/Namespace//sandbox',
            status: 'progressing',
            message: 'is still being deleted: finalizer example.com/lock',
          },
        ],
      }),
    ),
  ]),
  'result-hook-failed': {
    ...result([
      finished(
        syncResult({
          outcome: 'rolled-back',
          error: { code: 'hook-failed', message: 'the hook Job guestbook/migrate at PreSync failed' },
          hooks: [
            {
              id: 'batch/Job/guestbook/migrate',
              phase: 'PreSync',
              outcome: 'failed',
              message: 'BackoffLimitExceeded: Job has reached the specified backoff limit',
            },
          ],
          health: [],
        }),
      ),
    ]),
    revert: { kind: 'proposed', number: 13, url: 'https://github.example.com/acme/guestbook/pull/13' },
  },
  'result-underway': result([
    finished(syncResult({ applied: [] })),
    { application: 'guestbook', cluster: 'test', status: { kind: 'running' }, issue: null },
    { application: 'guestbook', cluster: 'prod', status: { kind: 'waiting', for: 'command' }, issue: null },
    { application: 'guestbook', cluster: 'edge', status: { kind: 'offline', lastSeen: null }, issue: null },
  ]),
  'result-in-between': result([
    finished(
      syncResult({
        outcome: 'failed',
        error: { code: 'rollback-failed', message: 'the API server refused to put `Deployment x` back' },
        health: [],
      }),
    ),
  ]),
}

describe('the comment after the merge', () => {
  test.each(Object.keys(situations))('reads well: %s', async situation => {
    await expect(resultComment(situations[situation]!, 65_000)).toMatchFileSnapshot(`golden/${situation}.md`)
  })

  test.each([
    { outcome: 'synced' as const, headline: 'synced on dev' },
    { outcome: 'rolled-back' as const, headline: 'rolled back on dev' },
    { outcome: 'failed' as const, headline: 'sync failed on dev' },
    { outcome: 'refused' as const, headline: 'refused on dev' },
    { outcome: 'waiting' as const, headline: 'waiting on dev' },
  ])('$outcome is headed "$headline"', ({ outcome, headline }) => {
    expect(resultHeadline(result([finished(syncResult({ outcome }))]))).toBe(headline)
  })

  test('bad news comes first', () => {
    const view = result([finished(syncResult()), finished(rolledBack)])
    expect(resultHeadline(view)).toBe('rolled back on prod, synced on dev')
  })

  test('many failures fit', () => {
    const syncs = Array.from({ length: 200 }, (_, index) => finished({ ...rolledBack, cluster: `c${index}` }))
    const comment = resultComment(result(syncs), 8000)
    expect(comment.length).toBeLessThanOrEqual(8000)
    expect(comment).toContain('more reports did not fit here')
  })
})
