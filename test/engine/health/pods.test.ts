import { describe, expect, test } from 'vitest'
import { healthOf, podTrouble } from '../../../src/engine/health.ts'
import type { HealthStatus } from '../../../src/model/sync.ts'
import { condition, live } from './live.ts'

const pod = (status: object, spec: object = {}, annotations: Record<string, string> = {}) =>
  live('v1 Pod', { spec, status, annotations })

const waiting = (reason: string, message = '') => ({ waiting: { reason, message } })
const terminated = (exitCode: number, reason: string, more: object = {}) => ({
  terminated: { exitCode, reason, ...more },
})
const ready = { phase: 'Running', conditions: [condition('Ready', 'True')] }
const runsOnce = { restartPolicy: 'Never' }

describe('a pod', () => {
  test.each<[string, object, HealthStatus, string]>([
    ['not yet seen', pod({}), 'progressing', 'the pod is starting'],
    ['pending', pod({ phase: 'Pending' }), 'progressing', 'the pod is starting'],
    ['pending, with words', pod({ phase: 'Pending', message: 'pulling' }), 'progressing', 'pulling'],
    [
      'held back by a gate',
      pod({
        phase: 'Pending',
        conditions: [condition('PodScheduled', 'False', 'SchedulingGated', 'is gated')],
      }),
      'progressing',
      'is gated',
    ],
    [
      'no node fits',
      pod({
        phase: 'Pending',
        conditions: [condition('PodScheduled', 'False', 'Unschedulable', '0/3 nodes')],
      }),
      'degraded',
      'Unschedulable: 0/3 nodes',
    ],
    ['ready', pod(ready), 'healthy', ''],
    ['running', pod({ phase: 'Running' }), 'progressing', 'the pod is not ready yet'],
    [
      'running, and not ready',
      pod({ phase: 'Running', conditions: [condition('Ready', 'False', 'ContainersNotReady')] }),
      'progressing',
      'ContainersNotReady',
    ],
    ['running once, ready meanwhile', pod(ready, runsOnce), 'progressing', 'the pod is running to its end'],
    [
      'run until it succeeds',
      pod(ready, { restartPolicy: 'OnFailure' }),
      'progressing',
      'the pod is running to its end',
    ],
    [
      'never restarted, but meant to stay',
      pod(ready, runsOnce, { 'argocd.argoproj.io/ignore-restart-policy': '' }),
      'healthy',
      '',
    ],
    ['done', pod({ phase: 'Succeeded' }, runsOnce), 'healthy', ''],
    ['failed', pod({ phase: 'Failed' }, runsOnce), 'degraded', 'Failed: pod it failed'],
    [
      'evicted',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }),
      'degraded',
      'Evicted: low on memory',
    ],
    [
      'failed by a container',
      pod({
        phase: 'Failed',
        containerStatuses: [
          { name: 'log', state: terminated(0, 'Completed') },
          { name: 'web', state: terminated(3, 'Error', { message: 'no database\n' }) },
        ],
      }),
      'degraded',
      'Failed: container web ended with exit code 3 (Error): no database',
    ],
    ['lost with its node', pod({ phase: 'Unknown' }), 'unknown', 'its node does not answer'],
    ['lost, with words', pod({ phase: 'Unknown', message: 'node gone' }), 'unknown', 'node gone'],
  ])('that is %s', (_, object, status, message) => {
    expect(healthOf(object as never)).toEqual({ status, message })
  })
})

describe('the trouble of a pod', () => {
  test.each<[string, object, string, string]>([
    ...['ImagePullBackOff', 'ErrImagePull', 'ErrImageNeverPull', 'InvalidImageName', 'ImageInspectError'].map(
      reason =>
        [
          reason,
          pod({ containerStatuses: [{ name: 'web', state: waiting(reason, 'no such image') }] }),
          reason,
          'container web: no such image',
        ] as [string, object, string, string],
    ),
    [
      'a container without its settings',
      pod({ containerStatuses: [{ name: 'web', state: waiting('CreateContainerConfigError') }] }),
      'CreateContainerConfigError',
      'container web: it cannot start',
    ],
    [
      'a crash loop',
      pod({
        containerStatuses: [
          {
            name: 'web',
            state: waiting('CrashLoopBackOff', 'back-off 10s'),
            lastState: terminated(1, 'Error', { message: 'bad flag' }),
          },
        ],
      }),
      'CrashLoopBackOff',
      'container web: back-off 10s; it ended with exit code 1 (Error): bad flag',
    ],
    [
      'a crash by a signal',
      pod({
        containerStatuses: [
          {
            name: 'web',
            state: waiting('CrashLoopBackOff', 'back-off'),
            lastState: terminated(139, 'Error'),
          },
        ],
      }),
      'CrashLoopBackOff',
      'container web: back-off; it ended with exit code 139 (SIGSEGV, Error)',
    ],
    [
      'too little memory, again and again',
      pod({
        containerStatuses: [
          {
            name: 'web',
            state: waiting('CrashLoopBackOff', 'back-off'),
            lastState: terminated(137, 'OOMKilled'),
          },
        ],
      }),
      'OOMKilled',
      'container web: back-off; it ended with exit code 137 (SIGKILL, OOMKilled)',
    ],
    [
      'too little memory',
      pod({ containerStatuses: [{ name: 'web', state: terminated(137, 'OOMKilled') }] }),
      'OOMKilled',
      'container web ended with exit code 137 (SIGKILL, OOMKilled)',
    ],
    [
      'a signal that the runtime names, and an exit code that it does not know',
      pod({
        containerStatuses: [
          { name: 'web', state: waiting('CrashLoopBackOff', 'x'), lastState: { terminated: { signal: 15 } } },
        ],
      }),
      'CrashLoopBackOff',
      'container web: x; it ended with an unknown exit code (SIGTERM)',
    ],
    [
      'an init container that crashes',
      pod({
        initContainerStatuses: [
          {
            name: 'migrate',
            state: waiting('CrashLoopBackOff', 'back-off'),
            lastState: terminated(2, 'Error'),
          },
        ],
        containerStatuses: [{ name: 'web', state: waiting('PodInitializing') }],
      }),
      'CrashLoopBackOff',
      'init container migrate: back-off; it ended with exit code 2 (Error)',
    ],
    [
      'a sidecar that crashes',
      pod(
        { initContainerStatuses: [{ name: 'proxy', state: waiting('CrashLoopBackOff', 'back-off') }] },
        { initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] },
      ),
      'CrashLoopBackOff',
      'sidecar proxy: back-off',
    ],
  ])('is %s', (_, object, reason, message) => {
    expect(podTrouble(object as never)).toEqual({ reason, message })
  })

  test.each<[string, object]>([
    ['it is starting', pod({ containerStatuses: [{ name: 'web', state: waiting('ContainerCreating') }] })],
    ['it runs', pod({ ...ready, containerStatuses: [{ name: 'web', state: { running: {} } }] })],
    [
      'it is on its way out',
      {
        ...pod({ phase: 'Failed' }),
        metadata: { name: 'it', deletionTimestamp: '2026-01-01T00:00:00Z' },
      },
    ],
  ])('is none when %s', (_, object) => {
    expect(podTrouble(object as never)).toBeNull()
  })

  test('makes what runs the pod degraded, but not what is healthy without it', () => {
    const crashing = pod({ containerStatuses: [{ name: 'web', state: waiting('ErrImagePull', 'no') }] })
    const starting = live('apps/v1 Deployment', { generation: 1, status: { observedGeneration: 1 } })
    expect(healthOf(starting, { pods: [crashing] })).toEqual({
      status: 'degraded',
      message: 'ErrImagePull: container web: no',
    })
    expect(healthOf(live('v1 ConfigMap'), { pods: [crashing] }).status).toBe('healthy')
  })

  test('of the newest pod is told', () => {
    const at = (created: string, message: string) => ({
      ...pod({ containerStatuses: [{ name: 'web', state: waiting('ErrImagePull', message) }] }),
      metadata: { name: message, creationTimestamp: created },
    })
    const starting = live('apps/v1 Deployment', { generation: 1, status: { observedGeneration: 1 } })
    const pods = [at('2026-01-01T00:00:00Z', 'old'), at('2026-01-02T00:00:00Z', 'new')]
    expect(healthOf(starting, { pods }).message).toContain('new')
  })
})
