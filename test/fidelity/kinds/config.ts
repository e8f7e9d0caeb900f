import { defineKind } from './kind.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

export const configMap = defineKind({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  scope: 'namespaced',
  base: () => ({}),
  fields: {
    data: { at: ['data'], values: [{}, null] },
    'key a': { at: ['data', 'a'], values: ['1', 'yes', '', 'two\nlines\n'], odd: [1, true] },
    'key b': { at: ['data', 'b.properties'], values: ['x=1\ny=2\n', 'x=2\n'] },
    'key c': { at: ['data', '.hidden'], values: ['1.10', '0x10'] },
    'key d': { at: ['data', 'd'], values: ['{"a": 1}', '  leading', 'tab\t'] },
    binary: {
      at: ['binaryData', 'logo'],
      values: [base64('logo'), base64('other'), 'bG9n\nbw=='],
      odd: ['no base64!'],
    },
    'binary a': { at: ['binaryData', 'a'], values: [], odd: [base64('a')] },
    immutable: { at: ['immutable'], values: [false], odd: [true] },
  },
})

export const secret = defineKind({
  apiVersion: 'v1',
  kind: 'Secret',
  scope: 'namespaced',
  base: () => ({}),
  fields: {
    data: { at: ['data'], values: [{}, null] },
    'data user': { at: ['data', 'user'], values: [base64('admin'), base64('root'), ''], odd: ['admin!'] },
    'data password': { at: ['data', 'password'], values: [base64('hunter2'), base64('correct horse')] },
    'text user': { at: ['stringData', 'user'], values: ['admin', 'root', ''], odd: [1] },
    'text token': { at: ['stringData', 'token'], values: ['abc', 'def'] },
    'text config': { at: ['stringData', 'config.yaml'], values: ['a: 1\nb: 2\n', 'a: 2\n'] },
    type: { at: ['type'], values: ['Opaque'], odd: ['example.com/login', 'kubernetes.io/tls'] },
    immutable: { at: ['immutable'], values: [false], odd: [true] },
  },
})

export const claim = defineKind({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  scope: 'namespaced',
  base: () => ({ spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }),
  fields: {
    size: {
      at: ['spec', 'resources', 'requests', 'storage'],
      values: ['1Gi', '1024Mi', '1073741824'],
      odd: ['2Gi', '0.5Gi'],
    },
    class: { at: ['spec', 'storageClassName'], values: ['fast'], odd: ['slow', ''] },
    mode: { at: ['spec', 'volumeMode'], values: ['Filesystem'] },
    access: { at: ['spec', 'accessModes'], values: [['ReadWriteOnce']], odd: [['ReadWriteMany']] },
  },
  status: () => ({ phase: 'Bound' }),
})

export const autoscaler = defineKind({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  scope: 'namespaced',
  base: name => ({
    spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
  }),
  fields: {
    minimum: { at: ['spec', 'minReplicas'], values: [1, 2] },
    maximum: { at: ['spec', 'maxReplicas'], values: [5, 10], odd: ['5'] },
    metrics: {
      at: ['spec', 'metrics'],
      values: [
        [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
          },
        ],
        [
          {
            type: 'Resource',
            resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '512Mi' } },
          },
          {
            type: 'Pods',
            pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '1k' } },
          },
        ],
        [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: 0.5 } },
          },
        ],
        [],
      ],
    },
    behavior: {
      at: ['spec', 'behavior'],
      values: [
        {},
        { scaleDown: { stabilizationWindowSeconds: 60 } },
        { scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }], selectPolicy: 'Max' } },
      ],
    },
  },
  status: () => ({
    desiredReplicas: 1,
    currentReplicas: 1,
    conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  }),
})

export const disruptionBudget = defineKind({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  scope: 'namespaced',
  base: name => ({ spec: { selector: { matchLabels: { app: name } } } }),
  fields: {
    minimum: { at: ['spec', 'minAvailable'], values: [1, '50%', 0], odd: ['1'] },
    maximum: { at: ['spec', 'maxUnavailable'], values: [], odd: ['25%', 1] },
    selector: { at: ['spec', 'selector', 'matchLabels', 'tier'], values: ['front', 'back'] },
    expressions: {
      at: ['spec', 'selector', 'matchExpressions'],
      values: [[{ key: 'app', operator: 'Exists' }], []],
    },
    eviction: { at: ['spec', 'unhealthyPodEvictionPolicy'], values: ['AlwaysAllow', 'IfHealthyBudget'] },
  },
})

export const quota = defineKind({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  scope: 'namespaced',
  base: () => ({ spec: { hard: { pods: '100' } } }),
  fields: {
    pods: { at: ['spec', 'hard', 'pods'], values: ['100', 100, '0.1k'] },
    cpu: { at: ['spec', 'hard', 'requests.cpu'], values: ['1000', '1k', 1000] },
    memory: { at: ['spec', 'hard', 'limits.memory'], values: ['1Ti', '1024Gi'] },
    maps: { at: ['spec', 'hard', 'count/configmaps'], values: [500, '500'] },
  },
  // What its controller fills in first; without it admission refuses what the quota counts.
  status: object => {
    const { hard = {} } = object['spec'] as { hard?: Readonly<Record<string, unknown>> }
    return { hard, used: Object.fromEntries(Object.keys(hard).map(name => [name, '0'])) }
  },
})

export const limitRange = defineKind({
  apiVersion: 'v1',
  kind: 'LimitRange',
  scope: 'namespaced',
  base: () => ({ spec: { limits: [{ type: 'PersistentVolumeClaim', min: { storage: '1Mi' } }] } }),
  fields: {
    limits: {
      at: ['spec', 'limits'],
      values: [
        [{ type: 'Container', default: { cpu: '0.5', memory: '512Mi' } }],
        [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '0.1' } }],
        [
          { type: 'Container', max: { cpu: 2 } },
          { type: 'Pod', max: { memory: '4Gi' } },
        ],
      ],
    },
  },
})
