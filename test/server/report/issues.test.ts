import { describe, expect, test } from 'vitest'
import type { DriftReport } from '../../../src/model/drift.ts'
import { convergedSentence, driftIssue, reopenedSentence } from '../../../src/server/report/drift-issue.ts'
import { syncFailedIssue } from '../../../src/server/report/issues.ts'
import { silenceIssue } from '../../../src/server/report/silence-issue.ts'
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

  test('tells what weighs most first, who deleted what, and that Git is ahead', async () => {
    const secret = change({
      id: '/Secret/guestbook/db',
      origin: 'drift',
      fields: [
        field({ path: '/data/password', before: 'hmac:1', after: 'hmac:2', origin: 'drift', user: 'alice' }),
      ],
      diff: ' data:\n-  password: hmac:1\n+  password: hmac:2',
    })
    const gone = { ...deleted, deletedBy: { user: 'bob@example.com', at: '2026-03-01T17:04:00Z' } }
    const issue = driftIssue(
      drift(
        { drifted: [scaled, gone, secret] },
        {
          severity: { [secret.id]: 'high', [gone.id]: 'none' },
          behind: {
            revision: '88b01de0a1b2c3d4e5f60718293a4b5c6d7e8f90',
            removed: false,
            since: '2026-03-01T15:00:00Z',
            why: 'failed',
            message: 'Deployment `guestbook/frontend` was not healthy after 300 seconds',
            pullRequest: { number: 7, url: 'https://github.example.com/acme/guestbook/pull/7' },
            issue: { number: 8, url: 'https://github.example.com/acme/guestbook/issues/8' },
          },
        },
      ),
      65_000,
    )
    await expect(issue.body).toMatchFileSnapshot('golden/drift-issue-severity.md')
  })

  test('says that Git is ahead where nothing drifted by hand', async () => {
    const issue = driftIssue(
      drift(
        { drifted: [] },
        {
          behind: {
            revision: head,
            removed: true,
            since: '2026-03-01T15:00:00Z',
            why: 'not-taken',
            message: null,
            pullRequest: null,
            issue: null,
          },
        },
      ),
      65_000,
    )
    expect(issue.title).toBe('Drift: guestbook on prod (Git is ahead)')
    await expect(issue.body).toMatchFileSnapshot('golden/drift-issue-behind.md')
  })

  test('counts a storm by kind, shows the first in detail, and counts the rest', async () => {
    const drifted = Array.from({ length: 300 }, (_, at) => {
      const name = `service-${String(at).padStart(3, '0')}`
      if (at % 10 === 9) return { ...deleted, id: `/Service/shop/${name}` }
      return at % 3 === 0
        ? { ...scaled, id: `/ConfigMap/shop/${name}` }
        : { ...scaled, id: `apps/Deployment/shop/${name}` }
    })
    const severity = { '/ConfigMap/shop/service-298': 'high', [drifted[250]!.id]: 'high' } as const
    const { body } = driftIssue(drift({ drifted }, { severity }), 65_000)
    expect(body.length).toBeLessThanOrEqual(65_000)
    expect(body.indexOf(drifted[250]!.id.split('/').at(-1)!)).toBeLessThan(body.indexOf('service-000'))
    await expect(body).toMatchFileSnapshot('golden/drift-issue-storm.md')
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

describe('what is said when it opens again', () => {
  test('names a few changes, and counts the others', () => {
    const news = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    expect(reopenedSentence(news)).toMatch(
      /^It changed since this was closed:\n\n- a\n(- .\n){4}- and 2 more$/,
    )
    expect(reopenedSentence([])).toBe('It drifts again.')
  })
})

describe('the issue of a silent cluster', () => {
  const silence = {
    cluster: 'prod',
    lastSeen: '2026-03-01T17:02:12Z',
    applications: ['guestbook', 'shop'],
    waitingSyncs: 1,
  }

  test('says since when, what it holds, and what to look at', async () => {
    const issue = silenceIssue(silence, 65_000)
    expect(issue.title).toBe('Not heard of: cluster prod (2 applications)')
    await expect(issue.body).toMatchFileSnapshot('golden/silence-issue.md')
  })

  test('fits, whatever the cluster holds', () => {
    const applications = Array.from({ length: 5000 }, (_, at) => `${'application-'.repeat(5)}${at}`)
    for (const limit of [2500, 4000, 65_000]) {
      const { body } = silenceIssue({ ...silence, cluster: 'x`y\n@z', applications }, limit)
      expect(body.length).toBeLessThanOrEqual(limit)
      expect(body).toContain('5000 applications')
    }
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
