import { expect, test } from 'vitest'
import { syncText } from '../../src/cli/output/sync-text.ts'
import type { SyncResult } from '../../src/model/sync.ts'

const crashed: SyncResult = {
  application: 'shop',
  cluster: 'dev',
  outcome: 'rolled-back',
  revision: null,
  plan: null,
  applied: [],
  pruned: [],
  rolledBack: ['apps/Deployment/shop/web'],
  health: [
    {
      id: 'apps/Deployment/shop/web',
      status: 'degraded',
      message: 'Pod shop/web-1: CrashLoopBackOff: container web: back-off; it ended with exit code 1 (Error)',
    },
  ],
  events: ['BackOff: Back-off restarting failed container web'],
  logs: [{ pod: '/Pod/shop/web-1', container: 'container web', lines: ['connecting', 'no database'] }],
  error: { code: 'not-healthy', message: 'Deployment shop/web did not become healthy' },
  startedAt: '2026-03-02T09:50:00Z',
  finishedAt: '2026-03-02T09:50:30Z',
}

test('a sync that failed ends with what the container at fault printed last', () => {
  const text = syncText(crashed, (_, it) => it)
  expect(text.split('\n').slice(-5)).toEqual([
    '  BackOff: Back-off restarting failed container web',
    'last lines of container web of Pod shop/web-1:',
    '  connecting',
    '  no database',
    'put back: Deployment shop/web',
  ])
})

test('a sync of an older agent tells of no logs', () => {
  const { logs: _, ...older } = crashed
  expect(syncText(older, (_style, it) => it)).not.toContain('last lines')
})
