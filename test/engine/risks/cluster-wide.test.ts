import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../src/model/object.ts'
import {
  clusterRole,
  configMap,
  definition,
  deployment,
  labelled,
  namespace,
  service,
} from '../../builders/objects.ts'
import { risks, told } from './risk-input.ts'

const object = (
  apiVersion: string,
  kind: string,
  spec: object = {},
  more: object = {},
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'shop' },
  spec,
  ...more,
})
const claim = object('v1', 'PersistentVolumeClaim')
const stateful = (spec: object) => object('apps/v1', 'StatefulSet', spec)
const claims = { volumeClaimTemplates: [{ metadata: { name: 'data' } }] }

describe('deleting', () => {
  test.each([
    { what: 'a claim', live: claim, expected: ['deletes-data high'] },
    { what: 'a namespace', live: namespace(), expected: ['deletes-namespace high'] },
    { what: 'a StatefulSet with claims', live: stateful(claims), expected: ['deletes-data medium'] },
    {
      what: 'a StatefulSet that takes its claims along',
      live: stateful({ ...claims, persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } }),
      expected: ['deletes-data high'],
    },
    { what: 'a cluster-scoped object', live: clusterRole(), expected: ['deletes-cluster-wide medium'] },
    {
      what: 'a running Deployment',
      live: deployment({ status: { replicas: 2 } }),
      expected: ['pods-stop medium'],
    },
    { what: 'a ConfigMap', live: configMap(), expected: [] },
    {
      what: 'a kind of another group with a telling name',
      live: object('example.com/v1', 'Namespace'),
      expected: [],
    },
  ])('$what is $expected', ({ live, expected }) => {
    expect(told({ live })).toEqual(expected)
  })

  test.each([
    { objects: undefined, severity: 'high', says: 'goes with every Widget' },
    { objects: 12, severity: 'high', says: 'goes with all 12 Widget objects' },
    { objects: 1, severity: 'high', says: 'goes with the only Widget' },
    { objects: 0, severity: 'low', says: 'no Widget exists' },
  ])('a definition with $objects objects is $severity', ({ objects, severity, says }) => {
    const live = definition()
    const id = `apiextensions.k8s.io/CustomResourceDefinition//${live.metadata.name}`
    const customObjects = new Map(objects === undefined ? [] : [[id, objects] as const])
    const [risk] = risks({ live, facts: { customObjects } })
    expect(risk).toMatchObject({ code: 'deletes-definition', severity })
    expect(risk?.message).toContain(says)
  })

  test('to create again loses the same data', () => {
    expect(told({ action: 'replace', live: claim, desired: claim })).toEqual([
      'deletes-data high',
      'replaces-object high',
    ])
    expect(told({ action: 'replace', live: configMap(), desired: configMap() })).toEqual([
      'replaces-object high',
    ])
  })
})

describe('RBAC', () => {
  const rule = (verbs: string[], resources = ['pods'], apiGroups = [''], more: object = {}) => ({
    apiGroups,
    resources,
    verbs,
    ...more,
  })
  const role = (...rules: object[]) => clusterRole({ rules })

  test.each([
    { before: [rule(['get'])], now: [rule(['get', 'delete'])], expected: ['rbac-widened medium'] },
    { before: [rule(['get', 'list'])], now: [rule(['get'])], expected: [] },
    { before: [rule(['*'])], now: [rule(['*']), rule(['delete'])], expected: [] },
    { before: [rule(['get'], ['*'])], now: [rule(['get'], ['pods', 'secrets'])], expected: [] },
    { before: [rule(['get'], ['*'])], now: [rule(['list'], ['secrets'])], expected: ['rbac-widened medium'] },
    { before: [rule(['get'], ['*/scale'])], now: [rule(['get'], ['deployments/scale'])], expected: [] },
    { before: [rule(['get'])], now: [rule(['*'])], expected: ['rbac-widened high'] },
    { before: [rule(['get'])], now: [rule(['get'], ['*'])], expected: ['rbac-widened high'] },
    { before: [rule(['get'])], now: [rule(['get'], ['pods'], ['*'])], expected: ['rbac-widened high'] },
    { before: [rule(['get'])], now: [rule(['get', 'escalate'])], expected: ['rbac-widened high'] },
    { before: [rule(['get'])], now: [rule(['bind'], ['clusterroles'])], expected: ['rbac-widened high'] },
    { before: [rule(['get'])], now: [rule(['impersonate'], ['users'])], expected: ['rbac-widened high'] },
    {
      before: [rule(['get'], ['secrets'], [''], { resourceNames: ['one'] })],
      now: [rule(['get'], ['secrets'])],
      expected: ['rbac-widened medium'],
    },
    {
      before: [{ nonResourceURLs: ['/metrics/*'], verbs: ['get'] }],
      now: [{ nonResourceURLs: ['/metrics/a'], verbs: ['get'] }],
      expected: [],
    },
    { before: null, now: [rule(['get'])], expected: [] },
    { before: null, now: [rule(['impersonate'], ['users'])], expected: ['rbac-widened high'] },
  ])('$before to $now is $expected', ({ before, now, expected }) => {
    expect(told({ live: before && role(...before), desired: role(...now) })).toEqual(expected)
  })

  test('names what is newly allowed, verbs of one resource together', () => {
    const [risk] = risks({
      live: role(rule(['get'])),
      desired: role(rule(['get', 'list', 'watch'], ['pods', 'secrets'])),
    })
    expect(risk?.message).toBe(
      'ClusterRole reader newly allows list, watch on pods; get, list, watch on secrets',
    )
  })

  test('a label that adds a role to admin is told, new or not', () => {
    const label = { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' }
    for (const live of [null, role(rule(['get']))]) {
      const [risk] = risks({ live, desired: labelled(role(rule(['get'])), label) })
      expect(risk).toMatchObject({
        code: 'rbac-widened',
        message: 'ClusterRole reader adds what it allows to admin: get on pods',
      })
    }
  })

  const binding = (name: string, subjects: object[]): KubernetesObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'it' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects,
  })
  const robot = { kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }
  const group = (name: string) => ({ kind: 'Group', name })

  test.each([
    { what: 'cluster-admin', desired: binding('cluster-admin', [robot]), expected: ['rbac-widened high'] },
    { what: 'view', desired: binding('view', [robot]), expected: ['rbac-widened medium'] },
    {
      what: 'everybody',
      desired: binding('view', [group('system:authenticated')]),
      expected: ['rbac-widened high'],
    },
    {
      what: 'every service account',
      desired: binding('view', [group('system:serviceaccounts')]),
      expected: ['rbac-widened high'],
    },
    {
      what: 'a role of the same render that allows everything',
      desired: binding('reader', [robot]),
      others: [role(rule(['*'], ['*'], ['*']))],
      expected: ['rbac-widened high'],
    },
    {
      what: 'nobody new',
      live: binding('view', [robot]),
      desired: binding('view', [robot]),
      expected: [],
    },
    {
      what: 'another role',
      live: binding('view', [robot]),
      desired: binding('edit', [robot]),
      expected: ['rbac-widened medium'],
    },
  ])('binding $what is $expected', ({ live = null, desired, others = [], expected }) => {
    expect(told({ live, desired, others })).toEqual(expected)
  })
})

describe('exposure', () => {
  const ingress = (...hosts: (string | null)[]) =>
    object('networking.k8s.io/v1', 'Ingress', { rules: hosts.map(host => (host === null ? {} : { host })) })
  const route = (spec: object, kind = 'HTTPRoute') => object('gateway.networking.k8s.io/v1', kind, spec)
  const gateway = (...listeners: object[]) => object('gateway.networking.k8s.io/v1', 'Gateway', { listeners })
  const balanced = (more: object) => {
    const base = service({ type: 'LoadBalancer' })
    return { ...base, spec: { ...(base.spec as object), ...more } }
  }

  test.each([
    {
      what: 'a load balancer',
      live: service(),
      desired: service({ type: 'LoadBalancer' }),
      expected: ['exposes-service high'],
    },
    {
      what: 'a node port',
      live: null,
      desired: service({ type: 'NodePort' }),
      expected: ['exposes-service medium'],
    },
    { what: 'a ClusterIP', live: null, desired: service({ type: 'ClusterIP' }), expected: [] },
    { what: 'no longer', live: service({ type: 'NodePort' }), desired: service(), expected: [] },
    {
      what: 'an address',
      live: service(),
      desired: { ...service(), spec: { ...(service().spec as object), externalIPs: ['192.0.2.1'] } },
      expected: ['exposes-service medium'],
    },
    {
      what: 'everywhere',
      live: balanced({ loadBalancerSourceRanges: ['10.0.0.0/8'] }),
      desired: balanced({}),
      expected: ['exposes-service high'],
    },
    {
      what: 'a wider range',
      live: balanced({ loadBalancerSourceRanges: ['10.0.0.0/8'] }),
      desired: balanced({ loadBalancerSourceRanges: ['10.0.0.0/8', '192.0.2.0/24'] }),
      expected: ['exposes-service medium'],
    },
    { what: 'a host', live: ingress('a'), desired: ingress('a', 'b'), expected: ['exposes-host medium'] },
    { what: 'no new host', live: ingress('a', 'b'), desired: ingress('a'), expected: [] },
    { what: 'every host', live: ingress('a'), desired: ingress(null), expected: ['exposes-host medium'] },
    { what: 'a route', live: null, desired: route({ hostnames: ['a'] }), expected: ['exposes-host medium'] },
    {
      what: 'a route of every host',
      live: null,
      desired: route({}, 'TCPRoute'),
      expected: ['exposes-host medium'],
    },
    {
      what: 'another gateway',
      live: route({ hostnames: ['a'], parentRefs: [{ name: 'inner' }] }),
      desired: route({ hostnames: ['a'], parentRefs: [{ name: 'inner' }, { name: 'outer' }] }),
      expected: ['exposes-host medium'],
    },
    {
      what: 'a listener',
      live: gateway({ port: 80 }),
      desired: gateway({ port: 80 }, { port: 443 }),
      expected: ['exposes-host medium'],
    },
    {
      what: 'an OpenShift route',
      live: null,
      desired: object('route.openshift.io/v1', 'Route', { host: 'a' }),
      expected: ['exposes-host medium'],
    },
  ])('$what is $expected', ({ live, desired, expected }) => {
    expect(told({ live, desired })).toEqual(expected)
  })
})

describe('API versions', () => {
  const cidr = object('networking.k8s.io/v1beta1', 'ServiceCIDR')

  test.each([
    { kubernetesVersion: 'v1.33.0', expected: [] },
    { kubernetesVersion: 'v1.34.2', expected: ['deprecated-api low'] },
    { kubernetesVersion: 'v1.36.3+k3s1', expected: ['deprecated-api medium'] },
    { kubernetesVersion: 'unknown', expected: [] },
  ])('that Kubernetes 1.37 removes is $expected at $kubernetesVersion', ({ kubernetesVersion, expected }) => {
    expect(told({ desired: cidr, facts: { kubernetesVersion } })).toEqual(expected)
  })

  test('says what to use', () => {
    const [risk] = risks({ desired: cidr, facts: { kubernetesVersion: 'v1.36.3' } })
    expect(risk?.message).toBe(
      'Kubernetes 1.37 will not serve ServiceCIDR of networking.k8s.io/v1beta1 any more (this cluster has 1.36): use networking.k8s.io/v1',
    )
  })

  test('that a definition of the same render calls deprecated', () => {
    const base = definition()
    const versions = [{ name: 'v1', served: true, deprecated: true, deprecationWarning: 'use v2' }]
    const widgets = { ...base, spec: { ...(base.spec as object), versions } }
    expect(risks({ desired: object('example.com/v1', 'Widget'), others: [widgets] })).toMatchObject([
      { code: 'deprecated-api', severity: 'low', message: 'use v2' },
    ])
  })
})

describe('a Secret in Git', () => {
  const secret = (data: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'it' },
    data,
  })
  test.each([
    { what: 'with content', desired: secret({ a: 'eA==' }), live: null, expected: ['secret-in-git medium'] },
    {
      what: 'that is there already',
      desired: secret({ a: 'eA==' }),
      live: secret({ a: 'eQ==' }),
      expected: ['secret-in-git low'],
    },
    { what: 'that others fill', desired: secret({}), live: null, expected: [] },
  ])('$what is $expected', ({ desired, live, expected }) => {
    expect(told({ desired, live })).toEqual(expected)
  })
})
