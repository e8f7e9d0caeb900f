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

const says = (...conditions: readonly object[]) => ({ status: { conditions } })

holds('v1 PersistentVolumeClaim', [
  ['is new', {}, 'progressing', 'waiting for a PersistentVolume'],
  ['waits for its first consumer', { status: { phase: 'Pending' } }, 'healthy', ''],
  [
    'gets its volume',
    {
      annotations: { 'volume.kubernetes.io/storage-provisioner': 'ebs.csi.aws.com' },
      status: { phase: 'Pending' },
    },
    'progressing',
    'waiting for ebs.csi.aws.com to make its PersistentVolume',
  ],
  [
    'gets its volume, from an old cluster',
    {
      annotations: { 'volume.beta.kubernetes.io/storage-provisioner': 'nfs' },
      status: { phase: 'Pending' },
    },
    'progressing',
    'waiting for nfs to make its PersistentVolume',
  ],
  ['is bound', { status: { phase: 'Bound' } }, 'healthy', ''],
  [
    'is bound, and grows',
    { status: { phase: 'Bound', conditions: [condition('Resizing', 'True')] } },
    'healthy',
    '',
  ],
  [
    'can never grow so far',
    {
      spec: { resources: { requests: { storage: '9Ti' } } },
      status: { phase: 'Bound', allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' } },
    },
    'degraded',
    'its PersistentVolume cannot be resized to 9Ti',
  ],
  ['is lost', { status: { phase: 'Lost' } }, 'degraded', 'its PersistentVolume is lost'],
])

holds('v1 Service', [
  ['of a cluster address', { spec: { type: 'ClusterIP' } }, 'healthy', ''],
  [
    'of a load balancer that is made',
    { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } },
    'progressing',
    'waiting for an address of its load balancer',
  ],
  [
    'of a load balancer',
    { spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } },
    'healthy',
    '',
  ],
])

holds('networking.k8s.io/v1 Ingress', [['that nobody serves yet', { spec: {} }, 'healthy', '']])
holds('v1 Namespace', [
  ['that is there', { status: { phase: 'Active' } }, 'healthy', ''],
  ['that ends', { deletionTimestamp: '2026-01-01T00:00:00Z' }, 'progressing', 'is being deleted'],
])

const able = condition('AbleToScale', 'True', 'SucceededGetScale')

holds('autoscaling/v2 HorizontalPodAutoscaler', [
  ['is new', {}, 'progressing', 'waiting for its controller to look at what it scales'],
  ['scales', says(able, condition('ScalingActive', 'True')), 'healthy', ''],
  ['has only looked', says(able), 'healthy', ''],
  ['is at its limit', says(able, condition('ScalingLimited', 'True', 'TooManyReplicas')), 'healthy', ''],
  [
    'has nothing to do, for its target has no replicas',
    says(able, condition('ScalingActive', 'False', 'ScalingDisabled')),
    'healthy',
    '',
  ],
  ...['FailedGetResourceMetric', 'FailedGetExternalMetric', 'FailedGetPodsMetric'].map(
    (reason): Row => [
      `is without metrics: ${reason}`,
      says(
        able,
        condition('ScalingActive', 'False', reason, 'the server could not find the requested resource'),
      ),
      'unknown',
      'it has no metrics to scale by: the server could not find the requested resource',
    ],
  ),
  [
    'has a wrong selector',
    says(able, condition('ScalingActive', 'False', 'InvalidSelector', 'cannot parse')),
    'degraded',
    'cannot parse',
  ],
  [
    'shares its pods with another',
    says(able, condition('ScalingActive', 'False', 'AmbiguousSelector', 'two of them')),
    'degraded',
    'two of them',
  ],
  [
    'has nothing to scale',
    says(condition('AbleToScale', 'False', 'FailedGetScale', 'deployments "web" not found')),
    'degraded',
    'deployments "web" not found',
  ],
  ['was changed', { generation: 2, status: { observedGeneration: 1 } }, 'progressing', unseen],
])

holds('autoscaling/v1 HorizontalPodAutoscaler', [
  [
    'has its conditions in an annotation',
    { annotations: { 'autoscaling.alpha.kubernetes.io/conditions': JSON.stringify([able]) } },
    'healthy',
    '',
  ],
  ...['not JSON', '{}'].map(
    (text): Row => [
      `has an annotation that says nothing: ${text}`,
      { annotations: { 'autoscaling.alpha.kubernetes.io/conditions': text } },
      'progressing',
      'waiting for its controller to look at what it scales',
    ],
  ),
])

holds('policy/v1 PodDisruptionBudget', [
  ['is new', { generation: 1 }, 'healthy', ''],
  ['was changed', { generation: 2, status: { observedGeneration: 1 } }, 'progressing', unseen],
  ['allows no disruption', says(condition('DisruptionAllowed', 'False', 'InsufficientPods')), 'healthy', ''],
  [
    'cannot be worked out',
    says(condition('DisruptionAllowed', 'False', 'SyncFailed', 'found no controllers')),
    'degraded',
    'found no controllers',
  ],
])

holds('apiextensions.k8s.io/v1 CustomResourceDefinition', [
  ['is new', {}, 'progressing', 'waiting to be established'],
  [
    'is being installed',
    says(condition('Established', 'False', 'Installing')),
    'progressing',
    'waiting to be established',
  ],
  [
    'is established',
    says(condition('NamesAccepted', 'True'), condition('Established', 'True')),
    'healthy',
    '',
  ],
  [
    'has names that are taken',
    says(condition('NamesAccepted', 'False', 'PluralConflict', 'widgets is taken')),
    'degraded',
    'widgets is taken',
  ],
  [
    'cannot be established',
    says(condition('Established', 'False', 'NotAccepted')),
    'degraded',
    'NotAccepted',
  ],
  [
    'has a schema without structure',
    says(condition('Established', 'True'), condition('NonStructuralSchema', 'True', 'Violations', 'no type')),
    'degraded',
    'no type',
  ],
])

holds('apiregistration.k8s.io/v1 APIService', [
  ['is new', {}, 'progressing', 'waiting to become available'],
  ['is available', says(condition('Available', 'True')), 'healthy', ''],
  [
    'is not',
    says(condition('Available', 'False', 'MissingEndpoints', 'no endpoints')),
    'progressing',
    'no endpoints',
  ],
])

holds('argoproj.io/v1alpha1 Rollout', [
  ['is new', { generation: 1 }, 'progressing', 'the rollout is on its way'],
  [
    'was changed',
    { generation: 3, status: { observedGeneration: '2', phase: 'Healthy' } },
    'progressing',
    unseen,
  ],
  ['is done', { generation: 3, status: { observedGeneration: '3', phase: 'Healthy' } }, 'healthy', ''],
  [
    'is done, in an old version',
    { generation: 3, status: { observedGeneration: '6bc9fd9', phase: 'Healthy' } },
    'healthy',
    '',
  ],
  ['moves', { status: { phase: 'Progressing', message: 'more replicas' } }, 'progressing', 'more replicas'],
  [
    'waits for a person',
    { status: { phase: 'Paused', message: 'CanaryPauseStep' } },
    'suspended',
    'CanaryPauseStep',
  ],
  ['waits', { status: { phase: 'Paused' } }, 'suspended', 'the rollout is paused'],
  [
    'has failed',
    { status: { phase: 'Degraded', message: 'analysis failed' } },
    'degraded',
    'analysis failed',
  ],
  ['has failed, without words', { status: { phase: 'Degraded' } }, 'degraded', 'the rollout has failed'],
  [
    'is wrong',
    says(condition('InvalidSpec', 'True', 'InvalidSpec', 'no selector')),
    'degraded',
    'no selector',
  ],
])

holds('argoproj.io/v1alpha1 Workflow', [
  ['is new', {}, 'progressing', 'the workflow has not ended yet'],
  ['runs', { status: { phase: 'Running', message: 'step 2' } }, 'progressing', 'step 2'],
  [
    'is suspended',
    { spec: { suspend: true }, status: { phase: 'Running' } },
    'suspended',
    'the workflow is suspended',
  ],
  ['is done', { status: { phase: 'Succeeded' } }, 'healthy', ''],
  ['has failed', { status: { phase: 'Failed' } }, 'degraded', 'the workflow has failed'],
  [
    'met an error',
    { status: { phase: 'Error', message: 'no such template' } },
    'degraded',
    'no such template',
  ],
])

const ready = condition('Ready', 'True')

holds('example.com/v1 Widget', [
  ['says nothing', {}, 'healthy', ''],
  [
    'was changed',
    { generation: 2, status: { observedGeneration: 1, conditions: [ready] } },
    'progressing',
    unseen,
  ],
  ['is ready', says(ready), 'healthy', ''],
  ['is not ready', says(condition('Ready', 'False', 'Wait', 'not yet')), 'progressing', 'not yet'],
  ['does not know', says(condition('Ready', 'Unknown', '', '')), 'progressing', 'Ready is Unknown'],
  ['says not what of Ready', says({ type: 'Ready' }), 'progressing', 'Ready is Unknown'],
  [
    'was ready before it was changed',
    { generation: 3, ...says({ ...ready, observedGeneration: 2 }) },
    'progressing',
    unseen,
  ],
  [
    'is ready since it was changed',
    { generation: 3, ...says({ ...ready, observedGeneration: 3 }) },
    'healthy',
    '',
  ],
  ['is reconciled', says(condition('Reconciling', 'True', '', 'building'), ready), 'progressing', 'building'],
  ['was reconciled', says(condition('Reconciling', 'False'), ready), 'healthy', ''],
  ...['Stalled', 'Failed', 'Degraded'].map(
    (type): Row => [
      `is ${type}`,
      says(condition(type, 'True', 'Why', 'it broke'), condition('Reconciling', 'True')),
      'degraded',
      'it broke',
    ],
  ),
  [
    'stalled before it was changed',
    { generation: 2, ...says({ ...condition('Stalled', 'True', '', 'broke'), observedGeneration: 1 }) },
    'healthy',
    '',
  ],
  ...['Available', 'Healthy', 'Established', 'Programmed', 'Synced'].map(
    (type): Row => [`is not ${type}`, says(condition(type, 'False', 'Not')), 'progressing', 'Not'],
  ),
  ['is both ready and not available', says(condition('Available', 'False'), ready), 'healthy', ''],
  ['has a status of another shape', { status: { conditions: 'none' } }, 'healthy', ''],
])

holds('cert-manager.io/v1 Certificate', [
  ['nobody has looked at', {}, 'progressing', 'waiting for it to say Ready'],
  [
    'is being issued',
    says(condition('Issuing', 'True'), condition('Ready', 'False', '', 'issuing')),
    'progressing',
    'issuing',
  ],
  ['is issued', says(ready), 'healthy', ''],
])

holds('kustomize.toolkit.fluxcd.io/v1 Kustomization', [
  ['nobody has looked at', {}, 'progressing', 'waiting for it to say Ready'],
  ['is suspended', { spec: { suspend: true } }, 'suspended', 'its reconciliation is suspended'],
  ['is ready', { generation: 1, status: { observedGeneration: 1, conditions: [ready] } }, 'healthy', ''],
])

holds('serving.knative.dev/v1 Service', [
  ['nobody has looked at', {}, 'progressing', 'waiting for it to say Ready'],
  ['is not ready', says(condition('Ready', 'Unknown', 'RevisionMissing')), 'progressing', 'RevisionMissing'],
])

describe('an object whose names are those of JavaScript', () => {
  test.each(['constructor', '__proto__', 'toString'])('has no rule of its own: %s', kind => {
    expect(healthOf(live(`v1 ${kind}`)).status).toBe('healthy')
    expect(healthOf(live(`${kind}/v1 Certificate`)).status).toBe('healthy')
  })
})
