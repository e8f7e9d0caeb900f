import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../../src/agent/cluster/create-cluster.ts'
import type { Cluster } from '../../../../src/agent/cluster/cluster.ts'
import { failureOf } from '../../../../src/agent/cluster/failure.ts'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import { useControlPlane } from '../../../control-plane.ts'
import { limitedKubeConfig } from '../../cluster/limited-user.ts'
import { planStage } from '../plan-stage.ts'
import { configMap, custom, definitionOf, deployment } from './objects.ts'

const plane = useControlPlane()

/** Refuses what has the label, in one namespace. */
async function policyFor(namespace: string, message: string): Promise<void> {
  const name = plane.freeName('policy')
  const group = 'admissionregistration.k8s.io/v1'
  const selector = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['configmaps'],
  }
  const policy: KubernetesObject = {
    apiVersion: group,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: { ...selector, resourceRules: [rule] },
      validations: [{ expression: "!has(object.data) || !('forbidden' in object.data)", message }],
    },
  }
  const binding: KubernetesObject = {
    apiVersion: group,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  }
  for (const object of [policy, binding]) {
    await plane.cluster.create(object, plane.signal)
    plane.cleanUp(object)
  }
}

const summaryOf = (changes: readonly { readonly id: string; readonly action: string }[]) =>
  Object.fromEntries(changes.map(it => [it.id.split('/').at(-1), it.action]))

describe('a refusal is that object’s error, and others are still planned', () => {
  test('by a policy of the cluster, in its own words', async () => {
    const stage = await planStage(plane)
    await policyFor(stage.namespace, 'this key is not for us')
    const head = [configMap('bad', { forbidden: 'x' }), configMap('good', { a: '1' })]
    await expect
      .poll(async () => summaryOf((await stage.plan(head, { base: [] })).plan.changes), { timeout: 20_000 })
      .toEqual({ bad: 'error', good: 'create' })
    const { plan } = await stage.plan(head, { base: [] })
    const { error } = plan.changes.find(it => it.action === 'error')!
    expect(error).toMatchObject({ code: 'refused-by-server', location: { file: 'deploy/all.yaml', line: 1 } })
    expect(error?.message).toContain('this key is not for us')
  })

  test('by a webhook that does not answer', async () => {
    const stage = await planStage(plane)
    const name = plane.freeName('webhook')
    const webhook: KubernetesObject = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: [
        {
          name: `${name}.plan.example.com`,
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          timeoutSeconds: 1,
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': stage.namespace } },
          rules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['configmaps'],
            },
          ],
          clientConfig: { url: 'https://127.0.0.1:1/' },
        },
      ],
    }
    await plane.cluster.create(webhook, plane.signal)
    plane.cleanUp(webhook)
    const head = [configMap('settings', { a: '1' }), deployment()]
    await expect
      .poll(async () => summaryOf((await stage.plan(head, { base: [] })).plan.changes), { timeout: 20_000 })
      .toEqual({ settings: 'error', frontend: 'create' })
    const { plan } = await stage.plan(head, { base: [] })
    const { error } = plan.changes.find(it => it.action === 'error')!
    expect(error?.message).toContain(`failed calling webhook "${name}.plan.example.com"`)
  })

  test('by the schema of a custom resource', async () => {
    const stage = await planStage(plane)
    const { definition, group, kind } = definitionOf(plane, {
      versions: ['v1'],
      properties: { size: { type: 'integer', maximum: 5 } },
    })
    await stage.synced([definition])
    await expect.poll(() => isServed(`${group}/v1`, kind)).toBe(true)
    const head = [
      definition,
      custom(`${group}/v1`, kind, 'large', { size: 6 }),
      custom(`${group}/v1`, kind, 'text', { size: 'x' }),
      custom(`${group}/v1`, kind, 'unknown', { other: 1 }),
      custom(`${group}/v1`, kind, 'right', { size: 5 }),
    ]
    const { plan } = await stage.plan(head, { base: [definition] })
    expect(summaryOf(plan.changes)).toEqual({
      large: 'error',
      text: 'error',
      unknown: 'error',
      right: 'create',
    })
    const messageOf = (name: string) => plan.changes.find(it => it.id.endsWith(`/${name}`))?.error?.message
    expect(messageOf('large')).toContain('spec.size')
    expect(messageOf('text')).toContain('spec.size')
    expect(messageOf('unknown')).toContain('spec.other')
  })
})

describe('what cannot be predicted is no error', () => {
  /** No API server of today registers such a webhook; those that older ones kept still answer so. */
  const answer = {
    status: 400,
    text: JSON.stringify({
      kind: 'Status',
      reason: 'BadRequest',
      message: 'admission webhook "old.example.com" does not support dry run',
    }),
  }

  test.each([{ exists: false }, { exists: true }])(
    'a webhook without dry-run support is told (exists: $exists)',
    async ({ exists }) => {
      const stage = await planStage(plane)
      if (exists) await stage.synced([configMap('settings', { a: '1' })])
      const cluster: Cluster = {
        ...plane.cluster,
        apply: () => Promise.reject(failureOf(answer, `dry-run ConfigMap ${stage.namespace}/settings`)),
      }
      const { plan } = await stage.plan([configMap('settings', { a: '2' })], { cluster })
      expect(plan.summary).toMatchObject({ error: 0, create: exists ? 0 : 1, update: exists ? 1 : 0 })
      expect(plan.changes[0]).toMatchObject({
        note: 'cannot be predicted: admission webhook "old.example.com" does not support dry run',
        fields: exists ? [{ path: '/data/a', before: '1', after: '2' }] : [],
      })
    },
  )
})

describe('a read that is forbidden', () => {
  test('is "cannot read live" of that object, never new and never deleted', async () => {
    const stage = await planStage(plane, { prune: true })
    await stage.synced([configMap('settings', { a: '1' }), configMap('gone'), deployment()])
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'patch'] }]
    const kubeConfig = await limitedKubeConfig(plane, { namespace: stage.namespace, rules })
    const cluster = createCluster({ kubeConfig })
    const remembered = {
      inventory: ['settings', 'gone'].map(name => `/ConfigMap/${stage.namespace}/${name}`),
      unfinishedSince: null,
      lastSynced: null,
    }
    const { plan } = await stage.plan([configMap('settings', { a: '2' }), deployment()], {
      cluster,
      remembered,
    })
    expect(plan.summary).toMatchObject({ create: 0, delete: 0, error: 2, unchanged: 1 })
    expect(plan.changes.map(it => it.error?.code)).toEqual(['cannot-read-live', 'cannot-read-live'])
    cluster.close()
  })
})

async function isServed(apiVersion: string, kind: string): Promise<boolean> {
  plane.cluster.forgetDiscovery()
  return (await plane.cluster.discover(plane.signal)).find(apiVersion, kind) !== null
}
