import { describe, expect, test } from 'vitest'
import { mayFail, troublesOf } from '../../../src/agent/sync/observed-health.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { check, condition, live } from '../../engine/health/live.ts'

const pod = (status: object) => live('v1 Pod', { status })
const waits = (reason: string, restartCount = 0) =>
  pod({ containerStatuses: [{ name: 'web', restartCount, state: { waiting: { reason, message: 'no' } } }] })
const unschedulable = pod({
  phase: 'Pending',
  conditions: [condition('PodScheduled', 'False', 'Unschedulable', '0/3 nodes')],
})
const starting = live('apps/v1 Deployment', { generation: 1, status: { observedGeneration: 1 } })

const told = (object: KubernetesObject | null, pods: readonly KubernetesObject[] = []) =>
  troublesOf({ id: 'it', observed: { object, pods } }).map(it => [it.kind, it.restarts, it.message])

describe('the troubles of', () => {
  test.each<[string, KubernetesObject | null, readonly KubernetesObject[], readonly unknown[]]>([
    ['what is healthy: none', live('v1 ConfigMap'), [], []],
    ['what is on its way: none', starting, [pod({ phase: 'Pending' })], []],
    ['what is gone', null, [], [['degraded', 0, 'it was deleted while the sync waited for it']]],
    [
      'a workload whose image cannot be had',
      starting,
      [waits('ImagePullBackOff')],
      [['stuck', 0, 'Pod shop/it: ImagePullBackOff: container web: no']],
    ],
    [
      'a workload that crashes',
      starting,
      [waits('CrashLoopBackOff', 2)],
      [['crash', 2, 'Pod shop/it: CrashLoopBackOff: container web: no']],
    ],
    ['a workload that no node fits: none, for one may be added', starting, [unschedulable], []],
    [
      'a pod by itself that crashes: as those of workloads',
      waits('CrashLoopBackOff', 1),
      [],
      [['crash', 1, 'Pod shop/it: CrashLoopBackOff: container web: no']],
    ],
    ['a pod by itself that no node fits: none', unschedulable, [], []],
    ['a pod by itself that failed', pod({ phase: 'Failed' }), [], [['degraded', 0, 'Failed: pod it failed']]],
    [
      'what says itself that it has failed',
      live('example.com/v1 Widget', { status: { conditions: [condition('Stalled', 'True', '', 'broke')] } }),
      [],
      [['degraded', 0, 'broke']],
    ],
  ])('%s', (_, object, pods, expected) => {
    expect(told(object, pods)).toEqual(expected)
  })
})

describe('health may change by itself', () => {
  test.each<[string, KubernetesObject, boolean]>([
    ['without a status', live('v1 ConfigMap'), false],
    ['of a Namespace', live('v1 Namespace', { status: { phase: 'Active' } }), false],
    ['of a Service', live('v1 Service', { status: { loadBalancer: {} } }), false],
    ['of a workload', starting, true],
    ['of anything with conditions', live('v1 Widget', { status: { conditions: [] } }), true],
  ])('%s: %s', (_, object, expected) => {
    expect(mayFail(object)).toBe(expected)
  })

  test('where a rule reads it', () => {
    expect(mayFail(live('example.com/v1 Widget'), [check({ current: 'true' })])).toBe(true)
  })
})
