import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/agent/cluster/cluster.ts'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { SyncStatus } from '../../../src/model/sync.ts'
import { annotated, configMap, service } from '../../builders/objects.ts'
import { eventually } from '../../stage/eventually.ts'
import { limitedKubeConfig } from '../cluster/limited-user.ts'
import { kubectl, type Shop, useSyncFixture } from './fixture.ts'
import { hookJob } from './hook-jobs.ts'
import { frontend, settings, simulating, written } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const replacing = (object: KubernetesObject) =>
  annotated(object, { 'argocd.argoproj.io/sync-options': 'Replace=true' })

function claim(storage: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  }
}

function selecting(app: string): KubernetesObject {
  const labels = { app }
  const containers = [{ name: 'app', image: 'registry.example/frontend:1.0' }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'frontend' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  }
}

const frozen = (mode: string): KubernetesObject => ({ ...settings(mode), immutable: true })

const port = (name: string, nodePort: number): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { type: 'NodePort', selector: { app: name }, ports: [{ port: 80, nodePort }] },
})

interface Row {
  readonly what: string
  readonly before: readonly KubernetesObject[]
  readonly after: readonly KubernetesObject[]
  readonly outcome: SyncStatus
  readonly code: string | null
  readonly says: RegExp
}

const rows: readonly Row[] = [
  {
    what: 'a Deployment whose selector changes',
    before: [selecting('one')],
    after: [selecting('two')],
    outcome: 'refused',
    code: 'replace-not-allowed',
    says: /Deployment .*frontend.*Replace=true/,
  },
  {
    what: 'a Deployment whose selector changes, and that may be replaced',
    before: [selecting('one')],
    after: [replacing(selecting('two'))],
    outcome: 'synced',
    code: null,
    says: /^$/,
  },
  {
    what: 'an immutable ConfigMap with other content',
    before: [frozen('fast')],
    after: [frozen('slow')],
    outcome: 'refused',
    code: 'replace-not-allowed',
    says: /ConfigMap .*settings.*Replace=true/,
  },
  {
    what: 'an immutable ConfigMap with other content that may be replaced',
    before: [frozen('fast')],
    after: [replacing(frozen('slow'))],
    outcome: 'synced',
    code: null,
    says: /^$/,
  },
  {
    what: 'a claim that shrinks',
    before: [claim('2Gi')],
    after: [claim('1Gi')],
    outcome: 'refused',
    code: 'objects-refused',
    says: /PersistentVolumeClaim .*data is refused/,
  },
  {
    what: 'a Service whose node port is taken by another one of the same set',
    before: [],
    after: [port('one', 31_999), port('two', 31_999)],
    outcome: 'rolled-back',
    code: 'cluster-invalid',
    says: /31999.*already allocated/,
  },
]

describe('a sync of', () => {
  test.each(rows)('$what is $outcome', async ({ before, after, outcome, code, says }) => {
    const shop = await fixture.shop()
    if (before.length > 0) expect(await shop.sync(before)).toMatchObject({ outcome: 'synced' })
    const result = await shop.sync([...after, settingsBeside(shop)])
    expect(result.outcome).toBe(outcome)
    expect(result.error?.code ?? null).toBe(code)
    expect(result.error?.message ?? '').toMatch(says)
    expect((await shop.live('v1', 'ConfigMap', 'beside')) !== null).toBe(outcome === 'synced')
    expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
  })

  /** What must not be written when something else is refused. */
  const settingsBeside = (_shop: Shop) => ({ ...settings('beside'), metadata: { name: 'beside' } })

  test('a Service whose node port somebody else has is refused', async () => {
    const theirs = await fixture.shop()
    await theirs.sync([port('first', 31_998)])
    const shop = await fixture.shop()
    const result = await shop.sync([port('second', 31_998), settings('fast')])
    expect(result).toMatchObject({ outcome: 'refused', error: { code: 'objects-refused' } })
    expect(result.error?.message).toMatch(/31998.*already allocated/)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toBeNull()
  })

  test('waves whose first is never healthy never gets to the next', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const application = {
      ...shop.application,
      syncPolicy: { ...shop.application.syncPolicy, timeoutSeconds: 2 },
    }
    const late = annotated(settings('slow'), { 'argocd.argoproj.io/sync-wave': '1' })
    const result = await shop.sync([simulating('never-ready', frontend()), late], { application })
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy-in-time' } })
    expect(result.applied.every(id => !id.includes('ConfigMap'))).toBe(true)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'fast' } })
    expect(await shop.live('apps/v1', 'Deployment', 'frontend')).toBeNull()
  })

  test('objects of which somebody deletes one in the middle is put back', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast'), written(service())])
    const syncing = shop.sync([settings('slow'), written(service()), simulating('never-ready', frontend())])
    await eventually(async () => expect(await shop.live('apps/v1', 'Deployment', 'frontend')).not.toBeNull())
    await kubectl(plane, ['delete', 'deployment', 'frontend', '-n', shop.namespace])
    await kubectl(plane, ['delete', 'configmap', 'settings', '-n', shop.namespace])
    const result = await syncing
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-healthy' } })
    expect(result.error?.message).toMatch(/frontend.*was deleted while the sync waited/)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'fast' } })
    expect(await shop.sync([settings('fast'), written(service())])).toMatchObject({ applied: [], pruned: [] })
  })

  test('what admission denies only when it is written puts the rest back', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    await deny(shop, "request.dryRun || !object.metadata.name.startsWith('denied')", 'not on a Friday')
    const denied = annotated(
      { ...settings('x'), metadata: { name: 'denied' } },
      { 'argocd.argoproj.io/sync-wave': '1' },
    )
    await eventually(async () => {
      const probe = configMap({ name: plane.freeName('denied'), namespace: shop.namespace })
      await expect(plane.cluster.create(probe, plane.signal)).rejects.toThrow(/Friday/)
    })
    const result = await shop.sync([settings('slow'), denied])
    expect(result.outcome).toBe('rolled-back')
    expect(result.error?.message).toMatch(/not on a Friday/)
    expect(await shop.live('v1', 'ConfigMap', 'settings')).toMatchObject({ data: { mode: 'fast' } })
  })

  test('a Namespace that does not go away says what holds it, and writes nothing into it', async () => {
    const name = plane.freeName('terminating')
    const namespace: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    await plane.cluster.create(namespace, plane.signal)
    const hold = configMap({ name: 'hold', namespace: name, finalizers: ['example.com/hold'] })
    await plane.cluster.create(hold, plane.signal)
    await kubectl(plane, ['delete', 'namespace', name, '--wait=false'])
    const shop = await fixture.shop()
    const application = {
      ...shop.application,
      syncPolicy: { ...shop.application.syncPolicy, timeoutSeconds: 8 },
    }
    const inside = { ...settings('fast'), metadata: { name: 'settings', namespace: name } }
    const result = await shop.sync([namespace, inside, written(service())], { application })
    expect(result).toMatchObject({ outcome: 'rolled-back', error: { code: 'not-gone-in-time' } })
    expect(result.error?.message).toMatch(
      new RegExp(`Namespace ${name} was deleted, but was not gone in time`),
    )
    expect(await shop.live('v1', 'Service', 'frontend')).toBeNull()
    await kubectl(plane, [
      'patch',
      'configmap',
      'hold',
      '-n',
      name,
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    ])
  })

  test('objects whose last hook fails puts everything back, hooks and all', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast'), written(service())])
    const result = await shop.sync([
      settings('slow'),
      frontend(),
      hookJob('smoke-test', 'PostSync', { fails: true }),
    ])
    expect(result).toMatchObject({ outcome: 'rolled-back', pruned: [], error: { code: 'hook-failed' } })
    expect(result.error?.message).toMatch(/exit code 1/)
    expect(await shop.live('apps/v1', 'Deployment', 'frontend')).toBeNull()
    expect(await shop.live('v1', 'Service', 'frontend')).not.toBeNull()
  })
})

/** Admission by a policy of the cluster: no server of our own is needed, and it sees dry runs for what they are. */
async function deny(shop: Shop, unless: string, message: string): Promise<void> {
  const name = plane.freeName('deny')
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': shop.namespace } }
  const resourceRules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
  ]
  const policy = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: { namespaceSelector, resourceRules },
      validations: [{ expression: unless, message }],
    },
  }
  const binding = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  }
  for (const object of [policy, binding]) {
    await plane.cluster.create(object, plane.signal)
    plane.cleanUp(object)
  }
}

describe('an agent that may not do everything', () => {
  const rbac = 'rbac.authorization.k8s.io'
  const granting = (resource: string): readonly KubernetesObject[] => [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'reads', annotations: { 'argocd.argoproj.io/sync-wave': '0' } },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'reads' },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: 'reads' },
      rules: [{ apiGroups: [''], resources: [resource], verbs: ['get'] }],
    },
  ]

  async function limited(shop: Shop): Promise<Cluster & { close(): void }> {
    const all = (apiGroup: string, ...resources: string[]) => ({
      apiGroups: [apiGroup],
      resources,
      verbs: ['*'],
    })
    const kubeConfig = await limitedKubeConfig(plane, {
      namespace: shop.namespace,
      rules: [all('', 'pods'), { ...all(rbac, 'roles', 'rolebindings'), verbs: everyVerb }],
      clusterRules: [
        all('', 'secrets'),
        all('', 'events'),
        all('', 'configmaps'),
        all('coordination.k8s.io', 'leases'),
        all('plumbline.dev', 'applications'),
        all('plumbline.dev', 'applications/status'),
      ],
    })
    return createCluster({ kubeConfig })
  }

  /** All but `escalate` and `bind`, which would let it grant what it has not. */
  const everyVerb = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']

  test.each([
    { resource: 'pods', outcome: 'synced' },
    { resource: 'nodes', outcome: 'refused' },
  ])('grants $resource by a Role and its RoleBinding at once: $outcome', async ({ resource, outcome }) => {
    const shop = await fixture.shop()
    const cluster = await limited(shop)
    try {
      const result = await fixture.syncer({}, cluster).sync(shop.request(granting(resource)), plane.signal)
      expect(result.outcome).toBe(outcome)
      if (outcome === 'synced') return
      expect(result.error?.message).toMatch(/attempting to grant RBAC permissions not currently held/)
      expect(result.applied).toEqual([])
    } finally {
      cluster.close()
    }
  })
})
