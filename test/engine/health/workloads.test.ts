import { describe, expect, test } from 'vitest'
import { healthOf } from '../../../src/engine/health.ts'
import type { HealthStatus } from '../../../src/model/sync.ts'
import { condition, live } from './live.ts'

type Row = readonly [what: string, said: Parameters<typeof live>[1], status: HealthStatus, message: string]

const unseen = 'waiting for its controller to see the new spec'

function holds(kind: string, rows: readonly Row[]): void {
  describe(kind, () => {
    test.each(rows)('%s', (_, said, status, message) => {
      expect(healthOf(live(kind, said))).toEqual({ status, message })
    })
  })
}

const three = { replicas: 3 }
const seen = { observedGeneration: 2 }
const rolledOut = { ...seen, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }

holds('apps/v1 Deployment', [
  ['is new', { generation: 1, spec: three }, 'progressing', unseen],
  ['was changed and not looked at', { generation: 3, spec: three, status: rolledOut }, 'progressing', unseen],
  ['is rolled out', { generation: 2, spec: three, status: rolledOut }, 'healthy', ''],
  ['wants no replicas', { generation: 2, spec: { replicas: 0 }, status: seen }, 'healthy', ''],
  [
    'says not how many it wants, which is one',
    { generation: 2, spec: {}, status: seen },
    'progressing',
    '0 of 1 replica is updated',
  ],
  [
    'is being updated',
    { generation: 2, spec: three, status: { ...rolledOut, updatedReplicas: 1 } },
    'progressing',
    '1 of 3 replicas are updated',
  ],
  [
    'has an old replica left',
    { generation: 2, spec: three, status: { ...rolledOut, replicas: 4 } },
    'progressing',
    '1 old replica is ending',
  ],
  [
    'has old replicas left',
    { generation: 2, spec: three, status: { ...rolledOut, replicas: 5 } },
    'progressing',
    '2 old replicas are ending',
  ],
  [
    'has replicas that are not available',
    { generation: 2, spec: three, status: { ...rolledOut, availableReplicas: 2 } },
    'progressing',
    '2 of 3 replicas are available',
  ],
  [
    'is past its progress deadline',
    {
      generation: 2,
      spec: three,
      status: {
        ...rolledOut,
        updatedReplicas: 1,
        conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'timed out')],
      },
    },
    'degraded',
    'timed out',
  ],
  [
    'cannot make its pods',
    {
      generation: 2,
      spec: three,
      status: {
        ...seen,
        conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota')],
      },
    },
    'degraded',
    'exceeded quota',
  ],
  ['is paused', { generation: 2, spec: { ...three, paused: true } }, 'suspended', 'the rollout is paused'],
  [
    'is being deleted',
    { generation: 2, spec: three, status: rolledOut, deletionTimestamp: '2026-01-01T00:00:00Z' },
    'progressing',
    'is being deleted',
  ],
])

const stateful = {
  ...seen,
  replicas: 3,
  readyReplicas: 3,
  currentReplicas: 3,
  updatedReplicas: 3,
  currentRevision: 'web-1',
  updateRevision: 'web-1',
}
const partition = (from: number) => ({
  ...three,
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: from } },
})

holds('apps/v1 StatefulSet', [
  ['is new', { generation: 1, spec: three }, 'progressing', unseen],
  ['is rolled out', { generation: 2, spec: three, status: stateful }, 'healthy', ''],
  [
    'has replicas that are not ready',
    { generation: 2, spec: three, status: { ...stateful, readyReplicas: 1 } },
    'progressing',
    '1 of 3 replicas are ready',
  ],
  [
    'is being updated',
    { generation: 2, spec: three, status: { ...stateful, updatedReplicas: 2, updateRevision: 'web-2' } },
    'progressing',
    '2 of 3 replicas are updated',
  ],
  [
    'is being scaled down',
    { generation: 2, spec: three, status: { ...stateful, replicas: 5 } },
    'progressing',
    '2 old replicas are ending',
  ],
  [
    'waits above its partition',
    {
      generation: 2,
      spec: partition(2),
      status: { ...stateful, updatedReplicas: 0, updateRevision: 'web-2' },
    },
    'progressing',
    '0 of 1 replica is updated',
  ],
  [
    'is updated above its partition',
    {
      generation: 2,
      spec: partition(2),
      status: { ...stateful, updatedReplicas: 1, updateRevision: 'web-2' },
    },
    'healthy',
    '',
  ],
  [
    'has its partition above all replicas',
    {
      generation: 2,
      spec: partition(9),
      status: { ...stateful, updatedReplicas: 0, updateRevision: 'web-2' },
    },
    'healthy',
    '',
  ],
  [
    'is updated by hand only',
    {
      generation: 2,
      spec: { ...three, updateStrategy: { type: 'OnDelete' } },
      status: { ...stateful, updatedReplicas: 0, updateRevision: 'web-2' },
    },
    'healthy',
    '',
  ],
  [
    'is updated by hand, and not ready',
    {
      generation: 2,
      spec: { ...three, updateStrategy: { type: 'OnDelete' } },
      status: { ...stateful, readyReplicas: 0 },
    },
    'progressing',
    '0 of 3 replicas are ready',
  ],
])

const onNodes = { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }

holds('apps/v1 DaemonSet', [
  ['is new', { generation: 1 }, 'progressing', unseen],
  ['is on every node', { generation: 2, status: onNodes }, 'healthy', ''],
  ['has no node to be on', { generation: 2, status: { ...seen, desiredNumberScheduled: 0 } }, 'healthy', ''],
  [
    'is being updated',
    { generation: 2, status: { ...onNodes, updatedNumberScheduled: 1 } },
    'progressing',
    '1 of 2 replicas are updated',
  ],
  [
    'is not available yet',
    { generation: 2, status: { ...onNodes, numberAvailable: 0 } },
    'progressing',
    '0 of 2 replicas are available',
  ],
  [
    'is updated by hand only',
    {
      generation: 2,
      spec: { updateStrategy: { type: 'OnDelete' } },
      status: { ...onNodes, updatedNumberScheduled: 0 },
    },
    'healthy',
    '',
  ],
])

holds('apps/v1 ReplicaSet', [
  ['is new', { generation: 1, spec: three }, 'progressing', unseen],
  [
    'is available',
    { generation: 2, spec: three, status: { ...seen, replicas: 3, availableReplicas: 3 } },
    'healthy',
    '',
  ],
  [
    'is not available yet',
    { generation: 2, spec: three, status: { ...seen, availableReplicas: 1 } },
    'progressing',
    '1 of 3 replicas are available',
  ],
  [
    'is being scaled down',
    { generation: 2, spec: three, status: { ...seen, replicas: 4, availableReplicas: 4 } },
    'progressing',
    '1 old replica is ending',
  ],
  [
    'cannot make its pods',
    {
      generation: 2,
      spec: three,
      status: { ...seen, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')] },
    },
    'degraded',
    'FailedCreate',
  ],
])

holds('batch/v1 Job', [
  ['is new', { spec: {} }, 'progressing', 'the job has not completed yet'],
  ['runs', { spec: {}, status: { active: 1 } }, 'progressing', 'the job has not completed yet'],
  ['is complete', { status: { conditions: [condition('Complete', 'True')] } }, 'healthy', ''],
  [
    'is complete after it was suspended',
    { status: { conditions: [condition('Suspended', 'False'), condition('Complete', 'True')] } },
    'healthy',
    '',
  ],
  [
    'is as good as complete by its success policy',
    { status: { active: 1, conditions: [condition('SuccessCriteriaMet', 'True', 'SuccessPolicy')] } },
    'progressing',
    'the job has succeeded; its last pods are ending',
  ],
  [
    'has failed',
    { status: { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded', 'backoff limit')] } },
    'degraded',
    'backoff limit',
  ],
  [
    'has failed, while its last pods end',
    { status: { conditions: [condition('FailureTarget', 'True', 'DeadlineExceeded', 'too long')] } },
    'degraded',
    'too long',
  ],
  ['is suspended by its spec', { spec: { suspend: true } }, 'suspended', 'the job is suspended'],
  [
    'is suspended by its condition',
    { spec: {}, status: { conditions: [condition('Suspended', 'True')] } },
    'suspended',
    'the job is suspended',
  ],
])

holds('batch/v1 CronJob', [
  ['exists', { spec: { schedule: '* * * * *' } }, 'healthy', ''],
  [
    'failed the last time',
    {
      spec: {},
      status: { lastScheduleTime: '2026-02-01T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:00Z' },
    },
    'healthy',
    '',
  ],
  ['is suspended', { spec: { suspend: true } }, 'suspended', 'the schedule is suspended'],
])
