import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { ClusterError } from '../../../src/agent/cluster/cluster.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import { takeOverClientSideApply } from '../../../src/agent/plan/take-over.ts'
import { applicationLabel } from '../../../src/model/fields.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { deployment as aDeployment } from '../../builders/objects.ts'
import { useControlPlane } from '../../control-plane.ts'
import { limitedKubeConfig } from '../cluster/limited-user.ts'
import { only, planStage } from './plan-stage.ts'

const plane = useControlPlane()

const deployment = (over: Parameters<typeof aDeployment>[0] = {}) => aDeployment({ namespace: '', ...over })

const configMap = (name: string, data: Record<string, string> = {}, meta: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...meta },
  data,
})

const secret = (stringData: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login' },
  stringData,
})

const dryRuns = () => plane.requests.filter(it => it.dryRun)
const writes = () => plane.requests.filter(it => it.method !== 'GET' && !it.dryRun)

describe('an object of the head', () => {
  test('that the cluster does not have is created, as the server would', async () => {
    const stage = await planStage(plane)
    const planned = await stage.plan([deployment()], { base: [] })
    expect(only(planned)).toMatchObject({
      id: `apps/Deployment/${stage.namespace}/frontend`,
      action: 'create',
      origin: 'pull-request',
      source: { file: 'deploy/all.yaml', line: 1 },
    })
    expect(planned.plan.summary).toMatchObject({ create: 1 })
    await expect(stage.kubectl(['get', 'deployment', 'frontend'])).rejects.toThrow('not found')
  })

  test('that differs is updated, in just the fields that differ', async () => {
    const stage = await planStage(plane)
    await stage.synced([deployment({ replicas: 2 })])
    const change = only(
      await stage.plan([deployment({ replicas: 3 })], { base: [deployment({ replicas: 2 })] }),
    )
    expect(change).toMatchObject({
      action: 'update',
      origin: 'pull-request',
      fields: [{ path: '/spec/replicas', before: 2, after: 3, origin: 'pull-request', manager: null }],
    })
  })

  test('that is written in another form than the server keeps it in is no change', async () => {
    const stage = await planStage(plane)
    const written = (cpu: unknown) => {
      const object = deployment() as KubernetesObject & {
        spec: { template: { spec: { containers: object[] } } }
      }
      const container = { ...object.spec.template.spec.containers[0], resources: { requests: { cpu } } }
      const spec = { ...object.spec.template.spec, containers: [container] }
      return { ...object, spec: { ...object.spec, template: { ...object.spec.template, spec } } }
    }
    await stage.synced([written('100m')])
    const { plan } = await stage.plan([written('0.1')], { base: [written('0.1')] })
    expect(plan.changes).toEqual([])
    expect(plan.summary.unchanged).toBe(1)
  })

  test('whose kind the cluster does not know is an error, and the others are still planned', async () => {
    const stage = await planStage(plane)
    const unknown = { apiVersion: 'example.com/v1', kind: 'Nonsense', metadata: { name: 'a' } }
    const { plan } = await stage.plan([unknown, configMap('settings')], { base: [] })
    expect(plan.summary).toMatchObject({ create: 1, error: 1 })
    const error = plan.changes.find(it => it.action === 'error')?.error
    expect(error).toMatchObject({ code: 'unknown-kind', location: { file: 'deploy/all.yaml', line: 1 } })
  })

  test('that the server refuses is an error in its own words, and the others are still planned', async () => {
    const stage = await planStage(plane)
    const head = [deployment({ replicas: -1 }), configMap('settings')]
    const { plan } = await stage.plan(head, { base: [] })
    expect(plan.summary).toMatchObject({ create: 1, error: 1 })
    const change = plan.changes.find(it => it.action === 'error')
    expect(change?.error).toMatchObject({
      code: 'refused-by-server',
      location: { file: 'deploy/all.yaml', line: 1 },
    })
    expect(change?.error?.message).toMatch(
      /^Deployment .*\/frontend is refused by the API server: .*must be greater than/,
    )
  })

  test('with a field that cannot change is replaced', async () => {
    const stage = await planStage(plane)
    const selecting = (app: string) => {
      const template = { metadata: { labels: { app } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } }
      return { ...deployment(), spec: { selector: { matchLabels: { app } }, template } }
    }
    await stage.synced([selecting('old')])
    const change = only(await stage.plan([selecting('new')], { base: [selecting('old')] }))
    expect(change).toMatchObject({ action: 'replace', origin: 'pull-request' })
    expect(change.note).toContain('field is immutable')
    expect(change.fields.map(it => it.path)).toContain('/spec/selector/matchLabels/app')
  })

  test('that another application owns is refused', async () => {
    const stage = await planStage(plane)
    const foreign = configMap(
      'settings',
      {},
      { namespace: stage.namespace, labels: { [applicationLabel]: 'billing' } },
    )
    await plane.cluster.create(foreign, plane.signal)
    const change = only(await stage.plan([configMap('settings', { a: '1' })]))
    expect(change).toMatchObject({ action: 'error', error: { code: 'owned-by-another' } })
    expect(change.error?.message).toContain('billing')
  })
})

describe('an object that left Git', () => {
  test.each([
    { prune: true, action: 'delete' },
    { prune: false, action: 'leave-behind' },
  ])('is $action when pruning is $prune', async ({ prune, action }) => {
    const stage = await planStage(plane, { prune })
    await stage.synced([configMap('kept'), configMap('gone')])
    const change = only(
      await stage.plan([configMap('kept')], { base: [configMap('kept'), configMap('gone')] }),
    )
    expect(change).toMatchObject({ id: `/ConfigMap/${stage.namespace}/gone`, action, origin: 'pull-request' })
  })

  test('goes with its whole application', async () => {
    const stage = await planStage(plane)
    await stage.synced([configMap('a'), configMap('b')])
    const { plan } = await stage.plan([], { base: [configMap('a'), configMap('b')], removed: true })
    expect(plan.summary.delete).toBe(2)
  })
})

describe('an object that was there before', () => {
  test('is adopted from kubectl apply, and loses on the way what Git does not have', async () => {
    const stage = await planStage(plane)
    await stage.kubectl(['apply', '-f', '-'], configMap('settings', { kept: '1', dropped: '2' }))
    const planned = await stage.plan([configMap('settings', { kept: '1' })])
    const change = only(planned)
    expect(change.action).toBe('adopt')
    expect(change.fields.map(it => [it.path, it.before, it.after])).toContainEqual([
      '/data/dropped',
      '2',
      null,
    ])

    const [desired] = planned.input.head
    const resource = (await plane.cluster.discover(plane.signal)).find('v1', 'ConfigMap')!
    const at = { namespace: stage.namespace, name: 'settings' }
    const live = (await plane.cluster.get(resource, at, plane.signal))!
    const take = (it: KubernetesObject) =>
      takeOverClientSideApply(plane.cluster, { live: it, wanted: desired!.object, rules: [] }, plane.signal)
    expect(await take(live)).toBe(true)
    const applied = await plane.cluster.apply(desired!.object, { dryRun: false }, plane.signal)
    expect(applied['data']).toEqual({ kept: '1' })
    expect(applied.metadata.annotations).toBeUndefined()
    expect(applied.metadata.managedFields?.map(it => it.manager)).toEqual(['plumbline'])
    expect(await take(applied)).toBe(false)
    await expect(take(live)).rejects.toMatchObject({
      code: 'conflict',
      passing: true,
    })
  })

  test('is adopted from kubectl apply without a word of the defaults that kubectl owns', async () => {
    const stage = await planStage(plane)
    const env = [
      { name: 'KEPT', value: '1' },
      { name: 'DROPPED', value: '2' },
    ]
    const written = (own: object, container: object): KubernetesObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'frontend' },
      spec: {
        ...own,
        selector: { matchLabels: { app: 'frontend' } },
        template: {
          metadata: { labels: { app: 'frontend' } },
          spec: { containers: [{ name: 'app', image: 'registry.example/frontend:1.0', ...container }] },
        },
      },
    })
    await stage.kubectl(['apply', '-f', '-'], written({ replicas: 3, minReadySeconds: 5 }, { env }))
    plane.forgetRequests()
    const change = only(await stage.plan([written({ replicas: 3 }, { env: env.slice(0, 1) })]))
    expect(change.action).toBe('adopt')
    expect(change.fields.map(it => [it.path, it.after])).toEqual([
      ['/metadata/labels/plumbline.dev~1application', stage.app.name],
      ['/spec/minReadySeconds', null],
      ['/spec/template/spec/containers/0/env/1', null],
    ])
    expect(writes()).toEqual([])
  })

  test('is adopted from another tool, whose own fields stay', async () => {
    const stage = await planStage(plane)
    const theirs = configMap('settings', { theirs: '1' }, { namespace: stage.namespace })
    await plane.cluster.apply(theirs, { dryRun: false, fieldManager: 'terraform' }, plane.signal)
    const change = only(await stage.plan([configMap('settings', { ours: '2' })]))
    expect(change.action).toBe('adopt')
    expect(change.diff).not.toContain('-  theirs')
  })
})

describe('what comes with the same change', () => {
  test('a namespace: its content is validated later', async () => {
    const namespace = plane.freeName()
    const stage = await planStage(plane, { namespace })
    const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
    plane.forgetRequests()
    const { plan } = await stage.plan([own, configMap('settings')], { base: [] })
    expect(plan.summary).toMatchObject({ create: 2, error: 0 })
    expect(plan.changes.find(it => it.id.startsWith('/ConfigMap'))?.note).toBe(
      'validated when its Namespace is created',
    )
    expect(dryRuns()).toHaveLength(1)
  })

  test('a namespace that nobody creates is said once per object, with what to do', async () => {
    const stage = await planStage(plane, { namespace: plane.freeName() })
    const change = only(await stage.plan([configMap('settings')], { base: [] }))
    expect(change).toMatchObject({ action: 'error', error: { code: 'namespace-missing' } })
    expect(change.error?.message).toContain(`the namespace ${stage.namespace} does not exist`)
    expect(change.error?.hint).toContain('CreateNamespace=true')
  })

  test('a namespace that the sync creates by CreateNamespace=true', async () => {
    const syncPolicy = { automated: null, syncOptions: ['CreateNamespace=true'], timeoutSeconds: 60 }
    const retry = { limit: 1, durationSeconds: 1, maxDurationSeconds: 1, factor: 1 }
    const stage = await planStage(plane, {
      namespace: plane.freeName(),
      syncPolicy: { ...syncPolicy, retry },
    })
    const change = only(await stage.plan([configMap('settings')], { base: [] }))
    expect(change).toMatchObject({ action: 'create', note: 'validated when its namespace is created' })
  })

  test('a CustomResourceDefinition and its object', async () => {
    const stage = await planStage(plane)
    const { definition, custom } = gadgets(plane.freeName('gadgets'))
    const { plan } = await stage.plan([custom({ size: 1 }), definition()], { base: [] })
    expect(plan.summary).toMatchObject({ create: 2, error: 0 })
    expect(plan.changes.map(it => it.note)).toContain(
      'validated when its CustomResourceDefinition is established',
    )
  })

  test('a new field of a CustomResourceDefinition and the object that has it', async () => {
    const stage = await planStage(plane)
    const { definition, custom } = gadgets(plane.freeName('gadgets'))
    await stage.synced([definition()])
    await expect
      .poll(async () => (await stage.plan([definition(), custom({ size: 1 })], { base: [] })).plan.summary)
      .toMatchObject({ create: 1, unchanged: 1 })
    const refused = only(await stage.plan([definition(), custom({ color: 'red' })], { base: [definition()] }))
    expect(refused).toMatchObject({ action: 'error', error: { code: 'refused-by-server' } })
    const { plan } = await stage.plan([definition({ color: { type: 'string' } }), custom({ color: 'red' })], {
      base: [definition()],
    })
    expect(plan.summary).toMatchObject({ create: 1, update: 1, error: 0 })
    expect(plan.changes.map(it => it.note)).toContain(
      'validated when its CustomResourceDefinition is updated',
    )
  })
})

describe('drift', () => {
  test('a hand edit is told with its manager', async () => {
    const stage = await planStage(plane)
    await stage.synced([deployment({ replicas: 2 })])
    await stage.kubectl(['scale', 'deployment/frontend', '--replicas=5'])
    const change = only(
      await stage.plan([deployment({ replicas: 2 })], { base: [deployment({ replicas: 2 })] }),
    )
    expect(change).toMatchObject({
      action: 'update',
      origin: 'drift',
      fields: [{ path: '/spec/replicas', before: 5, after: 2, origin: 'drift' }],
    })
    expect(change.fields[0]?.manager).toBe('kubectl')
  })

  test('a hand edit is told with its time, where the server keeps one', async () => {
    const stage = await planStage(plane)
    await stage.synced([configMap('settings', { a: '1' })])
    await stage.kubectl(['patch', 'configmap', 'settings', '--patch', '{"data":{"a":"2"}}'])
    const change = only(await stage.plan([configMap('settings', { a: '1' })]))
    expect(change).toMatchObject({ origin: 'drift', fields: [{ manager: 'kubectl-patch' }] })
    expect(Date.parse(change.fields[0]?.managedAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
  })

  test('a deleted object is drift, and so is a pull request that changes it as well both', async () => {
    const stage = await planStage(plane)
    await stage.synced([configMap('settings', { a: '1' })])
    await stage.kubectl(['delete', 'configmap', 'settings'])
    const same = only(
      await stage.plan([configMap('settings', { a: '1' })], { base: [configMap('settings', { a: '1' })] }),
    )
    expect(same).toMatchObject({ action: 'create', origin: 'drift' })
    const changed = only(
      await stage.plan([configMap('settings', { a: '2' })], { base: [configMap('settings', { a: '1' })] }),
    )
    expect(changed).toMatchObject({ action: 'create', origin: 'both' })
  })

  test('fields that others added are none', async () => {
    const stage = await planStage(plane)
    await stage.synced([configMap('settings', { a: '1' })])
    await stage.kubectl(['annotate', 'configmap', 'settings', 'team=payments'])
    const { plan } = await stage.plan([configMap('settings', { a: '1' })])
    expect(plan.changes).toEqual([])
  })

  test('what is ignored is neither told nor written', async () => {
    const rule = { group: 'apps', kind: 'Deployment', name: null, namespace: null, jqPathExpressions: [] }
    const ignoreDifferences = [{ ...rule, jsonPointers: ['/spec/replicas'], managedFieldsManagers: [] }]
    const stage = await planStage(plane, { ignoreDifferences })
    await stage.synced([deployment({ replicas: 2 })])
    await stage.kubectl(['scale', 'deployment/frontend', '--replicas=5'])
    const { plan } = await stage.plan([deployment({ replicas: 3 })], { base: [deployment({ replicas: 2 })] })
    expect(plan.changes).toEqual([])
    const other = only(await stage.plan([deployment({ replicas: 3, image: 'frontend:2' })]))
    expect(other.fields.map(it => it.path)).toEqual(['/spec/template/spec/containers/0/image'])
  })
})

describe('Secrets', () => {
  const canaries = ['canary-old-7731', 'canary-new-9942']
  const forms = canaries.flatMap(it => [it, Buffer.from(it).toString('base64')])

  test('show that a key changed, never what it holds', async () => {
    const stage = await planStage(plane)
    await stage.synced([secret({ password: canaries[0]!, user: 'admin-user' })])
    const change = only(await stage.plan([secret({ password: canaries[1]!, user: 'admin-user' })]))
    expect(change.fields.map(it => it.path)).toEqual(['/data/password'])
    expect(change.fields[0]?.before).not.toEqual(change.fields[0]?.after)
    for (const form of forms) expect(JSON.stringify(change)).not.toContain(form)
  })

  test('applied by kubectl do not show by their last-applied annotation', async () => {
    const stage = await planStage(plane)
    await stage.kubectl(['apply', '-f', '-'], secret({ password: canaries[0]! }))
    const { plan } = await stage.plan([secret({ password: canaries[1]! })])
    expect(plan.changes).toMatchObject([{ action: 'adopt' }])
    for (const form of forms) expect(JSON.stringify(plan)).not.toContain(form)
  })

  test('do not show when the server refuses them, nor where others copy them', async () => {
    const stage = await planStage(plane)
    const refused = { ...secret({ password: canaries[0]! }), type: 'kubernetes.io/tls' }
    const copy = deployment({ env: { PASSWORD: canaries[0]! }, replicas: -1 })
    const { plan } = await stage.plan([refused, copy], { base: [] })
    expect(plan.summary.error).toBe(2)
    for (const form of forms) expect(JSON.stringify(plan)).not.toContain(form)
  })

  test('that were written to data are equal to the same in stringData', async () => {
    const stage = await planStage(plane)
    await stage.synced([secret({ password: canaries[0]! })])
    const data = { password: Buffer.from(canaries[0]!).toString('base64') }
    const { plan } = await stage.plan([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' }, data },
    ])
    expect(plan.changes).toEqual([])
  })
})

describe('rights', () => {
  test('what may not be read is an error, never new', async () => {
    const stage = await planStage(plane)
    await stage.synced([configMap('settings', { a: '1' }), deployment()])
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'patch'] }]
    const kubeConfig = await limitedKubeConfig(plane, { namespace: stage.namespace, rules })
    const cluster = createCluster({ kubeConfig })
    const head = [configMap('settings', { a: '2' }), deployment({ replicas: 3 })]
    const { plan } = await stage.plan(head, { cluster })
    expect(plan.summary).toMatchObject({ create: 0, update: 1, error: 1 })
    const error = plan.changes.find(it => it.action === 'error')?.error
    expect(error?.code).toBe('cannot-read-live')
    expect(error?.message).toContain(`may not get configmaps in namespace ${stage.namespace}`)
    cluster.close()
  })

  test('without list each object is read by itself', async () => {
    const stage = await planStage(plane)
    const all = ['a', 'b', 'c', 'd'].map(name => configMap(name))
    await stage.synced(all)
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]
    const cluster = createCluster({
      kubeConfig: await limitedKubeConfig(plane, { namespace: stage.namespace, rules }),
    })
    const { plan } = await stage.plan(all, { cluster })
    expect(plan.changes).toEqual([])
    expect(plan.summary.unchanged).toBe(4)
    cluster.close()
  })

  test('what may not be patched is an error of that object', async () => {
    const stage = await planStage(plane)
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]
    const cluster = createCluster({
      kubeConfig: await limitedKubeConfig(plane, { namespace: stage.namespace, rules }),
    })
    const change = only(await stage.plan([configMap('settings')], { cluster }))
    expect(change).toMatchObject({ action: 'error', error: { code: 'forbidden' } })
    cluster.close()
  })

  test('a cluster that cannot be reached fails the plan as a whole', async () => {
    const stage = await planStage(plane)
    const config = loadKubeConfig({ kubeconfig: plane.kubeconfig })
    config.loadFromClusterAndUser(
      { ...config.getCurrentCluster()!, server: 'https://127.0.0.1:1' },
      config.getCurrentUser()!,
    )
    const cluster = createCluster({ kubeConfig: config })
    const planning = stage.plan([configMap('settings')], { cluster })
    await expect(planning).rejects.toBeInstanceOf(ClusterError)
    await expect(planning).rejects.toMatchObject({ code: 'unreachable', passing: true })
    cluster.close()
  })
})

describe('cost', () => {
  test('what the server keeps in forms of its own is no dry run either', async () => {
    const stage = await planStage(plane)
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        serviceName: 'db',
        replicas: 0,
        selector: { matchLabels: { app: 'db' } },
        template: {
          metadata: { labels: { app: 'db' } },
          spec: {
            imagePullSecrets: [{ name: 'login' }],
            containers: [{ name: 'db', image: 'registry.example/db:1.0' }],
            tolerations: [{ key: 'db', operator: 'Exists' }],
            volumes: [{ name: 'cache', emptyDir: { sizeLimit: '1024Mi' } }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
          },
        ],
      },
    }
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'db' },
      spec: { podSelector: {}, ingress: [{ ports: [{ port: 5432 }] }], egress: [] },
    }
    const binary = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'binary' },
      binaryData: { icon: 'AAEC\nAwQF\n' },
    }
    const objects = [set, policy, binary]
    await stage.synced(objects)
    plane.forgetRequests()
    expect((await stage.plan(objects)).plan.summary.unchanged).toBe(objects.length)
    expect(dryRuns()).toEqual([])
  })

  test('nothing changed: no dry run, no write, and fewer reads than objects', async () => {
    const stage = await planStage(plane)
    const all = [
      deployment(),
      secret({ a: 'b' }),
      ...Array.from({ length: 30 }, (_, at) => configMap(`c-${at}`, { a: 'b' })),
    ]
    await stage.synced(all)
    await stage.plan(all)
    plane.forgetRequests()
    const { plan } = await stage.plan(all, { base: all })
    expect(plan.summary.unchanged).toBe(32)
    expect(dryRuns()).toEqual([])
    expect(writes()).toEqual([])
    expect(plane.requests.length).toBeLessThan(10)
  })

  test('one of many changed: one dry run', async () => {
    const stage = await planStage(plane)
    const all = Array.from({ length: 20 }, (_, at) => configMap(`c-${at}`, { a: 'b' }))
    await stage.synced(all)
    plane.forgetRequests()
    const { plan } = await stage.plan([...all.slice(1), configMap('c-0', { a: 'c' })], { base: all })
    expect(plan.summary).toMatchObject({ update: 1, unchanged: 19 })
    expect(dryRuns()).toHaveLength(1)
    expect(writes()).toEqual([])
  })

  test('many new ones: what does not exist is not asked for one by one', async () => {
    const stage = await planStage(plane)
    const all = Array.from({ length: 20 }, (_, at) => configMap(`c-${at}`, { a: 'b' }))
    plane.forgetRequests()
    expect((await stage.plan(all, { base: [] })).plan.summary.create).toBe(20)
    expect(dryRuns()).toHaveLength(20)
    expect(plane.requests.length - dryRuns().length).toBeLessThan(10)
  })

  test('the same plan twice has the same digest', async () => {
    const stage = await planStage(plane)
    // Nothing that a controller writes to meanwhile: the live version is part of the digest.
    await stage.synced([configMap('settings', { a: '1' })])
    const head = [configMap('settings', { a: '2' }), configMap('more', { a: '1' })]
    const first = await stage.plan(head)
    const second = await stage.plan(head)
    expect(second.plan.digest).toBe(first.plan.digest)
    expect(second.plan.changeDigest).toBe(first.plan.changeDigest)
  })
})

function gadgets(plural: string) {
  const group = `${plural}.example.com`
  const kind = 'Gadget'
  return {
    definition: (fields: object = {}): KubernetesObject => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `gadgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural: 'gadgets', singular: 'gadget', listKind: 'GadgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: { type: 'object', properties: { size: { type: 'integer' }, ...fields } },
                },
              },
            },
          },
        ],
      },
    }),
    custom: (spec: object): KubernetesObject => ({
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: 'gadget' },
      spec,
    }),
  }
}
