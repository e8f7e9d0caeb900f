import { describe, expect, test } from 'vitest'
import type { DriftReport } from '../../../src/model/drift.ts'
import { convergedSentence, driftIssue } from '../../../src/server/report/drift-issue.ts'
import { syncFailedIssue } from '../../../src/server/report/issues.ts'
import type { DriftView } from '../../../src/server/report/view.ts'
import { change, field, head, syncResult } from './views.ts'

const scaled = change({
  id: 'apps/Deployment/guestbook/redis-follower',
  origin: 'drift',
  fields: [
    field({
      before: 5,
      after: 3,
      origin: 'drift',
      manager: 'kubectl-scale',
      managedAt: '2026-03-01T17:02:11Z',
    }),
  ],
  diff: ' spec:\n-  replicas: 5\n+  replicas: 3\n   selector:',
})

const deleted = change({
  action: 'create',
  origin: 'drift',
  fields: [],
  diff: '+apiVersion: apps/v1\n+kind: Deployment',
})

const drift = (report: Partial<DriftReport> = {}, it: Partial<DriftView> = {}): DriftView => ({
  report: {
    application: 'guestbook',
    cluster: 'prod',
    namespace: 'guestbook',
    revision: head,
    drifted: [scaled, deleted],
    healed: [],
    fight: null,
    observedAt: '2026-03-01T17:05:00Z',
    ...report,
  },
  since: '2026-03-01T17:02:12Z',
  selfHeal: false,
  filesUrl: `https://github.example.com/acme/guestbook/blob/${head}`,
  pageUrl: null,
  severity: {},
  behind: null,
  ...it,
})

describe('the drift issue', () => {
  test('says what, who, when and what to do', async () => {
    const issue = driftIssue(drift(), 65_000)
    expect(issue.title).toBe('Drift: guestbook on prod (2 objects)')
    expect(issue.labels).toEqual(['plumbline', 'drift'])
    await expect(issue.body).toMatchFileSnapshot('golden/drift-issue.md')
  })

  test('names the manager that self-heal fights with, and what was healed', async () => {
    const issue = driftIssue(
      drift(
        {
          drifted: [scaled],
          healed: [{ id: scaled.id, at: '2026-03-01T17:04:00Z', change: scaled }],
          fight: { id: scaled.id, manager: 'hpa', path: '/spec/replicas' },
        },
        { selfHeal: true },
      ),
      65_000,
    )
    await expect(issue.body).toMatchFileSnapshot('golden/drift-issue-fight.md')
  })

  test('fits, whatever drifted', () => {
    const drifted = Array.from({ length: 300 }, (_, index) => ({
      ...scaled,
      id: `apps/Deployment/x/d-${index}`,
    }))
    const { body } = driftIssue(drift({ drifted }), 10_000)
    expect(body.length).toBeLessThanOrEqual(10_000)
    expect(body).toContain('/plumbline revert')
  })

  test('is closed with a sentence', () => {
    expect(convergedSentence({ application: 'guestbook', cluster: 'dev' }, '2026-03-01T18:00:00Z')).toBe(
      '**guestbook** on **dev** is again what Git says, since 2026-03-01 18:00:00 UTC.',
    )
  })
})

describe('the issue of a failed sync', () => {
  test("gives the pod's own reason and where it came from", async () => {
    const issue = syncFailedIssue(
      {
        result: syncResult({
          cluster: 'prod',
          outcome: 'rolled-back',
          rolledBack: ['apps/Deployment/guestbook/frontend'],
          error: {
            code: 'unhealthy',
            message: 'Deployment guestbook/frontend was not healthy after 300 seconds',
          },
          health: [
            {
              id: 'apps/Deployment/guestbook/frontend',
              status: 'degraded',
              message:
                'ImagePullBackOff: Back-off pulling image "registry.example.com/guestbook/frontend:v9"',
            },
          ],
          events: ['Failed: Error: ImagePullBackOff'],
          logs: [
            {
              pod: '/Pod/guestbook/frontend-6c',
              container: 'container frontend',
              lines: ['listening', 'panic: no such table'],
            },
          ],
        }),
        pullRequest: {
          number: 7,
          title: 'Scale the frontend @everyone',
          url: 'https://github.example.com/acme/guestbook/pull/7',
        },
        filesUrl: null,
        pageUrl: null,
      },
      65_000,
    )
    expect(issue.title).toBe('Sync failed: guestbook on prod at 3f2a9c1')
    expect(issue.labels).toEqual(['plumbline', 'sync-failed'])
    await expect(issue.body).toMatchFileSnapshot('golden/sync-failed-issue.md')
  })
})
