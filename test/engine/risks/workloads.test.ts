import { describe, expect, test } from 'vitest'
import { quotaRisks } from '../../../src/engine/risks/quota.ts'
import { usageOf } from '../../../src/engine/risks/usage.ts'
import { formatAmount } from '../../../src/engine/quantity.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { configMap, deployment, service } from '../../builders/objects.ts'
import { risks, told } from './risk-input.ts'

const withSpec = (object: KubernetesObject, spec: object): KubernetesObject => ({
  ...object,
  spec: { ...(object.spec as object), ...spec },
})

const container = (over: object) => ({ name: 'app', image: 'registry.example/app:1.0', ...over })

function workload(pod: object, over: object = {}, kind = 'Deployment'): KubernetesObject {
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container({})], ...pod } },
      ...over,
    },
  }
}

describe('pods', () => {
  const running = (replicas: number, status: object = { replicas }) => deployment({ replicas, status })
  test.each([
    {
      what: 'another image',
      live: running(3),
      desired: deployment({ replicas: 3, image: 'registry.example/frontend:2.0' }),
      says: ['3 pods restart'],
    },
    { what: 'more replicas', live: running(3), desired: deployment({ replicas: 5 }), says: [] },
    {
      what: 'another image and fewer replicas',
      live: running(3),
      desired: deployment({ replicas: 1, image: 'registry.example/frontend:2.0' }),
      says: ['1 pod restarts'],
    },
    {
      what: 'no replicas',
      live: running(3),
      desired: deployment({ replicas: 0 }),
      says: ['Deployment frontend is scaled to 0: all its 3 pods stop'],
    },
    { what: 'still no replicas', live: running(0), desired: deployment({ replicas: 0 }), says: [] },
    {
      what: 'a paused Deployment',
      live: running(3),
      desired: withSpec(deployment({ replicas: 3, image: 'registry.example/frontend:2.0' }), {
        paused: true,
      }),
      says: [],
    },
    {
      what: 'a DaemonSet',
      live: { ...workload({}, {}, 'DaemonSet'), status: { desiredNumberScheduled: 4 } },
      desired: workload({ hostNetwork: true }, {}, 'DaemonSet'),
      says: ['4 pods restart'],
    },
  ])('$what: $says', ({ live, desired, says }) => {
    expect(risks({ live, desired }).map(it => it.message)).toEqual(says)
  })

  test.each([
    {
      what: 'a Service',
      live: service(),
      desired: service({ selector: { app: 'x' } }),
      expected: ['selector-changes medium'],
    },
    {
      what: 'a Deployment',
      live: deployment(),
      desired: withSpec(deployment(), { selector: { matchLabels: { app: 'x' } } }),
      expected: ['selector-changes high'],
    },
  ])('another selector of $what is $expected', ({ live, desired, expected }) => {
    expect(told({ live, desired })).toEqual(expected)
  })
})

test('a field taken from another manager names both', () => {
  const [risk] = risks({
    live: configMap({ data: { a: '1' } }),
    desired: configMap({ data: { a: '2' } }),
    manager: 'vault',
  })
  expect(risk).toEqual({ code: 'takes-field', severity: 'medium', message: 'takes /data/a from vault' })
})

describe('an image', () => {
  test.each([
    { image: 'nginx', expected: ['image-unpinned medium'] },
    { image: 'nginx:latest', expected: ['image-latest medium'] },
    { image: 'localhost:5000/nginx', expected: ['image-unpinned medium'] },
    { image: 'localhost:5000/nginx:1.2', expected: [] },
    { image: 'nginx@sha256:0123', expected: [] },
    { image: 'nginx:latest@sha256:0123', expected: [] },
  ])('$image is $expected', ({ image, expected }) => {
    expect(told({ desired: deployment({ image }) })).toEqual(expected)
  })

  test('is told once, of containers that run first too, and not when it was there before', () => {
    const pod = {
      initContainers: [container({ name: 'first', image: 'busybox' })],
      containers: [container({ image: 'busybox' })],
    }
    expect(told({ desired: workload(pod) })).toEqual(['image-unpinned medium'])
    expect(told({ live: workload(pod), desired: workload(pod) })).toEqual([])
    expect(told({ desired: workload(pod, {}, 'Job') })).toEqual(['image-unpinned medium'])
  })
})

const autoscaler: KubernetesObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'scaler', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' } },
}
const unscaled = withSpec(deployment(), { replicas: undefined })

describe('replicas that an autoscaler owns', () => {
  test.each([
    {
      what: 'are set in Git',
      live: deployment({ replicas: 5 }),
      desired: deployment(),
      expected: ['replicas-autoscaled medium'],
    },
    {
      what: 'are set in Git anew',
      live: null,
      desired: deployment(),
      expected: ['replicas-autoscaled medium'],
    },
    {
      what: 'fall when Git no longer sets them',
      live: deployment({ replicas: 5 }),
      desired: unscaled,
      after: deployment({ replicas: 1 }),
      expected: ['replicas-autoscaled high'],
    },
    { what: 'stay when Git never set them', live: unscaled, desired: unscaled, expected: [] },
    { what: 'are as in Git', live: deployment(), desired: deployment(), expected: [] },
  ])('$what: $expected', ({ live, desired, after, expected }) => {
    const changed = { live, desired, ...(after ? { after } : {}) }
    expect(told({ ...changed, others: [autoscaler] })).toEqual(expected)
    expect(told({ ...changed, facts: { neighbours: [autoscaler] } })).toEqual(expected)
    expect(told(changed)).toEqual([])
  })

  test('are Git’s own when the plan deletes the autoscaler', () => {
    const leaving = ['autoscaling/HorizontalPodAutoscaler/shop/scaler']
    expect(told({ desired: deployment(), facts: { neighbours: [autoscaler] }, leaving })).toEqual([])
  })
})

describe('a PodDisruptionBudget', () => {
  const budget = (spec: object): KubernetesObject => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'budget', namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'frontend' } }, ...spec },
  })
  const blocked = ['disruption-blocked medium']

  test.each([
    { spec: { maxUnavailable: 0 }, expected: blocked },
    { spec: { maxUnavailable: '0%' }, expected: blocked },
    { spec: { maxUnavailable: 1 }, expected: [] },
    { spec: { minAvailable: 2 }, expected: blocked },
    { spec: { minAvailable: 1 }, expected: [] },
    { spec: { minAvailable: '100%' }, expected: blocked },
    { spec: { minAvailable: '50%' }, expected: [] },
    { spec: { minAvailable: '51%' }, expected: blocked },
    { spec: { maxUnavailable: 0, selector: {} }, expected: blocked },
    { spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'x' } } }, expected: [] },
    {
      spec: { maxUnavailable: 0, selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
      expected: blocked,
    },
  ])('$spec of two replicas is $expected', ({ spec, expected }) => {
    expect(told({ desired: budget(spec), others: [deployment()] })).toEqual(expected)
    expect(told({ desired: deployment(), facts: { neighbours: [budget(spec)] } })).toEqual(expected)
  })

  test('blocks what is scaled down, and says nothing of what it blocked before', () => {
    const facts = { neighbours: [budget({ minAvailable: 2 })] }
    expect(told({ live: deployment({ replicas: 3 }), desired: deployment(), facts })).toEqual(blocked)
    const other = deployment({ env: { a: 'b' } })
    expect(told({ live: deployment(), desired: other, facts })).toEqual(['pods-restart medium'])
    const before = budget({ minAvailable: 2 })
    expect(told({ live: before, desired: budget({ minAvailable: 3 }), others: [deployment()] })).toEqual([])
  })
})

describe('a ResourceQuota', () => {
  const quota = (hard: object, used: object, more: object = {}): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'quota', namespace: 'shop' },
    spec: { hard, ...more },
    status: { used },
  })
  const asking = (cpu: string, replicas: number) =>
    workload({ containers: [container({ resources: { requests: { cpu, memory: '1Gi' } } })] }, { replicas })
  const of = (after: KubernetesObject | null, live: KubernetesObject | null = null, id = 'web') => ({
    id,
    action: live ? (after ? ('update' as const) : ('delete' as const)) : ('create' as const),
    live,
    after,
  })
  const toldOf = (consumers: Parameters<typeof quotaRisks>[0], it: KubernetesObject) =>
    [...quotaRisks(consumers, [it])].flatMap(([id, found]) => found.map(risk => `${id}: ${risk.message}`))

  test('is exceeded by what is new, in its own words', () => {
    expect(
      toldOf(
        [of(asking('500m', 3))],
        quota({ 'requests.cpu': '2', memory: '8Gi' }, { 'requests.cpu': '1', memory: '2Gi' }),
      ),
    ).toEqual([
      'web: needs more requests.cpu than ResourceQuota quota allows: 1 of 2 are used, and this plan adds 1500m',
    ])
  })

  test.each([
    { what: 'what fits', consumers: [of(asking('500m', 2))], exceeded: false },
    { what: 'more replicas', consumers: [of(asking('500m', 4), asking('500m', 1))], exceeded: true },
    { what: 'fewer replicas', consumers: [of(asking('500m', 1), asking('500m', 4))], exceeded: false },
    {
      what: 'two that fit alone',
      consumers: [of(asking('500m', 2)), of(asking('500m', 1), null, 'b')],
      exceeded: true,
    },
    {
      what: 'one that takes the place of another',
      consumers: [of(asking('500m', 2)), of(null, asking('500m', 2), 'b')],
      exceeded: false,
    },
  ])('exceeded by $what: $exceeded', ({ consumers, exceeded }) => {
    expect(toldOf(consumers, quota({ cpu: '2' }, { cpu: '1' })).length > 0).toBe(exceeded)
  })

  test('for some pods only is not known before they run', () => {
    const scoped = quota({ cpu: '1' }, { cpu: '1' }, { scopes: ['BestEffort'] })
    expect(toldOf([of(asking('500m', 3))], scoped)).toEqual([])
  })

  test.each([
    {
      what: 'containers together, or one before them alone',
      object: workload({
        initContainers: [
          container({ resources: { requests: { cpu: '3' } } }),
          container({ restartPolicy: 'Always', resources: { requests: { cpu: '1' } } }),
        ],
        containers: [container({ resources: { requests: { cpu: '500m' } } })],
      }),
      name: 'cpu',
      amount: '3',
    },
    {
      what: 'limits where no request is written',
      object: workload(
        { containers: [container({ resources: { limits: { memory: '1Gi' } } })] },
        { replicas: 2 },
      ),
      name: 'requests.memory',
      amount: '2Gi',
    },
    {
      what: 'jobs at once',
      object: workload({ containers: [container({})] }, { parallelism: 3 }, 'Job'),
      name: 'pods',
      amount: '3',
    },
    { what: 'objects by their plural', object: workload({}), name: 'count/deployments.apps', amount: '1' },
    {
      what: 'claims of each replica',
      object: workload(
        {},
        {
          replicas: 2,
          volumeClaimTemplates: [
            { spec: { storageClassName: 'fast', resources: { requests: { storage: '5Gi' } } } },
          ],
        },
        'StatefulSet',
      ),
      name: 'fast.storageclass.storage.k8s.io/requests.storage',
      amount: '10Gi',
    },
    {
      what: 'load balancers',
      object: service({ type: 'LoadBalancer' }),
      name: 'services.loadbalancers',
      amount: '1',
    },
    {
      what: 'their node ports',
      object: service({ type: 'LoadBalancer' }),
      name: 'services.nodeports',
      amount: '1',
    },
  ])('counts $what', ({ object, name, amount }) => {
    expect(formatAmount(name, usageOf(object, null).get(name) ?? 0n)).toBe(amount)
  })
})
