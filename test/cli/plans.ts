import { differencesOf } from '../../src/engine/diff-fields.ts'
import { unifiedDiff } from '../../src/engine/diff-text.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { objectIdOf } from '../../src/model/identity.ts'
import type { Change, FieldChange, Plan } from '../../src/model/plan.ts'
import { change, plan } from '../server/report/views.ts'

const metadata = (name: string) => ({
  name,
  namespace: 'shop',
  labels: { 'plumbline.dev/application': 'shop' },
})

const deployment = (over: Readonly<Record<string, unknown>> = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata('frontend'),
  spec: {
    replicas: 3,
    revisionHistoryLimit: 10,
    selector: { matchLabels: { app: 'frontend' } },
    template: {
      metadata: { labels: { app: 'frontend' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: over['image'] ?? 'registry.example/frontend:1.4.2',
            ports: [{ containerPort: 8080 }],
          },
        ],
      },
    },
    ...(over['replicas'] === undefined ? {} : { replicas: over['replicas'] }),
  },
})

export const configMap = (name: string, data: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(name),
  data,
})

/** A change between two objects, as the engine tells it. `moved`: fields by pointer that the cluster had changed. */
export function changed(
  before: KubernetesObject | null,
  after: KubernetesObject | null,
  over: Partial<Change> & { readonly moved?: Readonly<Record<string, Partial<FieldChange>>> } = {},
): Change {
  const { moved = {}, ...rest } = over
  const fields = before && after ? differencesOf(before, after) : []
  return change({
    id: objectIdOf((after ?? before)!),
    action: before === null ? 'create' : after === null ? 'delete' : 'update',
    diff: unifiedDiff(before, after),
    fields: fields.map(({ path, before: old, after: next }) => ({
      path,
      before: old ?? null,
      after: next ?? null,
      origin: 'pull-request',
      manager: null,
      managedAt: null,
      ...moved[path],
    })),
    source: after === null ? null : { file: 'deploy/all.yaml', line: 1 },
    ...rest,
  })
}

export function shop(changes: readonly Change[], over: Partial<Plan> = {}): Plan {
  return { ...plan({ changes, application: 'shop', cluster: 'dev', namespace: 'shop', ...over }) }
}

const scaled = {
  origin: 'drift',
  manager: 'kubectl',
  managedAt: '2026-03-01T17:02:11Z',
} as const

/** What people see, by the name of its golden file. */
export const situations: Readonly<Record<string, Plan>> = {
  'no-changes': shop([]),
  'one-image': shop([changed(deployment(), deployment({ image: 'registry.example/frontend:1.5.0' }))]),
  'change-and-drift': shop([
    changed(deployment({ replicas: 5 }), deployment({ image: 'registry.example/frontend:1.5.0' }), {
      origin: 'both',
      moved: { '/spec/replicas': scaled },
      risks: [{ code: 'pods-restart', severity: 'medium', message: '3 pods restart' }],
      source: { file: 'deploy/frontend.yaml', line: 12 },
    }),
    changed(
      configMap('settings', { currency: 'USD', timeout: '30s', title: 'Shop' }),
      configMap('settings', { currency: 'EUR', timeout: '45s', title: 'Shop' }),
      { origin: 'both', moved: { '/data/currency': { ...scaled, manager: 'kubectl-edit' } } },
    ),
  ]),
  'drift-only': shop([
    changed(deployment({ replicas: 5 }), deployment(), {
      origin: 'drift',
      moved: { '/spec/replicas': scaled },
    }),
  ]),
  'every-action': shop([
    changed(null, configMap('cache', { size: '64' }), {
      note: 'validated when its Namespace is created',
    }),
    changed(configMap('settings', { a: '1' }), configMap('settings', { a: '2' }), { action: 'adopt' }),
    changed(
      { apiVersion: 'batch/v1', kind: 'Job', metadata: metadata('migrate'), spec: { image: 'a:1' } },
      { apiVersion: 'batch/v1', kind: 'Job', metadata: metadata('migrate'), spec: { image: 'a:2' } },
      {
        action: 'replace',
        risks: [
          { code: 'replaces-object', severity: 'high', message: 'Job migrate is deleted and created again' },
        ],
      },
    ),
    changed(
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: metadata('uploads'), spec: { size: 1 } },
      null,
      {
        risks: [{ code: 'deletes-data', severity: 'high', message: 'its data may go with it' }],
      },
    ),
    changed(configMap('old', {}), null, { action: 'leave-behind', diff: '', note: 'pruning is off' }),
    changed(null, deployment(), {
      action: 'error',
      diff: '',
      error: {
        code: 'refused-by-server',
        message:
          'Deployment shop/frontend is refused by the API server: Deployment.apps "frontend" is invalid: spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`',
        location: { file: 'deploy/frontend.yaml', line: 1, column: 1 },
        hint: 'Make the labels of the template match the selector',
      },
    }),
  ]),
  secret: shop([
    changed(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: metadata('payment'),
        data: { token: '(redacted, hmac 774d88c5)' },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: metadata('payment'),
        data: { token: '(redacted, hmac 1d7caba0)' },
      },
    ),
  ]),
  'long-objects': shop([
    changed(
      null,
      configMap('long', Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`key${at + 10}`, 'x']))),
    ),
    changed(
      configMap('gone', Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`key${at + 10}`, 'x']))),
      null,
    ),
  ]),
  'generated-names': shop([
    changed(configMap('settings-4d2kf', { a: '1' }), configMap('settings-9m2tb', { a: '2' }), {
      action: 'create',
      pairedWith: '/ConfigMap/shop/settings-4d2kf',
      note: 'takes the place of ConfigMap settings-4d2kf, which goes',
    }),
    changed(configMap('settings-4d2kf', { a: '1' }), null, {
      diff: '',
      pairedWith: '/ConfigMap/shop/settings-9m2tb',
    }),
  ]),
  hostile: shop([
    changed(
      configMap('settings', { a: 'x\u001b[2J\u001b[31mgone', b: 'safe\u202etxet' }),
      configMap('settings', { a: '\u001b]0;title\u0007', b: 'safe' }),
      { note: 'looks \u001b[8mhidden', source: { file: 'deploy/\u001b[2Ja.yaml', line: 3 } },
    ),
  ]),
}
