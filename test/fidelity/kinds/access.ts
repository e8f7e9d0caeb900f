import { defineKind, type Field } from './kind.ts'

const group = 'rbac.authorization.k8s.io'
const core = (resources: readonly string[], verbs: readonly string[]) => ({
  apiGroups: [''],
  resources,
  verbs,
})

const rules: Field = {
  at: ['rules'],
  values: [
    [core(['pods'], ['get', 'list'])],
    [core(['pods', 'services'], ['get']), { apiGroups: ['apps'], resources: ['*'], verbs: ['*'] }],
    [{ ...core(['configmaps'], ['get']), resourceNames: ['settings'] }],
    [],
    null,
  ],
  odd: [[{ apiGroups: [''], resources: ['pods'] }]],
}

const subjects: Field = {
  at: ['subjects'],
  values: [
    [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    [{ kind: 'User', name: 'ann' }],
    [
      { kind: 'User', name: 'ann', apiGroup: group },
      { kind: 'Group', name: 'staff' },
    ],
    [],
  ],
}

const roleRef = (kind: string): Field => ({
  at: ['roleRef', 'name'],
  values: [`${kind}-reader`.toLowerCase()],
  odd: ['writer'],
})

export const serviceAccount = defineKind({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  scope: 'namespaced',
  base: () => ({}),
  fields: {
    automount: { at: ['automountServiceAccountToken'], values: [false, true] },
    'pull secrets': { at: ['imagePullSecrets'], values: [[{ name: 'registry' }], []] },
    secrets: { at: ['secrets'], values: [[{ name: 'token' }], []] },
  },
})

export const role = defineKind({
  apiVersion: `${group}/v1`,
  kind: 'Role',
  scope: 'namespaced',
  base: () => ({}),
  fields: { rules },
})

export const roleBinding = defineKind({
  apiVersion: `${group}/v1`,
  kind: 'RoleBinding',
  scope: 'namespaced',
  base: () => ({ roleRef: { apiGroup: group, kind: 'Role', name: 'role-reader' } }),
  fields: { subjects, role: roleRef('Role') },
})

export const clusterRole = defineKind({
  apiVersion: `${group}/v1`,
  kind: 'ClusterRole',
  scope: 'cluster',
  base: () => ({}),
  fields: {
    rules,
    aggregation: {
      at: ['aggregationRule'],
      values: [{ clusterRoleSelectors: [{ matchLabels: { 'example.com/aggregate': 'yes' } }] }],
    },
    urls: { at: ['rules'], values: [[{ nonResourceURLs: ['/metrics'], verbs: ['get'] }]] },
  },
})

export const clusterRoleBinding = defineKind({
  apiVersion: `${group}/v1`,
  kind: 'ClusterRoleBinding',
  scope: 'cluster',
  base: () => ({ roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'clusterrole-reader' } }),
  fields: { subjects, role: roleRef('ClusterRole') },
})

export const priorityClass = defineKind({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  scope: 'cluster',
  base: () => ({ value: 100 }),
  fields: {
    value: { at: ['value'], values: [100], odd: [200] },
    description: { at: ['description'], values: ['important', '', 'more important'] },
    default: { at: ['globalDefault'], values: [false] },
    preemption: { at: ['preemptionPolicy'], values: ['PreemptLowerPriority'], odd: ['Never'] },
  },
})

export const namespace = defineKind({
  apiVersion: 'v1',
  kind: 'Namespace',
  scope: 'cluster',
  base: () => ({}),
  fields: {
    security: {
      at: ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'],
      values: ['privileged', 'baseline'],
      odd: ['strict'],
    },
    spec: { at: ['spec'], values: [{}, { finalizers: ['kubernetes'] }] },
  },
})

export const storageClass = defineKind({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  scope: 'cluster',
  base: () => ({ provisioner: 'example.com/disk' }),
  fields: {
    expansion: { at: ['allowVolumeExpansion'], values: [true, false] },
    binding: { at: ['volumeBindingMode'], values: ['Immediate'], odd: ['WaitForFirstConsumer'] },
    parameters: { at: ['parameters', 'type'], values: ['ssd'], odd: ['disk'] },
    'mount options': { at: ['mountOptions'], values: [['noatime'], []] },
  },
})
