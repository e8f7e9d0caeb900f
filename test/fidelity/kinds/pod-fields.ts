import type { At } from '../at.ts'
import type { Field } from './kind.ts'

/** Fields of a pod's spec, below `spec`, with a container `app`. */
export function podFields(spec: At): Readonly<Record<string, Field>> {
  const app: At = [...spec, 'containers', { name: 'app' }]
  const env = (name: string): At => [...app, 'env', { name }]
  const resources: At = [...app, 'resources']
  return {
    image: { at: [...app, 'image'], values: ['registry.example/app:1.0', 'registry.example/app:1.1', 'app'] },
    command: { at: [...app, 'command'], values: [['serve'], ['serve', '--port', '8080'], []] },
    args: { at: [...app, 'args'], values: [['--verbose'], [], ['--a', '--b']], odd: [[1]] },
    'env LEVEL': { at: [...env('LEVEL'), 'value'], values: ['info', 'debug', ''], odd: [1, true] },
    'env PORT': { at: [...env('PORT'), 'value'], values: ['8080', '80'] },
    'env POD': {
      at: [...env('POD'), 'valueFrom'],
      values: [
        { fieldRef: { fieldPath: 'metadata.name' } },
        { configMapKeyRef: { name: 'settings', key: 'pod', optional: true } },
        { secretKeyRef: { name: 'login', key: 'pod' } },
      ],
    },
    'env again': { at: [...app, 'env'], values: [{ name: 'PORT', value: '1' }], how: 'append' },
    'env order': { at: [...app, 'env'], values: [true], how: 'reverse' },
    envFrom: {
      at: [...app, 'envFrom'],
      values: [
        [{ configMapRef: { name: 'settings' } }],
        [{ secretRef: { name: 'login' }, prefix: 'L_' }],
        [],
      ],
    },
    'port name': { at: [...app, 'ports', { containerPort: 8080 }, 'name'], values: ['http', 'web'] },
    'port protocol': { at: [...app, 'ports', { containerPort: 8080 }, 'protocol'], values: ['TCP', 'UDP'] },
    'metrics port': {
      at: [...app, 'ports', { name: 'metrics' }, 'containerPort'],
      values: [9090, 9091],
      odd: ['9090'],
    },
    'cpu request': { at: [...resources, 'requests', 'cpu'], values: ['0.1', '100m', 1, '1000m', 0.5] },
    'memory request': {
      at: [...resources, 'requests', 'memory'],
      values: ['64Mi', '0.0625Gi', 67108864, '64M', '1e8'],
      odd: ['much'],
    },
    'memory limit': { at: [...resources, 'limits', 'memory'], values: ['1Gi', '1024Mi', '1.5Gi'] },
    resources: { at: [...resources, 'claims'], values: [[], null] },
    'pull policy': { at: [...app, 'imagePullPolicy'], values: ['IfNotPresent', 'Always'] },
    'ready probe': {
      at: [...app, 'readinessProbe'],
      values: [
        { httpGet: { path: '/ready', port: 8080 } },
        { httpGet: { path: '/ready', port: 'http', scheme: 'HTTP' }, periodSeconds: 5 },
        { tcpSocket: { port: 8080 } },
        { exec: { command: ['true'] }, timeoutSeconds: 0 },
      ],
    },
    'probe delay': {
      at: [...app, 'livenessProbe'],
      values: [{ tcpSocket: { port: 8080 }, initialDelaySeconds: 0 }],
    },
    'security context': {
      at: [...app, 'securityContext'],
      values: [{}, { runAsNonRoot: true }, { capabilities: { drop: ['ALL'] }, privileged: false }],
    },
    mount: {
      at: [...app, 'volumeMounts', { mountPath: '/data' }],
      values: [
        { name: 'data', mountPath: '/data' },
        { name: 'data', mountPath: '/data', readOnly: true, subPath: '' },
      ],
    },
    'mount volume': {
      at: [...spec, 'volumes', { name: 'data' }, 'emptyDir'],
      values: [{}, { sizeLimit: '1024Mi' }],
    },
    'config volume': {
      at: [...spec, 'volumes', { name: 'config' }, 'configMap'],
      values: [
        { name: 'settings' },
        { name: 'settings', defaultMode: 420 },
        { name: 'settings', items: [{ key: 'a', path: 'a.txt', mode: 256 }] },
      ],
    },
    'projected volume': {
      at: [...spec, 'volumes', { name: 'projected' }, 'projected'],
      values: [
        { sources: [{ serviceAccountToken: { path: 'token' } }, { configMap: { name: 'settings' } }] },
      ],
    },
    sidecar: {
      at: [...spec, 'containers', { name: 'sidecar' }, 'image'],
      values: ['registry.example/sidecar:1', 'registry.example/sidecar:2'],
    },
    'init container': {
      at: [...spec, 'initContainers', { name: 'prepare' }],
      values: [
        { name: 'prepare', image: 'registry.example/prepare:1' },
        { name: 'prepare', image: 'registry.example/prepare:1', restartPolicy: 'Always', env: [] },
      ],
    },
    'container order': { at: [...spec, 'containers'], values: [true], how: 'reverse' },
    'host network': { at: [...spec, 'hostNetwork'], values: [false, true] },
    'service account': { at: [...spec, 'serviceAccountName'], values: ['default', 'runner'] },
    'pull secrets': {
      at: [...spec, 'imagePullSecrets'],
      values: [[{ name: 'registry' }], [{ name: 'registry' }, { name: 'mirror' }], []],
    },
    tolerations: {
      at: [...spec, 'tolerations'],
      values: [
        [{ operator: 'Exists' }],
        [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }],
        [],
      ],
    },
    'node selector': {
      at: [...spec, 'nodeSelector', 'kubernetes.io/os'],
      values: ['linux', 'any'],
      odd: [true],
    },
    affinity: {
      at: [...spec, 'affinity'],
      values: [
        {},
        {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 100,
                podAffinityTerm: {
                  topologyKey: 'kubernetes.io/hostname',
                  labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
                },
              },
            ],
          },
        },
      ],
    },
    spread: {
      at: [...spec, 'topologySpreadConstraints'],
      values: [
        [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: { app: 'x' } },
          },
        ],
        [],
      ],
    },
    grace: { at: [...spec, 'terminationGracePeriodSeconds'], values: [30, 0, 60], odd: ['30'] },
    'pod security': { at: [...spec, 'securityContext'], values: [{}, { fsGroup: 1000 }, { runAsUser: 0 }] },
    'host aliases': { at: [...spec, 'hostAliases'], values: [[{ ip: '10.0.0.9', hostnames: ['db'] }], []] },
  }
}
