import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/agent/cluster/cluster.ts'
import { loadKubeConfig } from '../../../../src/agent/cluster/kube-config.ts'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import { useControlPlane } from '../../../control-plane.ts'
import { only, planStage } from '../plan-stage.ts'
import { configMap, definitionOf, deployment } from './objects.ts'

const plane = useControlPlane()

const dryRuns = () => plane.requests.filter(it => it.dryRun)

describe('null, absent and empty are the same', () => {
  const service = (more: { labels?: object | null; spec?: object }): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', ...('labels' in more ? { labels: more.labels as {} } : {}) },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...more.spec },
  })
  const withPod = (pod: object): KubernetesObject => {
    const base = deployment() as KubernetesObject & { spec: { template: { spec: object } } }
    const template = { ...base.spec.template, spec: { ...base.spec.template.spec, ...pod } }
    return { ...base, spec: { ...base.spec, template } }
  }

  test.each([
    { what: 'labels', before: service({}), now: service({ labels: {} }) },
    { what: 'no labels', before: service({ labels: {} }), now: service({ labels: null }) },
    { what: 'data', before: configMap('a', {}), now: { ...configMap('a'), data: null } },
    {
      what: 'a list of addresses',
      before: service({ spec: { externalIPs: [] } }),
      now: service({ spec: { externalIPs: null } }),
    },
    { what: 'volumes', before: withPod({ volumes: [] }), now: withPod({}) },
    { what: 'a security context', before: withPod({ securityContext: {} }), now: withPod({}) },
    { what: 'hostNetwork', before: withPod({ hostNetwork: false }), now: withPod({ hostNetwork: null }) },
    { what: 'a node selector', before: withPod({ nodeSelector: {} }), now: withPod({ nodeSelector: null }) },
  ])('$what', async ({ before, now }) => {
    const stage = await planStage(plane)
    await stage.synced([before])
    const { plan } = await stage.plan([now], { base: [before] })
    expect(plan.changes).toEqual([])
    expect(plan.summary.unchanged).toBe(1)
  })
})

describe('what the server keeps in a form of its own is no difference', () => {
  const withContainer = (container: object): KubernetesObject => {
    const base = deployment() as KubernetesObject & { spec: { template: { spec: { containers: object[] } } } }
    const [first] = base.spec.template.spec.containers
    const spec = { ...base.spec.template.spec, containers: [{ ...first, ...container }] }
    return { ...base, spec: { ...base.spec, template: { ...base.spec.template, spec } } }
  }
  const limits = (memory: unknown) => withContainer({ resources: { limits: { memory } } })
  const policy = (protocol: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web' },
    spec: { podSelector: {}, ingress: [{ ports: [{ port: 80, ...protocol }] }] },
  })
  const hpa = (utilization: object): KubernetesObject => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', ...utilization } } },
      ],
    },
  })

  test.each([
    { what: 'a quantity', before: limits('1Gi'), now: limits('1024Mi') },
    { what: 'a quantity as a number', before: limits('1073741824'), now: limits(1_073_741_824) },
    {
      what: 'a default protocol',
      before: withContainer({ ports: [{ containerPort: 80 }] }),
      now: withContainer({ ports: [{ containerPort: 80, protocol: 'TCP' }] }),
    },
    {
      what: 'a default inside of an atomic list',
      before: policy({}),
      now: policy({ protocol: 'TCP' }),
    },
    {
      what: 'a quantity inside of an atomic list',
      before: hpa({ averageValue: '0.1' }),
      now: hpa({ averageValue: '100m' }),
    },
    {
      what: 'the same objects in another order of fields',
      before: configMap('a', { x: '1', y: '2' }),
      now: configMap('a', { y: '2', x: '1' }),
    },
  ])('$what', async ({ before, now }) => {
    const stage = await planStage(plane)
    await stage.synced([before])
    const { plan } = await stage.plan([now], { base: [before] })
    expect(plan.changes).toEqual([])
    plane.forgetRequests()
    expect((await stage.plan([before], { base: [before] })).plan.changes).toEqual([])
    expect(dryRuns()).toEqual([])
  })
})

describe('what belongs to the server is never part of a diff', () => {
  test('whether it is written in Git or moves in the cluster', async () => {
    const stage = await planStage(plane)
    await stage.synced([deployment()])
    const exported = JSON.parse(
      await stage.kubectl(['get', 'deployment', 'frontend', '--show-managed-fields', '-o', 'json']),
    ) as KubernetesObject
    const { plan } = await stage.plan([exported], { base: [exported] })
    expect(plan.changes).toEqual([])
  })

  test('and shows in no diff of what does change', async () => {
    const stage = await planStage(plane)
    await stage.synced([configMap('settings', { a: '1' })])
    const change = only(await stage.plan([configMap('settings', { a: '2' })]))
    expect(change.diff).not.toMatch(/managedFields|resourceVersion|uid|generation|creationTimestamp/)
  })
})

test('what somebody writes while the plan is made is no difference', async () => {
  const stage = await planStage(plane)
  await stage.synced([configMap('settings', { a: '1' })])
  let hasMoved = false
  const cluster: Cluster = {
    ...plane.cluster,
    async apply(...call) {
      if (!hasMoved) await stage.kubectl(['annotate', 'configmap', 'settings', 'seen=now'])
      hasMoved = true
      return plane.cluster.apply(...call)
    },
  }
  const change = only(await stage.plan([configMap('settings', { a: '2' })], { cluster }))
  expect(change.fields.map(it => it.path)).toEqual(['/data/a'])
})

describe('rules of an aggregated ClusterRole', () => {
  const group = 'rbac.authorization.k8s.io'

  test('belong to the cluster: neither compared nor written', async () => {
    const stage = await planStage(plane)
    const label = `${plane.freeName('aggregate')}/to-all`
    const aggregated = (rules: unknown): KubernetesObject => ({
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name: label.replace('/', '-') },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
      rules,
    })
    const part: KubernetesObject = {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name: `${label.replace('/', '-')}-part`, labels: { [label]: 'true' } },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }
    await stage.synced([part, aggregated([])])
    const { name } = aggregated([]).metadata
    await expect.poll(() => stage.kubectl(['get', 'clusterrole', name, '-o', 'json'])).toContain('"pods"')
    for (const rules of [[], null, [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }]]) {
      const { plan } = await stage.plan([part, aggregated(rules)])
      expect(plan.changes).toEqual([])
    }
  })
})

describe('a caBundle that a controller injects is no drift', () => {
  const bundle = () => loadKubeConfig({ kubeconfig: plane.kubeconfig }).getCurrentCluster()?.caData ?? ''
  /** The same certificate, in a file that begins with a line feed. */
  const injected = () => Buffer.from(`\n${Buffer.from(bundle(), 'base64').toString()}`).toString('base64')
  const webhook = (name: string, caBundle?: string): KubernetesObject => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: 'check.plan.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Ignore',
        objectSelector: { matchLabels: { nobody: name } },
        rules: [
          { apiGroups: ['plan.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['x'] },
        ],
        clientConfig: { url: 'https://127.0.0.1:1/', ...(caBundle === undefined ? {} : { caBundle }) },
      },
    ],
  })

  test.each([
    { what: 'nothing', written: undefined },
    { what: 'an empty text', written: '' },
    { what: 'a placeholder', written: 'Cg==' },
    { what: 'a certificate of its own', written: 'own' },
  ])('where Git has $what in a webhook configuration', async ({ written }) => {
    const stage = await planStage(plane)
    const desired = webhook(plane.freeName('hook'), written === 'own' ? bundle() : written)
    await stage.synced([desired])
    const patch = [{ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: injected() }]
    await stage.kubectl([
      'patch',
      'validatingwebhookconfiguration',
      desired.metadata.name,
      '--type=json',
      '--field-manager=cainjector',
      `--patch=${JSON.stringify(patch)}`,
    ])
    const { plan } = await stage.plan([desired])
    expect(plan.changes).toEqual([])
  })

  test('but put in by hand over what Git has, it is', async () => {
    const stage = await planStage(plane)
    const desired = webhook(plane.freeName('hook'), bundle())
    await stage.synced([desired])
    const patch = [{ op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value: injected() }]
    const args = ['patch', 'validatingwebhookconfiguration', desired.metadata.name, '--type=json']
    await stage.kubectl([...args, `--patch=${JSON.stringify(patch)}`])
    const change = only(await stage.plan([desired]))
    expect(change).toMatchObject({ origin: 'drift', fields: [{ manager: 'kubectl-patch' }] })
  })

  test('in an APIService', async () => {
    const stage = await planStage(plane)
    const group = `${plane.freeName('api')}.example.com`
    const service: KubernetesObject = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${group}` },
      spec: {
        group,
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        caBundle: 'Cg==',
        service: { name: 'nobody', namespace: stage.namespace },
      },
    }
    await stage.synced([service])
    const patch = JSON.stringify({ spec: { caBundle: bundle() } })
    const args = ['patch', 'apiservice', service.metadata.name, '--type=merge', '--field-manager=cainjector']
    await stage.kubectl([...args, `--patch=${patch}`])
    expect((await stage.plan([service])).plan.changes).toEqual([])
  })

  test('in the conversion of a CustomResourceDefinition', async () => {
    const stage = await planStage(plane)
    const { definition } = definitionOf(plane, { versions: ['v1'] })
    const clientConfig = { service: { name: 'nobody', namespace: stage.namespace } }
    const conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } }
    const desired = { ...definition, spec: { ...(definition.spec as object), conversion } }
    await stage.synced([desired])
    const patch = JSON.stringify({
      spec: { conversion: { webhook: { clientConfig: { caBundle: bundle() } } } },
    })
    const args = ['patch', 'customresourcedefinition', definition.metadata.name, '--type=merge']
    await stage.kubectl([...args, '--field-manager=cainjector', `--patch=${patch}`])
    expect((await stage.plan([desired])).plan.changes).toEqual([])
  })
})
