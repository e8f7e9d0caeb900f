import type { KubernetesObject } from '../../../../src/model/object.ts'

type Meta = Partial<KubernetesObject['metadata']>

export function settings(name: string, data: object = { mode: 'fast', size: '1' }, meta: Meta = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...meta }, data }
}

/** `data` as plain texts. */
export function credentials(name: string, data: Readonly<Record<string, string>>) {
  const encoded = Object.entries(data).map(([key, value]) => [key, encode(value)])
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: Object.fromEntries(encoded) as object }
}

export function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

interface Workload {
  readonly spec?: object
  readonly container?: object
  readonly meta?: Meta
}

/** Of no pods unless replicas are given; without them the cluster says one. */
export function workload(
  name: string,
  { spec = { replicas: 0 }, container = {}, meta = {} }: Workload = {},
): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, ...meta },
    spec: {
      ...spec,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'registry.example/web:1',
              env: [{ name: 'LOG', value: 'info' }],
              resources: { requests: { cpu: '100m' }, limits: { memory: '64Mi' } },
              ...container,
            },
          ],
        },
      },
    },
  }
}

export function service(name: string, spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
  }
}

export function webhook(name: string, caBundle?: string): KubernetesObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Ignore',
        clientConfig: {
          service: { namespace: 'default', name: 'nobody' },
          ...(caBundle === undefined ? {} : { caBundle }),
        },
        // Asked about nothing that anybody makes.
        rules: [
          {
            apiGroups: ['nothing.example.com'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['nothings'],
          },
        ],
      },
    ],
  }
}

export function role(name: string, more: object = {}): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    ...more,
  }
}

export function cronJob(name: string, spec: object = {}): KubernetesObject {
  const pod = { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.example/job:1' }] }
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: { schedule: '0 4 1 1 *', jobTemplate: { spec: { template: { spec: pod } } }, ...spec },
  }
}

export function serviceAccount(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }
}
