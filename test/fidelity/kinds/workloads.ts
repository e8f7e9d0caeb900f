import type { KubernetesObject } from '../../../src/model/object.ts'
import { numberAt } from '../../../src/engine/json.ts'
import { defineKind, type Field } from './kind.ts'
import { podFields } from './pod-fields.ts'

const template = ['spec', 'template'] as const
const podTemplate = (name: string, more: object = {}) => ({
  metadata: { labels: { app: name } },
  spec: {
    containers: [{ name: 'app', image: 'registry.example/app:1.0' }],
    volumes: [{ name: 'data', emptyDir: {} }],
    ...more,
  },
})

const templateFields: Readonly<Record<string, Field>> = {
  'pod label': { at: [...template, 'metadata', 'labels', 'tier'], values: ['front', 'back'] },
  'pod annotation': {
    at: [...template, 'metadata', 'annotations', 'example.com/restarted'],
    values: ['1', '2'],
  },
  'pod creation time': { at: [...template, 'metadata', 'creationTimestamp'], values: [null] },
}

const replicas: Field = { at: ['spec', 'replicas'], values: [1, 2, 0, 3], odd: ['2', -1] }
const wanted = (object: KubernetesObject) => numberAt(object, 'spec', 'replicas') ?? 1
const observed = (object: KubernetesObject) => ({ observedGeneration: object.metadata.generation ?? 1 })

export const deployment = defineKind({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  scope: 'namespaced',
  base: name => ({ spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name) } }),
  fields: {
    replicas,
    ...templateFields,
    ...podFields([...template, 'spec']),
    strategy: {
      at: ['spec', 'strategy'],
      values: [
        {},
        { type: 'Recreate' },
        { rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
        { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%' } },
      ],
      odd: [{ type: 'Recreate', rollingUpdate: { maxSurge: 1 } }],
    },
    history: { at: ['spec', 'revisionHistoryLimit'], values: [3, 10, 0] },
    'ready seconds': { at: ['spec', 'minReadySeconds'], values: [0, 5] },
    paused: { at: ['spec', 'paused'], values: [false, true] },
    deadline: { at: ['spec', 'progressDeadlineSeconds'], values: [600, 60] },
    selector: { at: ['spec', 'selector', 'matchLabels', 'tier'], values: [], odd: ['front'] },
    unknown: { at: ['spec', 'replica'], values: [], odd: [1] },
  },
  status: object => ({
    ...observed(object),
    replicas: wanted(object),
    updatedReplicas: wanted(object),
    readyReplicas: wanted(object),
    availableReplicas: wanted(object),
  }),
})

export const statefulSet = defineKind({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  scope: 'namespaced',
  base: name => ({
    spec: { serviceName: name, selector: { matchLabels: { app: name } }, template: podTemplate(name) },
  }),
  fields: {
    replicas,
    ...templateFields,
    ...podFields([...template, 'spec']),
    claims: {
      at: ['spec', 'volumeClaimTemplates'],
      values: [
        [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
        [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'data', creationTimestamp: null },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
          },
        ],
        [],
      ],
    },
    'update strategy': {
      at: ['spec', 'updateStrategy'],
      values: [{}, { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }, { type: 'OnDelete' }],
    },
    'pod management': { at: ['spec', 'podManagementPolicy'], values: ['OrderedReady'], odd: ['Parallel'] },
    retention: {
      at: ['spec', 'persistentVolumeClaimRetentionPolicy'],
      values: [{ whenDeleted: 'Delete' }, {}],
    },
  },
  status: object => ({
    ...observed(object),
    replicas: wanted(object),
    readyReplicas: wanted(object),
    updatedReplicas: wanted(object),
    currentReplicas: wanted(object),
    availableReplicas: wanted(object),
    currentRevision: 'one',
    updateRevision: 'one',
  }),
})

export const daemonSet = defineKind({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  scope: 'namespaced',
  base: name => ({ spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name) } }),
  fields: {
    ...templateFields,
    ...podFields([...template, 'spec']),
    'update strategy': {
      at: ['spec', 'updateStrategy'],
      values: [{ type: 'OnDelete' }, { rollingUpdate: { maxUnavailable: '10%' } }, { type: 'RollingUpdate' }],
    },
  },
  status: object => ({
    ...observed(object),
    currentNumberScheduled: 0,
    desiredNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
  }),
})

export const job = defineKind({
  apiVersion: 'batch/v1',
  kind: 'Job',
  scope: 'namespaced',
  base: name => ({ spec: { template: podTemplate(name, { restartPolicy: 'Never' }) } }),
  fields: {
    parallelism: { at: ['spec', 'parallelism'], values: [1, 2] },
    suspend: { at: ['spec', 'suspend'], values: [true, false] },
    backoff: { at: ['spec', 'backoffLimit'], values: [6, 0] },
    completions: { at: ['spec', 'completions'], values: [1], odd: [2] },
    time: { at: ['spec', 'activeDeadlineSeconds'], values: [600, 60] },
    'time to live': { at: ['spec', 'ttlSecondsAfterFinished'], values: [86400, 0] },
    ...templateFields,
    image: podFields([...template, 'spec'])['image'] as Field,
    'env LEVEL': podFields([...template, 'spec'])['env LEVEL'] as Field,
  },
  // A suspended job is waited for no more than one that is done.
  status: object => ({
    startTime: '2026-01-01T00:00:00Z',
    ...((object['spec'] as { suspend?: boolean }).suspend
      ? { conditions: [{ type: 'Suspended', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] }
      : {
          succeeded: 1,
          completionTime: '2026-01-01T00:01:00Z',
          conditions: ['SuccessCriteriaMet', 'Complete'].map(type => ({ type, status: 'True' })),
        }),
  }),
})

const jobTemplate = ['spec', 'jobTemplate', 'spec', 'template'] as const

export const cronJob = defineKind({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  scope: 'namespaced',
  base: name => ({
    spec: {
      schedule: '0 * * * *',
      jobTemplate: { spec: { template: podTemplate(name, { restartPolicy: 'OnFailure' }) } },
    },
  }),
  fields: {
    schedule: { at: ['spec', 'schedule'], values: ['*/5 * * * *', '@daily', '0 0 * * *'], odd: ['often'] },
    'time zone': { at: ['spec', 'timeZone'], values: ['Europe/Berlin', 'Etc/UTC', null] },
    concurrency: { at: ['spec', 'concurrencyPolicy'], values: ['Allow', 'Forbid'] },
    suspend: { at: ['spec', 'suspend'], values: [false, true] },
    history: { at: ['spec', 'successfulJobsHistoryLimit'], values: [3, 0, 1] },
    ...podFields([...jobTemplate, 'spec']),
  },
})

export const pod = defineKind({
  apiVersion: 'v1',
  kind: 'Pod',
  scope: 'namespaced',
  base: name => ({ spec: podTemplate(name).spec }),
  fields: {
    ...podFields(['spec']),
    deadline: { at: ['spec', 'activeDeadlineSeconds'], values: [600, 60] },
  },
  status: () => ({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
})
