import { describe, expect, test } from 'vitest'
import { createPlanner } from '../../../src/agent/plan/planner.ts'
import { createState } from '../../../src/agent/state/create-state.ts'
import { createSyncer } from '../../../src/agent/sync/create-syncer.ts'
import { createTenancy } from '../../../src/agent/tenancy/tenancy.ts'
import { parseTenants } from '../../../src/agent/tenancy/tenants-file.ts'
import type { SyncRequest } from '../../../src/agent/sync/syncer.ts'
import type { Application } from '../../../src/model/application.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { RepositoryRef } from '../../../src/model/repository.ts'
import { configMap } from '../../builders/objects.ts'
import { kubectl, type Shop, silent, useSyncFixture } from '../sync/fixture.ts'
import { settings } from '../sync/objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const repositoryOf = (name: string): RepositoryRef => ({
  forge: 'github',
  host: 'github.com',
  fullName: `acme/${name}`,
  cloneUrl: `https://github.com/acme/${name}.git`,
})

const everything = ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete']

/** A shop whose repository deploys as `deployer`, who may do what `rules` say in its namespace. */
async function tenant(
  rules: readonly object[],
  clusterScoped: readonly string[] = [],
  ...more: readonly string[]
) {
  const shop = await fixture.shop()
  const { namespace } = shop
  const group = 'rbac.authorization.k8s.io'
  const metadata = { name: 'deployer', namespace }
  const roleRef = { apiGroup: group, kind: 'Role', name: 'deployer' }
  const subjects = [{ kind: 'ServiceAccount', name: 'deployer', namespace }]
  for (const object of [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules },
    { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects },
  ]) {
    await plane.cluster.apply(object, { dryRun: false }, plane.signal)
  }
  const tenancy = createTenancy(
    parseTenants(
      JSON.stringify({
        tenants: [
          {
            repository: `github.com/acme/${shop.application.name}`,
            namespaces: [namespace, ...more],
            serviceAccount: `${namespace}/deployer`,
            clusterScoped,
          },
        ],
      }),
      'tenants.yaml',
    ),
  )
  const common = {
    cluster: plane.cluster,
    state: createState(plane.cluster, { namespace: fixture.stateNamespace }),
    clock: () => new Date(),
    clusterName: 'dev',
    tenancy,
  }
  const planner = createPlanner(common)
  const syncer = createSyncer({ ...common, planner, logger: silent, namespace: fixture.stateNamespace })
  const repository = repositoryOf(shop.application.name)
  // The authoriser learns of new roles a moment after they are stored.
  const may = (verb: string, resource: string) =>
    kubectl(plane, [
      'auth',
      'can-i',
      verb,
      resource,
      `--as=system:serviceaccount:${namespace}:deployer`,
      '-n',
      namespace,
    ]).then(
      () => true,
      () => false,
    )
  return {
    shop,
    may,
    syncer,
    sync: (
      objects: readonly KubernetesObject[],
      from = repository,
      more: Partial<Pick<SyncRequest, 'application'>> = {},
    ) => syncer.sync(shop.request(objects, { repository: from, ...more }), plane.signal),
  }
}

const managerOf = async (shop: Shop) => shop.live('v1', 'ConfigMap', 'settings')

describe('an application of a tenant', () => {
  test('is planned, synced and healed with the rights of its service account', async () => {
    const { shop, sync, syncer, may } = await tenant([
      { apiGroups: [''], resources: ['configmaps'], verbs: everything },
    ])
    await expect.poll(() => may('patch', 'configmaps')).toBe(true)
    expect(await sync([settings('one')])).toMatchObject({ outcome: 'synced', error: null })
    await kubectl(plane, [
      'patch',
      '-n',
      shop.namespace,
      'configmap/settings',
      '--type=merge',
      '-p={"data":{"mode":"by hand"}}',
    ])
    const healed = await syncer.restore(shop.application.name, [], plane.signal)
    expect(healed).toMatchObject({ outcome: 'synced', applied: [`/ConfigMap/${shop.namespace}/settings`] })
    expect((await managerOf(shop))?.['data']).toEqual({ mode: 'one' })
    expect(await sync([])).toMatchObject({ outcome: 'synced' })
  })

  test('gets what its service account has by its group', async () => {
    const { shop, sync } = await tenant([])
    const group = 'rbac.authorization.k8s.io'
    const metadata = { name: 'all-of-us', namespace: shop.namespace }
    await plane.cluster.apply(
      {
        apiVersion: `${group}/v1`,
        kind: 'Role',
        metadata,
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: everything }],
      },
      { dryRun: false },
      plane.signal,
    )
    await plane.cluster.apply(
      {
        apiVersion: `${group}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: group, kind: 'Role', name: 'all-of-us' },
        subjects: [{ apiGroup: group, kind: 'Group', name: `system:serviceaccounts:${shop.namespace}` }],
      },
      { dryRun: false },
      plane.signal,
    )
    await expect.poll(async () => (await sync([settings('one')])).outcome, { timeout: 10_000 }).toBe('synced')
  })

  test('is told which right its service account lacks, and nothing is written', async () => {
    const { shop, sync, may } = await tenant([
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] },
    ])
    await expect.poll(() => may('get', 'configmaps')).toBe(true)
    const result = await sync([settings('one')])
    expect(result).toMatchObject({ outcome: 'refused', applied: [] })
    expect(result.error?.message).toContain(
      `serviceaccount ${shop.namespace}/deployer may not patch configmaps in namespace ${shop.namespace}; grant it with a Role`,
    )
    expect(await managerOf(shop)).toBeNull()
  })

  test('may neither look into nor write to other namespaces, whatever the agent may', async () => {
    const { sync, may } = await tenant([{ apiGroups: [''], resources: ['configmaps'], verbs: everything }])
    await expect.poll(() => may('patch', 'configmaps')).toBe(true)
    const elsewhere = configMap({ name: 'planted', namespace: 'kube-system' })
    const result = await sync([settings('one'), elsewhere])
    expect(result).toMatchObject({ outcome: 'refused', applied: [] })
    expect(result.error?.message).toMatch(
      /planted is in the namespace kube-system, to which this repository may not deploy/,
    )
    expect(result.plan?.summary).toMatchObject({ create: 1, error: 1 })
  })

  test.each([
    { allowed: [], says: /cluster-wide, and this repository may not deploy such objects/ },
    { allowed: ['Namespace'], says: /may not (get|patch) namespaces in/ },
  ])('with cluster-wide kinds $allowed is held to them and to its rights', async ({ allowed, says }) => {
    const { sync } = await tenant(
      [{ apiGroups: [''], resources: ['configmaps'], verbs: everything }],
      allowed,
    )
    const result = await sync([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: plane.freeName('mine') } },
    ])
    expect(result).toMatchObject({ outcome: 'refused', applied: [] })
    expect(result.error?.message).toMatch(says)
  })
})

test.each([
  {
    allowed: [],
    says: /Namespace made-\S+ is cluster-wide, and this repository may not deploy such objects/,
  },
  { allowed: ['Namespace'], says: /may not (get|create|patch) namespaces in the whole cluster/ },
])(
  'CreateNamespace=true with cluster-wide kinds $allowed is held to them and to the rights of the account',
  async ({ allowed, says }) => {
    const made = plane.freeName('made')
    plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: made } })
    const { shop, sync } = await tenant([], allowed, 'made-*')
    await given(shop, allowed.length === 0 ? 'cluster-admin' : 'edit')
    const application: Application = {
      ...shop.application,
      destination: { ...shop.application.destination, namespace: made },
      syncPolicy: { ...shop.application.syncPolicy, syncOptions: ['CreateNamespace=true'] },
    }
    const result = await sync([settings('one')], undefined, { application })
    expect(result).toMatchObject({ outcome: 'refused', applied: [] })
    expect(result.error?.message).toMatch(says)
    expect(await fixture.state.readJournal(application.name, plane.signal)).toBeNull()
    expect(await kubectl(plane, ['get', 'namespaces', '--ignore-not-found', made])).toBe('')
  },
)

/** Rights in all of the cluster: with those of an administrator only the list is left to hold it back. */
async function given({ namespace }: Shop, role: 'cluster-admin' | 'edit'): Promise<void> {
  const group = 'rbac.authorization.k8s.io'
  const binding = {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: plane.freeName('tenants') },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace }],
  }
  await plane.cluster.create(binding, plane.signal)
  plane.cleanUp(binding)
}

test('a repository that is not on the list deploys nothing', async () => {
  const { sync } = await tenant([])
  const result = await sync([settings('one')], repositoryOf('stranger'))
  expect(result).toMatchObject({
    outcome: 'refused',
    error: {
      code: 'repository-not-allowed',
      message: expect.stringMatching(/github.com\/acme\/stranger may not deploy/),
    },
  })
})

test('of one repository each application goes with the entry of its namespace', () => {
  const tenancy = createTenancy(
    parseTenants(
      JSON.stringify({
        tenants: ['a', 'b'].map(team => ({
          repository: 'github.com/acme/all',
          namespaces: [`team-${team}`],
          serviceAccount: `team-${team}/deployer`,
        })),
      }),
      'tenants.yaml',
    ),
  )
  const asked: string[] = []
  const cluster = {
    ...plane.cluster,
    as: (account: { readonly namespace: string }) => {
      asked.push(account.namespace)
      return plane.cluster
    },
  }
  for (const namespace of ['team-b', 'team-a', 'elsewhere']) {
    const application = { destination: { cluster: 'dev', namespace } }
    tenancy.clusterFor(cluster, { application, repository: repositoryOf('all') })
  }
  tenancy.clusterFor(cluster, {
    application: { destination: { cluster: 'dev', namespace: 'team-a' } },
    repository: repositoryOf('stranger'),
  })
  expect(asked).toEqual(['team-b', 'team-a', 'team-a', 'plumbline-system'])
})
